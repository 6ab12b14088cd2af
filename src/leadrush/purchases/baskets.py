"""A basket is an address: which offers, how many of each. Nothing is stored of whoever looks.

`soil-guide.1+tile-stamps.2` is one soil guide and two sets of stamps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush.look import times
from leadrush.purchases import holding, offering, sums, taxes
from leadrush.purchases.models import Coupon, Offer, Seller
from leadrush.purchases.money import Money
from leadrush.purchases.sums import Asked, Sum
from leadrush.purchases.taxes import Where

ENTRY = re.compile(r"([-a-z0-9_]{1,80})\.(\d{1,3})", re.IGNORECASE)
MOST_OFFERS, MOST_COUNT = 20, 999


@dataclass(frozen=True)
class Entry:
    """An offer and how many of it."""

    offer: Offer
    count: int


@dataclass
class Basket:
    """What somebody is about to buy, in one currency; `gone` names what could not be found in it."""

    entries: list[Entry]
    currency: str
    seller: Seller
    gone: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The basket as an address."""
        return code((entry.offer.slug, entry.count) for entry in self.entries)

    @property
    def offers(self) -> list[Offer]:
        """What is in it, each once."""
        return [entry.offer for entry in self.entries]

    @property
    def by_post(self) -> bool:
        """Whether something in it goes by post."""
        return any(offering.by_post(entry.offer) for entry in self.entries)

    @property
    def digital(self) -> bool:
        """Whether something in it is opened, and cannot be sent back then."""
        return any(offering.digital(entry.offer) for entry in self.entries)

    @property
    def short(self) -> list[tuple[Entry, int]]:
        """The entries of which there are not so many left, each with how many there are."""
        counted = ((one, holding.left(one.offer)) for one in self.entries)
        return [(one, left) for one, left in counted if left is not None and left < one.count]

    def without(self, offer: Offer) -> str:
        """The address of the basket without an offer; empty when nothing is left."""
        return code((one.offer.slug, one.count) for one in self.entries if one.offer != offer)

    def price(self, entry: Entry) -> Money:
        """What one of an entry costs today."""
        found = offering.price(entry.offer, self.currency)
        assert found is not None  # read() leaves out what has no price in the currency
        return found

    def add_up(self, where: Where | None = None, coupon: Coupon | None = None) -> Sum:
        """Return what it comes to: its entries in their order, and postage as the last line where it goes by
        post. A coupon takes nothing off the postage."""
        at = where or Where(self.seller.state, owes=self.seller.owes, one_stop=self.seller.one_stop)
        lines = [
            Asked(
                self.price(entry),
                entry.count,
                taxes.rate(entry.offer.tax, at),
                taxes.priced_with(entry.offer.tax, at),
            )
            for entry in self.entries
        ]
        off = None
        if coupon is not None and coupon.amount and coupon.currency == self.currency:
            off = Money(coupon.amount, self.currency)
        percent = (coupon.percent or 0) if coupon is not None else 0
        found = sums.add_up(lines, self.currency, off, percent)
        if self.posted:
            rates = taxes.rate(taxes.STANDARD, at), taxes.priced_with(taxes.STANDARD, at)
            post = sums.add_up([Asked(self.postage, 1, *rates)], self.currency)
            found = Sum(found.lines + post.lines, self.currency)
        return found

    @property
    def postage(self) -> Money:
        """What the parcel costs; said in the seller's own currency, so only there."""
        charged = self.seller.post if self.by_post and self.currency == self.seller.currency else 0
        return Money(charged, self.currency)

    @property
    def posted(self) -> bool:
        """Whether postage is a line of its own."""
        return bool(self.postage)


def code(entries: object) -> str:
    """Return entries, pairs of slug and count, as an address."""
    return "+".join(f"{slug}.{count}" for slug, count in entries)  # type: ignore[attr-defined]


def read(text: str, currency: str = "") -> Basket:
    """Return the basket that an address names. What is no offer, closed or without a price is left out.

    Without a currency, or with one that not all of it has, it is the seller's own, else the first common one.
    """
    asked: dict[str, int] = {}
    for slug, count in ENTRY.findall(text)[: MOST_OFFERS * 2]:
        if len(asked) < MOST_OFFERS and int(count):
            asked[slug] = min(asked.get(slug, 0) + int(count), MOST_COUNT)
    found = {offer.slug: offer for offer in offering.public().filter(slug__in=asked)}
    seller = offering.seller()
    common = offering.currencies(found.values())
    chosen = next((one for one in (currency, seller.currency, *common) if one in common), seller.currency)
    entries = [
        Entry(found[slug], count)
        for slug, count in asked.items()
        if slug in found and offering.price(found[slug], chosen) is not None
    ]
    kept = {entry.offer.slug for entry in entries}
    return Basket(entries, chosen, seller, [slug for slug in asked if slug not in kept])


class NoCoupon(ValueError):
    """A word that takes nothing off; the message says why, to the person."""


def coupon(word: str, currency: str) -> Coupon:
    """Return the coupon of a word. Raises `NoCoupon` for an unknown, past, used-up or foreign one."""
    found = Coupon.objects.filter(word__iexact=word.strip()).first()
    if found is None:
        raise NoCoupon(_("There is no coupon with this word. Look whether it is spelled so."))
    if found.until is not None and found.until < times.at_home(timezone.now()).date():
        raise NoCoupon(_("This coupon ended on %(day)s.") % {"day": times.day(found.until)})
    if found.left == 0:
        raise NoCoupon(_("This coupon was used as often as it can be."))
    if found.amount and found.currency != currency:
        raise NoCoupon(_("This coupon takes off %(currency)s.") % {"currency": found.currency})
    return found
