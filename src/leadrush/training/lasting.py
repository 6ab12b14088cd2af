"""Until when what a learner left is kept: some days after the access ended, as the statement says."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from leadrush import gate, statement
from leadrush.gate.versions import version_of
from leadrush.statement import Version
from leadrush.training.models import Enrolment
from leadrush.vault.models import Giving

UNOPENED = timedelta(days=30)
"""How long a training that was asked for with an address waits for whoever has it to open it."""
NEEDS = [
    ("lr:Enrolment", "training.learn"),
    ("lr:Progress", "training.learn"),
    ("lr:LearnerNote", "training.learn"),
    ("lr:LearnerWork", "training.learn"),
]
"""All of it goes together, so that the shortest of the sentences counts for each."""


def days_kept(*, given: Version | None = None) -> int:
    """Return for how many days after the access ended a learner's things are kept: as few as the version that
    they were given under says, or the one in force. Without `given` they are given now."""
    force = gate.force()
    return statement.kept(given=given or force, force=force, needs=NEEDS).get("access", 0)


def lapses_at(enrolment: Enrolment, *, given: Version | None = None) -> datetime | None:
    """Return when what hangs on an enrolment is erased; None while nobody knows when its access ends."""
    ends = [moment for moment in (enrolment.ended_at, enrolment.ends_at) if moment is not None]
    return min(ends) + timedelta(days=days_kept(given=given)) if ends else None


def latest(enrolment: Enrolment, giving: Giving) -> datetime | None:
    """Return the latest day of what hangs on an enrolment: one that nobody opened goes sooner."""
    end = lapses_at(enrolment, given=version_of(giving.version_id))
    if giving.confirmed or enrolment.source != Enrolment.Source.FREE:
        return end
    unopened = giving.at + UNOPENED
    return min(end, unopened) if end else unopened


def ends(givings: Sequence[Giving]) -> Mapping[uuid.UUID, datetime]:
    """Return the latest end of each of these givings that has one, for `vault.ending`."""
    by_key = {giving.pk: giving for giving in givings}
    with gate.using("house.keep", what="training.ends"):
        found = {}
        for enrolment in Enrolment.objects.filter(giving__in=list(by_key)):
            giving = by_key[enrolment.giving_id]
            end = latest(enrolment, giving)
            if end is not None:
                found[giving.pk] = end
        return found


def never(givings: Sequence[Giving]) -> Mapping[uuid.UUID, datetime]:
    """A certificate stays until its person erases it."""
    return {}
