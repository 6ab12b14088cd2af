"""What is done with log files by the clock."""

from __future__ import annotations

from leadrush import gate
from leadrush.visits.logs import reading


@gate.task("visits.logs", use=None, every=5, why="Lines of logs become views that name nobody.")
def logs() -> None:
    """Go on with the log files that wait, for about a second. Clause `visits-logs`."""
    reading.read_due()
