"""Offers: what is open, what it costs today, and how many are left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import F, Prefetch, Q, QuerySet

from leadrush.look import times
from leadrush.purchases import deliverables
from leadrush.purchases.models import Offer, Part, Price, Seller
from leadrush.purchases.money import Money


class CannotChange(ValueError):
    """A change that would leave an offer that cannot be bought; the message says why, to staff."""


def seller() -> Seller:
    """Return who sells, or an empty one where nobody has said it yet."""
    return Seller.objects.filter(pk=1).first() or Seller(pk=1)


def complete(offers: QuerySet[Offer]) -> QuerySet[Offer]:
    """Fetch prices and parts along; two questions, however many offers there are."""
    return offers.prefetch_related(
        Prefetch("prices", Price.objects.order_by("currency")), Prefetch("parts", Part.objects.order_by("pk"))
    )


def public() -> QuerySet[Offer]:
    """Return the offers that everybody may buy, newest first, with what they need."""
    return complete(Offer.objects.filter(state=Offer.State.OPEN))


def offers_of(deliverable: str, key: str) -> list[Offer]:
    """Return the open offers in which something of a room is delivered."""
    of_it = Part.objects.filter(deliverable=deliverable, key=key).values("offer")
    return list(public().filter(pk__in=of_it))


def price(offer: Offer, currency: str, day: date | None = None) -> Money | None:
    """Return what an offer costs in a currency on a day (today), or None where it has no price in it."""
    found = next((one for one in offer.prices.all() if one.currency == currency), None)
    return found.on(day or times.today()) if found else None


def currencies(offers: Iterable[Offer]) -> list[str]:
    """Return the currencies in which all of these have a price."""
    common: set[str] | None = None
    for offer in offers:
        own = {one.currency for one in offer.prices.all()}
        common = own if common is None else common & own
    return sorted(common or ())


def by_post(offer: Offer) -> bool:
    """Say whether an offer has something in it that goes by post."""
    found = (deliverables.of(part.deliverable) for part in offer.parts.all())
    return any(one is not None and one.by_post for one in found)


def digital(offer: Offer) -> bool:
    """Say whether an offer has something in it that is opened and cannot be sent back then."""
    found = (deliverables.of(part.deliverable) for part in offer.parts.all())
    return any(one is not None and one.digital for one in found)


def take(offer_id: int, count: int) -> bool:
    """Take some of what is left, in the transaction at hand; return whether there were enough.

    One statement, so that two who come at once never take the same.
    """
    there = Offer.objects.filter(pk=offer_id).filter(Q(left=None) | Q(left__gte=count))
    return bool(there.update(left=F("left") - count))


def put_back(offer_id: int | None, count: int) -> None:
    """Let others have what was taken and is free again."""
    if offer_id is not None:
        Offer.objects.filter(pk=offer_id, left__isnull=False).update(left=F("left") + count)


def open_to_all(offer: Offer) -> None:
    """Let everybody buy it. Raises `CannotChange` while it has no price, nothing in it, or nobody to pay."""
    from django.utils.translation import gettext as _

    if not offer.prices.exists():
        raise CannotChange(_("Give it a price first."))
    if not offer.parts.exists():
        raise CannotChange(_("Put something into it first: there is nothing to deliver yet."))
    if not seller().can_be_paid:
        raise CannotChange(_("Say first who sells and where the money goes."))
    Offer.objects.filter(pk=offer.pk).update(state=Offer.State.OPEN)


def close(offer: Offer) -> None:
    """Sell it no more; what was bought stays bought."""
    Offer.objects.filter(pk=offer.pk).update(state=Offer.State.CLOSED)
