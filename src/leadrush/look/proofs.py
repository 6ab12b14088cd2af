"""Where the state of a clause comes from: the room that checks clauses registers itself here.

Nothing is vouched for that nobody counted: until a source is registered, a mark is plain and the seal
says which version is in force, and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _

State = Literal["kept", "due", "broken"]


@dataclass(frozen=True)
class Proof:
    """What the last check of a clause found: its state, the sentence that says so, and when.

    `stops` says that nothing is taken under the clause for now, so that its forms close.
    """

    state: State
    sentence: str
    at: datetime
    stops: bool = False


@dataclass(frozen=True)
class Count:
    """What the checks of all clauses found: how many of how many are kept, how many of the others are broken
    (the rest waits for its check), and when that was counted last.

    `idle` more have nothing to count yet, such as gifts where nobody gave one: they are no part of `total`.
    """

    kept: int
    total: int
    at: datetime
    broken: int = 0
    idle: int = 0


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


def refusal(slug: str) -> str:
    """Say to whoever sent a form that nothing is taken under this clause for now, and why."""
    found = of(slug)
    return _(
        "We cannot take this just now: a sentence of our privacy statement is not kept. %(why)s Nothing was "
        "stored. What you wrote stands here; send it again when the check passes."
    ) % {"why": found.sentence if found else ""}
