"""Who used what, when and why: written before a value opens, never a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadrush.late import late
from leadrush.ledger.words import deed, program, say_deed, say_program, subject, titles

if TYPE_CHECKING:
    from leadrush.ledger.models import Entry, Head, Link, Settled
    from leadrush.ledger.reading import of
    from leadrush.ledger.writing import Unwritten, draft, write

__all__ = [
    "Entry",
    "Head",
    "Link",
    "Settled",
    "Unwritten",
    "deed",
    "draft",
    "of",
    "program",
    "say_deed",
    "say_program",
    "subject",
    "titles",
    "write",
]

__getattr__ = late(
    __name__,
    {
        "Entry": "models",
        "Head": "models",
        "Link": "models",
        "Settled": "models",
        "Unwritten": "writing",
        "draft": "writing",
        "of": "reading",
        "write": "writing",
    },
)
