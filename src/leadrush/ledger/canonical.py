"""The bytes that a digest is taken of, and the columns that they are made of. Decision 0023.

Written by hand, because a million entries are read in seconds, and the same on both databases. Whoever adds a
column to an entry leaves this form as it is and gives entries from some place on another.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

BEGINNING = bytes(32)
"""What stands before the first place."""

COLUMNS = (
    "id",
    "at",
    "use",
    "actor_kind",
    "actor",
    "subject",
    "what",
    "about",
    "categories",
    "count",
    "batch",
    "clause",
    "version",
)
WIDTH = len(COLUMNS)

# As it lies in a file of SQLite, and as PostgreSQL's would lie there: a text in UTC. The sign keeps Python's
# driver from making a moment of it, which would read two texts as one.
MOMENTS = {"sqlite": '+e."at"', "postgresql": "e.\"at\" AT TIME ZONE 'UTC'"}


def columns(vendor: str) -> str:
    """Return the columns of the entry `e` as a SELECT names them."""
    return ", ".join(MOMENTS[vendor] if name == "at" else f'e."{name}"' for name in COLUMNS)


def after(before: bytes, entry: Sequence[Any]) -> bytes:
    """Return the digest of an entry whose place follows one with the digest `before`; 32 bytes.

    `entry` has the values of `columns()`. Each text stands behind its length, so that no two entries have the
    same form. Raises TypeError for a value that no entry of ours has.
    """
    id, at, use, kind, actor, subject, what, about, categories, count, batch, clause, version = entry
    at = str(at)
    form = (
        f"{id} {count} {version} {len(at)}:{at}{len(use)}:{use}{len(kind)}:{kind}{len(actor)}:{actor}"
        f"{len(subject)}:{subject}{len(what)}:{what}{len(about)}:{about}{len(categories)}:{categories}"
        f"{len(batch)}:{batch}{len(clause)}:{clause}"
    )
    return sha256(before + form.encode()).digest()


def head(before: bytes, number: int, day: object, place: int, chain: bytes) -> bytes:
    """Return the digest of a day's head: of the head before, its own values, and the chain at its place."""
    return sha256(before + chain + f"{number} {day} {place}".encode()).digest()
