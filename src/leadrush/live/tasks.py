"""What live rooms do by the clock."""

from __future__ import annotations

from leadrush import gate
from leadrush.live import counted, staging


@gate.task("live.end", use="live.host", every=60)
def end() -> None:
    """End rooms that nobody ended, and destroy secrets of what is counted. Clause `live-polls`."""
    staging.end_forgotten()
    counted.sweep()
