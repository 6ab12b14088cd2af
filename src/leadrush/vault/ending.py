"""Until when: what was given is kept as short as the version it was given under says, or the one in force.

A room whose data lapse some days after an event of its own says here when that is, clause by clause. For what
is kept some days after its giving, nobody needs to say anything. A later version with fewer days brings the
ends forward (`publishing`), and none ever moves one back.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from leadrush import gate
from leadrush.gate.versions import version_of
from leadrush.statement import Version
from leadrush.vault.models import Giving

Ends = Callable[[Sequence[Giving]], Mapping[uuid.UUID, datetime]]
"""Takes live givings under one clause; returns the latest end of each that has one, by its key."""

AT_ONCE = 200

_ends: dict[str, Ends] = {}


def register(clause: str, ends: Ends) -> None:
    """Say how the end of what was given under a clause follows from the statement; once, in `ready`."""
    _ends[clause] = ends


def latest(givings: Sequence[Giving]) -> dict[uuid.UUID, datetime]:
    """Return the latest moment at which each of these live givings ends, for those that have one."""
    found: dict[uuid.UUID, datetime] = {}
    by_clause: dict[str, list[Giving]] = defaultdict(list)
    for giving in givings:
        by_clause[giving.clause].append(giving)
    for clause, some in by_clause.items():
        found |= _ends.get(clause, after_giving)(some)
    return found


def after_giving(givings: Sequence[Giving]) -> dict[uuid.UUID, datetime]:
    """Return the ends of what is kept some days after it was given, where its own clause says no more than
    that. A clause that also keeps something for longer, or after another event, is its room's to read."""
    found = {}
    for giving in givings:
        said = [
            min(days)
            for text in (version_of(giving.version_id), gate.force())
            if (days := _days(text, giving.clause))
        ]
        if said:
            found[giving.pk] = giving.at + timedelta(days=min(said))
    return found


def _days(text: Version, clause: str) -> list[int]:
    if text.number_of(clause) is None:
        return []
    said = [term.retention for term in text.clause(clause).terms]
    if any(one.days is None or one.after != "giving" for one in said):
        return []
    return [one.days for one in said if one.days is not None]


def bring_forward(persons: Sequence[uuid.UUID]) -> int:
    """Bring the ends of these persons' givings forward to where both versions put them; return how many.

    Twice is once; whoever calls holds the persons.
    """
    live = Giving.objects.filter(person__in=persons, ended_at__isnull=True)
    givings = list(live.only("pk", "version_id", "clause", "about", "at", "confirmed_at", "lapses_at"))
    ends = latest(givings)
    changed = []
    for giving in givings:
        end = ends.get(giving.pk)
        if end is not None and (giving.lapses_at is None or giving.lapses_at > end):
            giving.lapses_at = end
            changed.append(giving)
    if changed:
        Giving.objects.bulk_update(changed, ["lapses_at"], batch_size=AT_ONCE)
    return len(changed)
