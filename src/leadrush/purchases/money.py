"""Money: whole minor units (pence, cents) with their currency. No floats, and no sum of two currencies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import total_ordering

from babel.numbers import format_currency, get_currency_precision, is_currency

from leadrush.look import locales

MOST = 10**12
"""Minor units that an amount has at most; more is a slip of the hand."""


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were put together."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of a currency (ISO 4217): `Money(9400, "GBP")` is £94."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not int or not is_currency(self.currency):
            raise ValueError("money is whole minor units of a currency")

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} are not added")
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, count: int) -> Money:
        return Money(self.amount * count, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        """Return it as prices are said: `£94`, `£102.20`."""
        digits = get_currency_precision(self.currency)
        value = Decimal(self.amount).scaleb(-digits)
        whole = value == value.to_integral_value()
        return format_currency(
            value,
            self.currency,
            locale=locales.in_use(),
            currency_digits=not whole,
            format="¤#,##0" if whole else None,
        )

    @property
    def decimal(self) -> str:
        """The amount as a plain number with its decimals: `102.20`."""
        digits = get_currency_precision(self.currency)
        return f"{Decimal(self.amount).scaleb(-digits):.{digits}f}"


def zero(currency: str) -> Money:
    """Return nothing, of a currency."""
    return Money(0, currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Return the sum of amounts of one currency."""
    return sum(amounts, zero(currency))


def read(text: str, currency: str) -> Money:
    """Return what somebody typed (`94`, `102.20`, `102,20`). Raises `ValueError` for anything else, for more
    decimals than the currency has, and for more than `MOST`."""
    plain = text.strip().replace(" ", "").replace("\u202f", "").replace("\xa0", "")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite():
        raise ValueError(text)
    minor = value.scaleb(get_currency_precision(currency))
    if minor != minor.to_integral_value() or abs(minor) > MOST:
        raise ValueError(text)
    return Money(int(minor), currency)


def part(amount: Money, share: Decimal) -> Money:
    """Return a share of an amount, rounded half away from zero, as invoices are."""
    return Money(int((amount.amount * share).to_integral_value(ROUND_HALF_UP)), amount.currency)


def shared(amount: Money, weights: Sequence[int]) -> list[Money]:
    """Return an amount in parts that sum to it, by weights: each within one unit of its exact part.

    What is left of rounding down goes to the largest remainders, the first of equals. Without any weight all
    of it goes to the first. Raises `ValueError` for a negative weight, or for parts of nothing.
    """
    if any(weight < 0 for weight in weights) or not weights:
        raise ValueError("weights are not negative, and there is at least one")
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1, *[0] * (len(weights) - 1)], 1
    size, sign = abs(amount.amount), -1 if amount.amount < 0 else 1
    parts = [size * weight // whole for weight in weights]
    left = size - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda at: (-(size * weights[at] % whole), at))
    for at in by_remainder[:left]:
        parts[at] += 1
    return [Money(sign * one, amount.currency) for one in parts]
