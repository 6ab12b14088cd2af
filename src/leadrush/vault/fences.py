"""Waiting, before the rows of a step are touched, for whoever looked before the step was written down.

A process knows a step of a publication by one question that is at most `LOOK_AGAIN` old (`publishing` tells
who may hold an older view, and why waiting so long is enough).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from django.db import connection

from leadrush.gate.models import Coming
from leadrush.vault import folding

# Transactions of this database that write, and those that were prepared. A snapshot would not do: it does not
# tell those that began to write after the last one that ended. Whose a lock is, is shown to every role.
WRITERS = """
SELECT l.virtualtransaction FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
 WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
   AND l.pid IS DISTINCT FROM pg_backend_pid()
   AND (l.pid IS NULL OR a.datname IS NULL OR a.datname = current_database())
"""


@dataclass
class Fence:
    """Waits until nobody writes any more who looked before this process saw the step."""

    since: float = field(default_factory=time.monotonic)
    writing: set[str] | None = None

    def passed(self) -> bool:
        """Say whether every such writer has ended. Nothing waits in here: ask again."""
        if time.monotonic() - self.since < folding.LEASE:
            return False
        if connection.vendor != "postgresql":
            return True
        with connection.cursor() as cursor:
            cursor.execute(WRITERS)
            now = {transaction for (transaction,) in cursor.fetchall()}
        self.writing = now if self.writing is None else self.writing & now
        return not self.writing


FENCES: dict[tuple[int, str], Fence] = {}


def of(coming: Coming) -> Fence:
    """Return this process's fence of the step that a version is at; it forgets those of other steps."""
    key = (coming.pk, coming.step)
    if key not in FENCES:
        FENCES.clear()
        FENCES[key] = Fence()
    return FENCES[key]
