"""Seats that are bought: kept while an order waits, given when it is paid, free again when it is not.

The shop has no number of its own for them: it asks here, holding the webinar, as whoever registers does.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, vault
from leadrush.look import times as home
from leadrush.purchases.deliverables import Buyer, Opened, SoldOut
from leadrush.purchases.models import Access
from leadrush.vault.turns import begins_again
from leadrush.webinars import letters, registering, times, waiting
from leadrush.webinars.models import TAKEN, Registration, Seat, State, Webinar

SEAT = "webinars.seat"
"""The deliverable."""
BOUGHT = "webinars.bought"
"""The form by which a seat was bought, as its givings name it."""


def _webinar(key: str) -> Webinar | None:
    return Webinar.objects.filter(pk=int(key)).first() if key.isdecimal() else None


def to_choose() -> Iterator[tuple[str, str]]:
    """Yield the webinars to come whose seats are bought, to put one into an offer."""
    coming = Webinar.objects.filter(sold=True, starts_at__gt=timezone.now()).exclude(state=State.CANCELLED)
    for webinar in coming.order_by("starts_at", "pk"):
        yield str(webinar.pk), f"{webinar.title}, {home.when(webinar.starts_at)}"


def opens(key: str) -> Opened | None:
    """Return how somebody who bought a seat has it: on its day."""
    webinar = _webinar(key)
    if webinar is None:
        return None
    return Opened(webinar.title, words=home.hours(webinar.starts_at, webinar.ends_at))


def left(key: str) -> int | None:
    """Return how many seats can still be bought; 0 once it has begun, None where there is no limit."""
    webinar = _webinar(key)
    if webinar is None or not webinar.is_open:
        return 0
    return waiting.left(webinar)


def until(key: str) -> datetime | None:
    """Return when it begins: a seat is to be paid before."""
    webinar = _webinar(key)
    return webinar.starts_at if webinar else None


def demand(key: str) -> None:
    """Hold the webinar until the transaction ends. Raises `SoldOut` where no seat can be bought in it."""
    if not key.isdecimal() or _webinar(key) is None:
        raise SoldOut(_("This webinar is gone. Nothing was ordered."))
    webinar = waiting.lock(int(key))
    try:
        registering.demand_open(webinar)
    except registering.NotOpen as closed:
        raise SoldOut(str(closed)) from None
    if waiting.left(webinar) == 0:
        raise SoldOut(
            _("All seats of “%(title)s” are taken. Nothing was ordered.") % {"title": webinar.title}
        )


def hold(key: str, buyer: Buyer) -> None:
    """Keep a seat for a buyer; whoever has one keeps that. `demand` came before. Clause `webinar-seat`."""
    webinar = Webinar.objects.get(pk=int(key))
    person = buyer.met.person
    with gate.using(registering.USE, what=registering.FORM):
        known = (
            Registration.objects.filter(webinar=webinar, person=person)
            .select_related("giving__person")
            .first()
        )
        if known is not None:
            if known.state not in TAKEN:
                buyer.met.writes_on(known.giving)
                known.state, known.position, known.revision = Seat.HELD, None, known.revision + 1
                known.save(update_fields=["state", "position", "revision"])
            return
        lapses = times.lapses_at(webinar, confirmed=buyer.confirmed)
        (giving,) = vault.receive(
            buyer.met,
            [vault.Part(clause=registering.CLAUSE, lapses_at=lapses)],
            address=buyer.address,
            where=BOUGHT,
            about=webinar.about,
            confirmed=buyer.confirmed,
        )
        Registration(person=person, giving=giving, webinar=webinar, state=Seat.HELD).save()


def freed(key: str, person_id: uuid.UUID) -> None:
    """Erase a seat that was kept and never paid; others can have it."""
    registration = _of(key, person_id)
    if registration is not None and registration.state == Seat.HELD:
        vault.end(registration.giving)


@begins_again
def granted(access: Access) -> None:
    """Give the seat that was kept, and confirm it by letter, with its calendar file."""
    if not access.key.isdecimal() or _webinar(access.key) is None:
        return
    webinar = waiting.lock(int(access.key))
    registration = _of(access.key, access.person_id)
    if registration is None or registration.state != Seat.HELD:
        return
    with gate.using(registering.USE, what=registering.FORM):
        registration.state = Seat.SEAT
        registration.save(update_fields=["state"])
        letters.confirmation(webinar, registration)


def taken_back(access: Access) -> None:
    """Take the seat back from whoever was paid back; the calendar learns of it."""
    webinar, registration = _webinar(access.key), _of(access.key, access.person_id)
    if webinar is not None and registration is not None:
        registering.give_up(webinar=webinar, person=registration.giving.person)


def _of(key: str, person_id: uuid.UUID) -> Registration | None:
    with gate.using(registering.USE, what=registering.FORM):
        found: Registration | None = (
            Registration.objects.filter(webinar=int(key) if key.isdecimal() else 0, person=person_id)
            .select_related("giving__person")
            .first()
        )
        return found
