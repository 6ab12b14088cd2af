"""Numbers and money, as the reader's locale writes them."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_currency, format_decimal, format_percent

from leadrush.look import locales


def number(value: int | float | Decimal) -> str:
    """Return `12431` as `12,431`."""
    return format_decimal(value, locale=locales.in_use())


def percent(share: float) -> str:
    """Return a share of one, `0.12`, as `12%`."""
    return format_percent(share, locale=locales.in_use())


def money(amount: Decimal, currency: str) -> str:
    """Return an amount with its currency (`GBP`); whole amounts without pence, as prices are said."""
    whole = amount == amount.to_integral_value()
    return format_currency(
        amount,
        currency,
        locale=locales.in_use(),
        currency_digits=not whole,
        format="¤#,##0" if whole else None,
    )
