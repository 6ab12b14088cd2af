"""What an order comes to: lines, a discount, post, the tax within, and what is given back.

Every sum is that of its parts, to the last penny: a discount is shared over the lines, the tax of a line is
what its price holds, and parts that are given back never hold more than the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from leadrush.purchases.money import Money, part, shared, total, zero

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Asked:
    """A line as it was asked for: the price of one (with `priced` percent of tax in it), how many, and the
    rate in percent that is owed. Where they differ, the price without tax is what stays."""

    price: Money
    count: int
    rate: Decimal = Decimal(0)
    priced: Decimal = Decimal(0)


@dataclass(frozen=True)
class Line:
    """A line as it is charged: before the discount, its share of it, what is paid, and the tax in that."""

    full: Money
    off: Money
    gross: Money
    tax: Money
    rate: Decimal

    @property
    def net(self) -> Money:
        """What is paid without its tax."""
        return self.gross - self.tax


@dataclass(frozen=True)
class Sum:
    """What an order comes to."""

    lines: tuple[Line, ...]
    currency: str

    @property
    def full(self) -> Money:
        """All lines before the discount."""
        return total((line.full for line in self.lines), self.currency)

    @property
    def off(self) -> Money:
        """The whole discount."""
        return total((line.off for line in self.lines), self.currency)

    @property
    def gross(self) -> Money:
        """What is paid."""
        return total((line.gross for line in self.lines), self.currency)

    @property
    def tax(self) -> Money:
        """The tax in what is paid."""
        return total((line.tax for line in self.lines), self.currency)

    @property
    def taxes(self) -> dict[Decimal, Money]:
        """The tax by its rate, highest first; a rate of nothing is left out."""
        found: dict[Decimal, Money] = {}
        for line in sorted(self.lines, key=lambda line: -line.rate):
            if line.rate:
                found[line.rate] = found.get(line.rate, zero(self.currency)) + line.tax
        return found


def tax_in(gross: Money, rate: Decimal) -> Money:
    """Return the tax that an amount holds at a rate in percent."""
    return part(gross, rate / (HUNDRED + rate))


def priced(asked: Asked) -> Money:
    """Return the price of a whole line with the tax that is owed: the price without tax stays the same."""
    said = asked.price * asked.count
    if asked.rate == asked.priced:
        return said
    net = said - tax_in(said, asked.priced)
    return net + part(net, asked.rate / HUNDRED)


def add_up(lines: Sequence[Asked], currency: str, off: Money | None = None, percent: int = 0) -> Sum:
    """Return what lines come to with a discount, an amount or a percentage: at most all of it.

    Raises `CurrencyMismatch` for a line or a discount of another currency.
    """
    full = [priced(line) for line in lines]
    whole = total(full, currency)
    wanted = part(whole, Decimal(percent) / HUNDRED) if percent else (off or zero(currency))
    wanted = max(zero(currency), min(wanted, whole))
    if not lines:
        return Sum((), currency)
    offs = shared(wanted, [one.amount for one in full])
    charged = []
    for asked, one, less in zip(lines, full, offs, strict=True):
        gross = one - less
        charged.append(Line(one, less, gross, tax_in(gross, asked.rate), asked.rate))
    return Sum(tuple(charged), currency)


def give_back(lines: Sequence[Line], amount: Money, before: Sequence[Money]) -> list[tuple[Money, Money]]:
    """Return an amount given back as parts of lines, each with its tax, after what was given back before.

    Giving back all that is left gives back all tax that is left. Raises `ValueError` for nothing and for
    more than is left.
    """
    left = [line.gross - gone for line, gone in zip(lines, before, strict=True)]
    if amount.amount <= 0 or amount > total(left, amount.currency):
        raise ValueError("there is not so much left to give back")
    parts = shared(amount, [one.amount for one in left])
    found = []
    for line, gone, one in zip(lines, before, parts, strict=True):
        taxed = tax_in(gone + one, line.rate) - tax_in(gone, line.rate)
        found.append((one, taxed))
    return found
