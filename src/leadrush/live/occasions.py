"""Occasions: what a live room is for. Rooms such as webinars say here who may enter and who hosts.

An occasion is named by `about`, such as `webinars.webinar:5`; what stands before the colon is its kind.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from leadrush.vault.models import Giving, Person

ABOUT = re.compile(r"[a-z_]{1,30}\.[a-z_]{1,30}:[0-9]{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What one room is for: `address` is the path of its page, `host` what people call who holds it.

    `film` is the word in `media.films` of a recording that is shown there, from `starts_at` on.
    """

    about: str
    title: str
    starts_at: datetime
    ends_at: datetime
    address: str
    host: str = ""
    film: str = ""


class Kind(Protocol):
    """What a room says of its occasions. Each method opens the uses that it needs."""

    def find(self, about: str) -> Occasion | None:
        """Return the occasion that is held, or will be, or was; None where there is none."""

    def seats(self, about: str, persons: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Giving]:
        """Return, for those of these persons who may enter, the live giving by which they may; one question
        however many they are. A host needs none."""

    def hosts(self, about: str, person: Person) -> bool:
        """Say whether a person may hold it."""

    def helps(self, about: str, person: Person) -> bool:
        """Say whether somebody with a seat is to hold it with its host."""


_kinds: dict[str, Kind] = {}


def register(prefix: str, kind: Kind) -> None:
    """Say who knows the occasions whose names begin with `prefix` and a colon; once, in `ready`."""
    _kinds[prefix] = kind


def _kind(about: str) -> Kind:
    kind = _kinds.get(about.partition(":")[0]) if ABOUT.fullmatch(about) else None
    if kind is None:
        raise LookupError(f"there is no such occasion: {about[:64]}")
    return kind


def of(about: str) -> Occasion:
    """Return an occasion. Raises `LookupError` where there is none."""
    found = _kind(about).find(about)
    if found is None:
        raise LookupError(f"there is no such occasion: {about}")
    return found


def seats_of(about: str, persons: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Giving]:
    """Return the givings of those of these persons who may enter."""
    return _kind(about).seats(about, persons) if persons else {}


def seat_of(about: str, person: Person) -> Giving | None:
    """Return the giving by which a person may enter, if they may."""
    return seats_of(about, [person.pk]).get(person.pk)


def hosts(about: str, person: Person) -> bool:
    """Say whether a person may hold an occasion."""
    return _kind(about).hosts(about, person)


def helps(about: str, person: Person) -> bool:
    """Say whether somebody with a seat is to hold an occasion with its host."""
    return _kind(about).helps(about, person)
