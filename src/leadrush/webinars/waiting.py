"""Seats and the line for them. Whoever changes who has one holds the webinar's row, so all take turns.

Three things hold whenever a transaction ends: never more seats taken than there are; nobody waits while one
is free; the line moves in the order in which people joined it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from leadrush import gate
from leadrush.webinars.models import TAKEN, Registration, Seat, State, Webinar

USE = "webinars.seats"


def lock(pk: int) -> Webinar:
    """Return the webinar and hold its row until the transaction ends. Raises `Webinar.DoesNotExist`."""
    return Webinar.objects.select_for_update().get(pk=pk)


def taken(webinar: Webinar) -> int:
    """Return how many seats are taken, or kept for somebody who has ordered one."""
    with gate.using(USE, what="webinars.count"):
        return Registration.objects.filter(webinar=webinar, state__in=TAKEN).count()


def anybody(webinar: Webinar) -> bool:
    """Say whether somebody has a seat, or waits for one."""
    with gate.using(USE, what="webinars.count"):
        return bool(Registration.objects.filter(webinar=webinar).exclude(state=Seat.GIVEN_UP).exists())


def left(webinar: Webinar) -> int | None:
    """Return how many seats are free, or None where there is no limit."""
    return None if webinar.seats is None else max(0, webinar.seats - taken(webinar))


@dataclass(frozen=True)
class Place:
    """What the next one gets: a seat, or a position in the line with so many before it.

    `listed` says of the person who was asked for that they are in the list already.
    """

    state: str
    position: int | None = None
    ahead: int = 0
    listed: bool = False


def place_for(webinar: Webinar, person: uuid.UUID) -> Place:
    """Return what a person gets who comes now, and whether they came before; one question.

    The caller holds the webinar.
    """
    with gate.using(USE, what="webinars.count"):
        now: dict[str, Any] = Registration.objects.filter(webinar=webinar).aggregate(
            mine=Count("pk", filter=Q(person=person)),
            taken=Count("pk", filter=Q(state__in=TAKEN)),
            waiting=Count("pk", filter=Q(state=Seat.WAITING)),
            last=Max("position"),
        )
    listed = now["mine"] > 0
    if webinar.seats is None or (now["taken"] < webinar.seats and not now["waiting"]):
        return Place(Seat.SEAT, listed=listed)
    return Place(Seat.WAITING, (now["last"] or 0) + 1, now["waiting"], listed)


def ahead(registration: Registration) -> int:
    """Return how many stand before somebody in the line."""
    with gate.using(USE, what="webinars.count"):
        line = Registration.objects.filter(webinar=registration.webinar_id, state=Seat.WAITING)
        return int(line.filter(position__lt=registration.position).count())


def move_up(webinar: Webinar) -> list[Registration]:
    """Give free seats to the first in line and tell them by mail. The caller holds the webinar."""
    from leadrush.webinars import letters

    if webinar.state != State.OPEN or timezone.now() >= webinar.starts_at:
        return []
    with gate.using(USE, what="webinars.move_up"):
        line = (
            Registration.objects.filter(webinar=webinar, state=Seat.WAITING)
            .order_by("position")
            .select_related("giving__person")
        )
        free = left(webinar)
        moved = list(line if free is None else line[:free])
        for registration in moved:
            registration.state, registration.position = Seat.SEAT, None
            registration.save(update_fields=["state", "position"])
    for registration in moved:
        letters.moved_up(webinar, registration)
    return moved


@contextmanager
def after_leaving(webinars: Iterable[int]) -> Iterator[None]:
    """Hold these webinars while registrations in them are deleted, and then let the line move up.

    However many they are, one question holds them, and one finds those in which somebody waits.
    """
    with transaction.atomic():
        held = list(Webinar.objects.select_for_update().filter(pk__in=list(webinars)).order_by("pk"))
        yield
        with gate.using(USE, what="webinars.count"):
            line = Registration.objects.filter(webinar__in=held, state=Seat.WAITING)
            waits = set(line.values_list("webinar_id", flat=True))
        for webinar in held:
            if webinar.pk in waits:
                move_up(webinar)


def sweep() -> int:
    """Let the line move up wherever a seat is free; return how many did.

    Leaving moves the line by itself. This finds what left by another way, such as rows that went with a
    person.
    """
    with gate.using(USE, what="webinars.count"):
        waits = set(Registration.objects.filter(state=Seat.WAITING).values_list("webinar_id", flat=True))
    count = 0
    for pk in sorted(waits):
        with transaction.atomic():
            count += len(move_up(lock(pk)))
    return count
