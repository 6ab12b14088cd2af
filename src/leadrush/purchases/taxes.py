"""Value-added tax: which rate a sale has, from a table kept as data (`taxes.toml`).

Prices are said with their tax. Within the Union a business with a valid number in another state pays the tax
itself (reverse charge): its price is without. A seller who takes part in the one-stop shop owes the buyer's
state its rate for what is delivered by wire or post there; others owe their own state's.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from stdnum.eu import vat
from stdnum.exceptions import ValidationError as Wrong

STANDARD, REDUCED, NONE = "standard", "reduced", "none"
ZERO = Decimal(0)


@dataclass(frozen=True)
class Where:
    """Who sells and who buys: states (ISO 3166), whether the seller owes tax at all and takes part in the
    one-stop shop, and the buyer's number as a business, if they have one."""

    seller: str
    buyer: str = ""
    owes: bool = True
    one_stop: bool = False
    number: str = ""


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("leadrush.purchases").joinpath("taxes.toml").read_text(encoding="utf-8"))


def known() -> str:
    """Return the month as of which the table was kept."""
    return str(_table()["known"])


def in_union(state: str) -> bool:
    """Say whether a state belongs to the Union."""
    return state in _table()["union"]["members"]


def of_state(state: str, category: str) -> Decimal:
    """Return a state's rate for a category in percent; 0 where the table knows none."""
    rates = _table()["rates"].get(state)
    if rates is None or category == NONE:
        return ZERO
    return Decimal(rates[0] if category == STANDARD else rates[1])


def is_reversed(where: Where) -> bool:
    """Say whether the buyer pays the tax themselves: a business in another state of the Union."""
    abroad = where.buyer != where.seller and in_union(where.buyer) and in_union(where.seller)
    return bool(where.owes and where.number and abroad)


def rate(category: str, where: Where) -> Decimal:
    """Return the rate that a sale has, in percent."""
    if not where.owes or is_reversed(where):
        return ZERO
    buyer = where.buyer or where.seller
    if buyer == where.seller:
        return of_state(where.seller, category)
    if in_union(where.seller) and in_union(buyer):
        return of_state(buyer if where.one_stop else where.seller, category)
    return ZERO  # it leaves the territory of the tax


def priced_with(category: str, where: Where) -> Decimal:
    """Return the rate that a price is said with: the seller's own."""
    return of_state(where.seller, category) if where.owes else ZERO


def read_number(text: str) -> str:
    """Return a VAT number of the Union as it is written (`DE136695976`). Raises `ValueError` where its digits
    do not belong together, or it belongs to no state."""
    try:
        return str(vat.validate(text))
    except Wrong:
        raise ValueError(text) from None


def state_of(number: str) -> str:
    """Return the state that a VAT number belongs to; Greece writes itself EL there."""
    return {"EL": "GR"}.get(number[:2], number[:2])
