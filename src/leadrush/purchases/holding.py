"""What an order keeps while it waits: rooms that count what they deliver count it, and nobody beside them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from leadrush.purchases import deliverables
from leadrush.purchases.deliverables import Buyer, Deliverable
from leadrush.purchases.models import Access, Line, Offer, Order, Part, State


def _kept(parts: Iterable[tuple[str, str]]) -> list[tuple[Deliverable, str]]:
    """Return those of some parts, (deliverable, key) each, that a room keeps, each once, in one order for
    everybody, so that two who want the same things never wait for each other in a ring."""
    found = ((deliverables.of(code), key) for code, key in sorted(set(parts)))
    return [(one, key) for one, key in found if one is not None and one.hold is not None]


def _of_offers(offers: Iterable[Offer]) -> list[tuple[str, str]]:
    return [(part.deliverable, part.key) for offer in offers for part in offer.parts.all()]


def _of_lines(lines: Iterable[Line]) -> list[tuple[str, str]]:
    offers = [line.offer_id for line in lines if line.offer_id]
    return list(Part.objects.filter(offer__in=offers).values_list("deliverable", "key"))


def left(offer: Offer) -> int | None:
    """Return how many of an offer can be bought: no more than of anything in it. None: no limit."""
    counts = [] if offer.left is None else [offer.left]
    for part in offer.parts.all():
        one = deliverables.of(part.deliverable)
        count = one.left(part.key) if one is not None and one.left is not None else None
        if count is not None:
            counts.append(count)
    return min(counts, default=None)


def one_each(offers: Iterable[Offer]) -> list[str]:
    """Return the titles of what stands in these offers, one for each that is bought, more than once though
    nobody can have two of it."""
    seen: set[tuple[str, str]] = set()
    twice = []
    for offer in offers:
        for part in offer.parts.all():
            one = deliverables.of(part.deliverable)
            if one is not None and one.one_each:
                if (part.deliverable, part.key) in seen:
                    twice.append(offer.title)
                seen.add((part.deliverable, part.key))
    return twice


def clauses(offers: Iterable[Offer]) -> list[str]:
    """Return the clauses under which rooms take something of whoever buys these."""
    kept = _kept(_of_offers(offers))
    return list(dict.fromkeys(clause for one, _key in kept for clause in one.clauses))


def demand(offers: Iterable[Offer]) -> None:
    """Hold what rooms count, until the transaction ends. Raises `SoldOut`, alike for everybody."""
    _demand(_of_offers(offers))


def _demand(parts: Iterable[tuple[str, str]]) -> None:
    for one, key in _kept(parts):
        if one.demand is not None:
            one.demand(key)


def hold(offers: Iterable[Offer], buyer: Buyer) -> None:
    """Keep one of each for a buyer until it is paid."""
    for one, key in _kept(_of_offers(offers)):
        assert one.hold is not None
        one.hold(key, buyer)


def again(lines: Iterable[Line], buyer: Buyer) -> None:
    """Keep one of each anew, for an order whose money came after it had ended. Raises `SoldOut`."""
    parts = _of_lines(lines)
    _demand(parts)
    for one, key in _kept(parts):
        assert one.hold is not None
        one.hold(key, buyer)


def until(offers: Iterable[Offer]) -> datetime | None:
    """Return the moment after which something in these offers is of no use; None where there is none."""
    moments = [one.until(key) for one, key in _kept(_of_offers(offers)) if one.until is not None]
    return min((moment for moment in moments if moment is not None), default=None)


def free(order: Order, lines: Iterable[Line]) -> None:
    """Let go what an order kept that ended unpaid, unless another one of the same person has it, too."""
    for one, key in _kept(_of_lines(lines)):
        if one.freed is not None and not has_beside(order, one.code, key):
            one.freed(key, order.person_id)


def has_beside(order: Order, deliverable: str, key: str) -> bool:
    """Say whether the person of an order has the same thing by another one, or will have it when they pay."""
    others = Order.objects.filter(person=order.person_id).exclude(pk=order.pk)
    accesses = Access.objects.filter(
        person=order.person_id, deliverable=deliverable, key=key, ended_at=None
    ).exclude(line__order=order.pk)
    if accesses.exists():
        return True
    offers = Part.objects.filter(deliverable=deliverable, key=key).values("offer")
    return bool(others.filter(state=State.WAITING, lines__offer__in=offers).exists())
