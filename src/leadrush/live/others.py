"""The film of a room for others than those who had a seat: only where all in it said yes to that, too.

That yes is one of its own (`live.show`), said for one room and kept beside the yes to be recorded there. When
somebody takes it back, others see the film no more from that moment on; those who had a seat see it still.
Clause `live-showing`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from leadrush import gate, vault
from leadrush.gate import evidence
from leadrush.live import beside, naming, occasions
from leadrush.live.models import Appearance, Guest, Recording, Room
from leadrush.media.films import Film

USE = "live.show"
FORM = "live.record"
CLAUSE = "live-showing"
KIND = "live.room"


# --- who agreed -------------------------------------------------------------------------------------------


def agreed(rooms: Collection[int]) -> dict[int, set[str]]:
    """Return who agreed that others see them and did not take it back, by room, by their words there."""
    found: dict[int, set[str]] = defaultdict(set)
    with gate.using(USE, what="live.others"):
        rows = Appearance.objects.filter(room__in=list(rooms)).exclude(shown_at=None)
        for room, word in rows.values_list("room_id", "word"):
            found[room].add(word)
    return found


def agree(guest: Guest) -> None:
    """Write down that others may see somebody in the film of this room, in the transaction of their yes to be
    recorded there. What they switched off for earlier films stays off.

    Raises `evidence.Stopped` while the clause is broken, `NotInForce` where the statement has it not.
    """
    evidence.demand_open(CLAUSE)
    with gate.using("live.record", what=FORM):
        said = set(Appearance.objects.filter(person=guest.person_id).exclude(shown_at=None).values_list("pk"))
    with gate.using(USE, what=FORM):
        held = set(Appearance.objects.filter(pk__in=[pk for (pk,) in said]).values_list("pk"))
    with gate.using("live.record", what=FORM):
        Appearance.objects.filter(pk__in=[pk for (pk,) in said - held]).update(shown_at=None)
        choice = vault.choose(person=guest.person, use=USE, answer=True, where=FORM, giving=guest.giving)
        Appearance.objects.filter(person=guest.person_id, room=guest.room).update(shown_at=choice.at)


def take_back(guest: Guest) -> None:
    """Let others see somebody in the film of this room no more, by their word in the room."""
    with gate.using("live.record", what=FORM):
        Appearance.objects.filter(person=guest.person_id, room=guest.room).update(shown_at=None)


def has_agreed(guest: Guest) -> bool:
    """Say whether others may see somebody in the film of this room."""
    return naming.participant(guest.pk) in agreed([guest.room_id])[guest.room_id]


# --- what may be shown ------------------------------------------------------------------------------------


def about(room: Room) -> str:
    """Return the word of a room's film in `media.films`."""
    return f"{KIND}:{room.pk}"


def is_open() -> bool:
    """Say whether films may be shown to others at all: the statement in force says so, and that is kept."""
    try:
        evidence.demand_open(CLAUSE)
    except (evidence.Stopped, gate.NotInForce):
        return False
    return True


class Films:
    """The films of live rooms; see `media.films.Source`."""

    def find(self, about: str) -> Film | None:
        """Return a room's film where its host shows it to others, and all who are in it agreed."""
        key = about.rpartition(":")[2]
        if not (key.isascii() and key.isdecimal() and len(key) < 19):
            return None
        return next(iter(_shown(Recording.objects.filter(room=int(key)))), None)

    def all(self) -> Iterable[Film]:
        """Return the films that may be shown to others, newest first."""
        return _shown(Recording.objects.order_by("-room__ended_at", "-pk"))


def _shown(rows: Iterable[Recording]) -> list[Film]:
    if not is_open():
        return []
    found = list(
        rows.filter(room__replay_others=True)  # type: ignore[attr-defined]
        .exclude(room__replay=None)
        .select_related("room__replay")
    )
    words = agreed([one.room_id for one in found]) if found else {}
    return [_film(one) for one in found if one.words and set(one.words) <= words[one.room_id]]


def _film(one: Recording) -> Film:
    file = one.room.replay
    assert file is not None
    try:
        title = occasions.of(one.room.about).title
    except LookupError:
        title = _("A live room")
    return Film(
        about=about(one.room),
        title=title,
        file=file,
        seconds=one.length,
        chapters=beside.chapters_of(one),
        transcript=beside.transcript_of(one),
        slides=beside.slides_of(one),
        recorded_at=one.room.live_at,
    )


# --- the host's word --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Others:
    """Whether a film may be shown to others: how many are in it, and how many of them did not agree to that.

    `left` says how many would be in one that is made without those.
    """

    people: int
    missing: int
    left: int


def of(recording: Recording) -> Others:
    """Return whether others may see a film, in numbers: who did not agree is nobody's to know."""
    words = agreed([recording.room_id])[recording.room_id]
    there = set(recording.words)
    return Others(len(there), len(there - words), len(there & words))


def show(room: Room, *, on: bool) -> bool:
    """Show a room's film to others, or to those who had a seat alone; return whether that can be done."""
    if on:
        recording = Recording.objects.filter(room=room).first()
        if recording is None or not recording.words or of(recording).missing or not is_open():
            return False
    return bool(Room.objects.filter(pk=room.pk).exclude(replay=None).update(replay_others=on))
