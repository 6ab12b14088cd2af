"""Who was there, and when: seen by who holds the room, each look written down, corrected by the person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, vault
from leadrush.live import occasions
from leadrush.live.answering import NotTaken
from leadrush.live.models import Guest, Room, Stay
from leadrush.vault.models import Person
from leadrush.vault.opening import Opening, note_each

CATEGORIES = ("lr:Attendance", "lr:RoomName")
WHAT = "live.report"
AROUND = timedelta(hours=12)
"""How far from its event somebody can have been in a room."""


@dataclass(frozen=True, slots=True)
class Attended:
    """One who was there, as the host sees them: the chosen name, the role, from when until when."""

    guest: int
    name: str
    role: str
    stays: tuple[tuple[datetime, datetime], ...]

    @property
    def minutes(self) -> int:
        """For how long, all stays together, in whole minutes."""
        return sum(round((left - came).total_seconds()) for came, left in self.stays) // 60


def report(room: Room) -> list[Attended]:
    """Return who was there, first comers first, under `live.host` and its actor. Clause `live-report`.

    An entry for each person is written before anything is shown, so that each look stands on their own page.
    """
    guests = list(Guest.objects.filter(room=room).order_by("at", "pk"))
    note_each([Opening(guest.person_id, CATEGORIES, WHAT, room.about) for guest in guests])
    stays: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = Stay.objects.filter(guest__room=room).order_by("came_at")
    for guest, came, left in rows.values_list("guest_id", "came_at", "left_at"):
        stays[guest].append((came, left))
    return [Attended(guest.pk, guest.name, guest.role, tuple(stays[guest.pk])) for guest in guests]


def own(room: Room, person: Person) -> list[Stay]:
    """Return somebody's own stays in a room, for them to correct."""
    with gate.using("live.room", what="live.own"):
        return list(Stay.objects.filter(guest__room=room, person=person).order_by("came_at"))


def correct(*, room: Room, person: Person, hours: Sequence[tuple[datetime, datetime]]) -> None:
    """Put the hours that somebody says in the place of those that were noted. Twice is once.

    Raises `NotTaken` for hours that cannot be: none that end before they begin, lie ahead, overlap, or are
    far from the event.
    """
    now, wanted = timezone.now(), sorted(hours)
    try:
        event = occasions.of(room.about)
        # A host may open the room earlier, or keep it open longer.
        first = min(event.starts_at, room.live_at or event.starts_at) - AROUND
        last = max(event.ends_at, room.ended_at or event.ends_at) + AROUND
    except LookupError:
        first, last = room.made_at, now
    for nth, (came, left) in enumerate(wanted):
        if not first <= came < left <= min(last, now):
            raise NotTaken(
                "hours", _("Write hours around the event that have passed, the earlier one first.")
            )
        if nth and wanted[nth - 1][1] > came:
            raise NotTaken("hours", _("Two of these overlap."))
    if len(wanted) > 50:
        raise NotTaken("hours", _("At most 50 times of coming and going."))
    with transaction.atomic(), gate.using("live.room", what="live.correct"):
        guest = Guest.objects.filter(room=room, person=person).select_related("giving").first()
        if guest is None:
            raise NotTaken("gone", _("You were not in this room, or it is erased."))
        vault.note(subject=person.pk, categories=["lr:Attendance"], about=room.about)
        noted = Stay.objects.filter(guest=guest)
        if list(noted.order_by("came_at").values_list("came_at", "left_at")) == wanted:
            return
        noted.delete()
        for came, left in wanted:
            Stay(
                person=person, giving=guest.giving, guest=guest, came_at=came, left_at=left, corrected_at=now
            ).save()
