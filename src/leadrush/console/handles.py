"""Signed handles: how a page knows which person it is about, without an address and not for long.

Each is bound to the member of staff that it was made for, so that one sent to somebody else opens nothing.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing

LASTS = timedelta(minutes=15)
"""How long somebody stays opened; after it the page asks again what for."""

FOUND = "leadrush.console.found"
OPENED = "leadrush.console.opened"


@dataclass(frozen=True)
class Opened:
    """A person that a member of staff opened: who, and the entry that says what for."""

    person: uuid.UUID
    entry: int


def found(person: uuid.UUID, staff: uuid.UUID) -> str:
    """Return the handle of a person who was found and not opened yet."""
    return signing.dumps([person.hex, staff.hex], salt=FOUND)


def opened(person: uuid.UUID, staff: uuid.UUID, entry: int) -> str:
    """Return the handle of a person who was opened, under this entry of the ledger."""
    return signing.dumps([person.hex, staff.hex, entry], salt=OPENED)


def read_found(handle: str, staff: uuid.UUID) -> uuid.UUID | None:
    """Return who was found, or None for a handle that is old, changed or somebody else's."""
    read = _read(handle, FOUND, staff)
    return uuid.UUID(read[0]) if read else None


def read_opened(handle: str, staff: uuid.UUID) -> Opened | None:
    """Return who was opened, or None for a handle that is old, changed or somebody else's."""
    read = _read(handle, OPENED, staff)
    return Opened(uuid.UUID(read[0]), int(read[2])) if read else None


def _read(handle: str, salt: str, staff: uuid.UUID) -> list[str] | None:
    try:
        read: list[str] = signing.loads(handle, salt=salt, max_age=LASTS)
    except signing.BadSignature:
        return None
    return read if read[1] == staff.hex else None
