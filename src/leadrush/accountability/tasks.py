"""What this room does by the clock."""

from __future__ import annotations

from leadrush import gate
from leadrush.accountability import checking, counting


@gate.task("accountability.count", use="accountability.check", every=5)
def count() -> None:
    """Count what is due, beside everything else that is due. Clause `evidence`."""
    checking.CLOCK.tick()


@gate.task("accountability.drop", use=None, every=3600, why="drops counts that are older than thirty days")
def drop() -> None:
    """Drop what is older than the thirty days that are shown. Clause `evidence`."""
    counting.drop()
