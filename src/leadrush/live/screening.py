"""A recording shown in a room at a set hour: the clock begins and ends it; all see the same moment of it.

It is called a recording wherever it is shown. What was said while it was recorded is not played as if those
people were there: the talk in the room is of those who came. Who holds the room may come on stage as ever.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from leadrush import gate
from leadrush.live import occasions, settling, staging, telling
from leadrush.live.models import Room, RoomState
from leadrush.live.occasions import Occasion

USE = "live.host"
TALK = timedelta(minutes=30)
"""How long a room stays open for talk after its recording, unless who holds it ends it."""


def due(event: Occasion, now: datetime) -> tuple[str, datetime | None]:
    """Return the state in which the clock has a room at a moment, and when it changes next; "" before it
    begins."""
    over = event.ends_at + TALK
    if now < event.starts_at:
        return "", event.starts_at
    if now < over:
        return RoomState.LIVE, over
    return RoomState.OVER, None


def turn(key: int) -> datetime | None:
    """Bring a room to where the clock has it; return when that changes next, None where the clock changes
    nothing there (any more). Twice is once."""
    room = Room.objects.filter(pk=key).first()
    event = _shows(room) if room is not None and not room.is_over else None
    if event is None:
        return None
    assert room is not None
    state, changes_at = due(event, timezone.now())
    if state == "" or (state == RoomState.LIVE and room.state in (RoomState.LIVE, RoomState.PAUSED)):
        return changes_at  # as everybody who comes meanwhile finds it: nothing is held
    with transaction.atomic(), gate.using(USE, what="live.screening"):
        held = Room.objects.select_for_update().get(pk=key)
        if state == RoomState.OVER and not held.is_over:
            staging.end(held)
        elif state == RoomState.LIVE and held.state in (RoomState.PLANNED, RoomState.GREEN):
            held.state, held.live_at, held.film = RoomState.LIVE, event.starts_at, event.film
            held.save(update_fields=["state", "live_at", "film"])
            telling.tell(held.pk, "room", **staging.facts(held))
            settling.after(held)
    return changes_at


def _shows(room: Room) -> Occasion | None:
    try:
        event = occasions.of(room.about)
    except LookupError:
        return None
    return event if event.film else None


def sweep() -> None:
    """Bring every room to where the clock has it, those in which nobody is, too."""
    for key in Room.objects.exclude(state=RoomState.OVER).values_list("pk", flat=True):
        turn(key)
