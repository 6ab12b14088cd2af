"""Stays: from when until when somebody was in a room, and whether they still may be there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate
from leadrush.live import occasions
from leadrush.live.closing import ELSEWHERE, NOT_LET_IN, OVER
from leadrush.live.models import HOSTING, Guest, Role, Room, Stay
from leadrush.vault.models import Person

USE = "live.room"
GAP = timedelta(minutes=1)
AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Ended:
    """Why somebody is in a room no more: what kind of word it is, for them, and the socket's last number."""

    code: str
    words: str
    close: int


def came(guest: Guest) -> None:
    """Note that somebody is here: their last stay goes on where it is less than a minute old."""
    now = timezone.now()
    last = Stay.objects.filter(guest=guest).order_by("-left_at").first()
    if last is not None and last.left_at > now - GAP:
        if last.left_at < now:
            Stay.objects.filter(pk=last.pk).update(left_at=now)
        return
    Stay(person_id=guest.person_id, giving=guest.giving, guest=guest, came_at=now, left_at=now).save()


def left(*, guest: int, chair: str) -> None:
    """Note that somebody's window is gone, unless another one of theirs took its place."""
    with gate.using(USE, what="live.left"), transaction.atomic():
        if Guest.objects.filter(pk=guest, chair=chair).exists():
            _still_here([guest])


def _still_here(guests: Collection[int]) -> int:
    """Let the newest stays of these guests reach until now; a clock that went back shortens none."""
    now = timezone.now()
    return Stay.objects.filter(guest__in=guests, left_at__gt=now - GAP).update(
        left_at=Greatest("left_at", now)
    )


def beat(*, room: int, chairs: Mapping[str, int]) -> dict[str, Ended]:
    """Ask for the windows of a room that are in one process whether they still may be: their guest by chair.

    Returns those that may not, with the reason; for the others it notes that their guests were here. Three
    questions and one change for some hundred of them. Clause `live-room`.
    """
    with gate.using(USE, what="live.beat"):
        there = Room.objects.filter(pk=room).first()
        if there is None or there.is_over:
            return {chair: Ended("over", _("This is over."), OVER) for chair in chairs}
        ended: dict[str, Ended] = {}
        for some in _some(sorted(chairs)):
            asked = {chair: chairs[chair] for chair in some}
            known = _known(there, set(asked.values()))
            ended |= _ended(there, known, asked)
            here = {guest for chair, guest in asked.items() if chair not in ended}
            with transaction.atomic():
                if _still_here(here) < len(here):
                    # The process stood still for longer than a gap, or the clock went on: a new stay begins.
                    for guest in here:
                        came(known[guest])
        return ended


def _known(room: Room, keys: Collection[int]) -> dict[int, Guest]:
    rows = Guest.objects.filter(pk__in=keys, room=room, giving__ended_at__isnull=True)
    return {guest.pk: guest for guest in rows.select_related("giving")}


def _ended(room: Room, known: Mapping[int, Guest], chairs: Mapping[str, int]) -> dict[str, Ended]:
    seats = occasions.seats_of(room.about, [g.person_id for g in known.values() if g.role != Role.HOST])
    holding = [g.person_id for g in known.values() if g.role in HOSTING]
    persons = Person.objects.filter(pk__in=holding) if holding else []
    staff = {person.pk for person in persons if occasions.hosts(room.about, person)}
    found: dict[str, Ended] = {}
    for chair, key in chairs.items():
        guest = known.get(key)
        if guest is None or guest.person_id not in seats.keys() | staff:
            found[chair] = Ended("seat", _("You have no seat here any more."), NOT_LET_IN)
        elif guest.removed_at is not None:
            words = _("You were taken out of this room by who holds it.")
            found[chair] = Ended("removed", words, NOT_LET_IN)
        elif guest.chair != chair:
            words = _("You are in this room in another window now. You can come back here.")
            found[chair] = Ended("elsewhere", words, ELSEWHERE)
    return found


def _some(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]
