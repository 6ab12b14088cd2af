"""How often something changed in a room, as this process knows: what was worked out before is then old."""

from __future__ import annotations

from collections import defaultdict

_changes: defaultdict[int, int] = defaultdict(int)


def note(room: int) -> None:
    """Note that something changed in a room."""
    _changes[room] += 1


def of(room: int) -> int:
    """Return a number that is another one after each change."""
    return _changes[room]
