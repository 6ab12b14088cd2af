"""Where the state of a clause comes from: the room that checks clauses registers itself here.

Nothing is vouched for that nobody counted: until a source is registered, a mark is plain and the seal
says which version is in force, and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["kept", "due", "broken"]


@dataclass(frozen=True)
class Proof:
    """What the last check of a clause found: its state, the sentence that says so, and when."""

    state: State
    sentence: str
    at: datetime


@dataclass(frozen=True)
class Count:
    """What the checks of all clauses found: how many of how many are kept, and when that was counted last."""

    kept: int
    total: int
    at: datetime


_clause: Callable[[str], Proof | None] | None = None
_all: Callable[[], Count | None] | None = None


def register(clause: Callable[[str], Proof | None] | None, count: Callable[[], Count | None] | None) -> None:
    """Let `clause(slug)` answer for one clause and `count()` for all; None takes the source away."""
    global _clause, _all
    _clause, _all = clause, count


def of(slug: str) -> Proof | None:
    """Return what the last check of this clause found, or None where nothing is checked yet."""
    return _clause(slug) if _clause else None


def count() -> Count | None:
    """Return what the last checks found over all clauses, or None where nothing is checked yet."""
    return _all() if _all else None
