"""Opened texts of a room, held in this process while the room is on, so that each is opened once.

What the database does not show any more (hidden, erased, over) is dropped at the next look.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from leadrush import vault

_held: dict[tuple[str, int], dict[int, str]] = {}
_lock = threading.Lock()


def opened(
    rows: Sequence[Any], *, room: int, about: str, context: str, category: str, what: str
) -> list[str]:
    """Return the texts of these rows, which are all that is shown of their kind; those that were not opened
    here yet are opened under one entry in the ledger. Raises as `vault.unseal` does."""
    with _lock:
        known = dict(_held.get((context, room), {}))
    fresh = [row for row in rows if row.pk not in known]
    pairs = [(row.person_id, row.sealed) for row in fresh]
    texts = vault.unseal(pairs, context=context, category=category, what=what, about=about)
    known |= {row.pk: text for row, text in zip(fresh, texts, strict=True)}
    shown = {row.pk: known[row.pk] for row in rows}
    with _lock:
        _held[context, room] = shown
    return list(shown.values())


def add(context: str, room: int, key: int, text: str) -> None:
    """Hold a text that was just written, where others of its room are held."""
    with _lock:
        if (context, room) in _held:
            _held[context, room][key] = text


def keys(context: str, room: int) -> set[int]:
    """Return which of a room's rows are held opened here."""
    with _lock:
        return set(_held.get((context, room), ()))


def drop(context: str, room: int, gone: set[int]) -> None:
    """Let go of the texts of rows that are no more."""
    with _lock:
        held = _held.get((context, room), {})
        for key in gone:
            held.pop(key, None)


def forget(room: int | None = None) -> None:
    """Let go of what is held of a room, or of every room."""
    with _lock:
        for held in [one for one in _held if room is None or one[1] == room]:
            del _held[held]
