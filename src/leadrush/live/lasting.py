"""Until when what people leave in a live room is kept: some days after its event, as the statement says."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from leadrush import gate, statement
from leadrush.gate.versions import version_of
from leadrush.live import occasions
from leadrush.statement import Version
from leadrush.vault.models import Giving

CLAUSE = "live-room"
NEEDS = [
    ("lr:RoomName", "live.room"),
    ("lr:Attendance", "live.room"),
    ("lr:Attendance", "live.host"),
    ("lr:RoomTalk", "live.room"),
    ("lr:RoomTalk", "live.replay"),
    ("lr:Inquiry", "live.room"),
]
"""All of it hangs on one giving and goes together, so that the shortest of the sentences counts for each."""


def is_open() -> bool:
    """Whether the statement in force has what a live room rests on."""
    return gate.force().number_of(CLAUSE) is not None


def days_kept(*, given: Version | None = None) -> int:
    """Return for how many days after the event it is kept: as few as the version that it was given under
    says, or the one in force. Without `given` it is given now. Clauses `live-room` to `live-report`."""
    force = gate.force()
    return statement.kept(given=given or force, force=force, needs=NEEDS).get("event", 0)


def lapses_at(over: datetime, *, given: Version | None = None) -> datetime:
    """Return when what was left in a room is erased whose event is over then."""
    return over + timedelta(days=days_kept(given=given))


def ends(givings: Sequence[Giving]) -> Mapping[uuid.UUID, datetime]:
    """Return the latest end of each of these givings, for `vault.ending`. Of an event that is no more, what
    was said when it was given stands."""
    over: dict[str, datetime] = {}
    for about in {giving.about for giving in givings}:
        with suppress(LookupError):
            over[about] = occasions.of(about).ends_at
    return {
        giving.pk: lapses_at(over[giving.about], given=version_of(giving.version_id))
        for giving in givings
        if giving.about in over
    }


def moved(about: str) -> None:
    """Let what was left in the room of an event lapse by its new end, in the transaction of who moves it."""
    live = list(Giving.objects.filter(about=about, clause=CLAUSE, ended_at__isnull=True))
    latest = ends(live)
    for giving in live:
        giving.lapses_at = latest.get(giving.pk, giving.lapses_at)
    Giving.objects.bulk_update(live, ["lapses_at"], batch_size=200)
