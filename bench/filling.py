"""Invented persons, in bulk: what `vault.welcome` writes for each, and the same rows in plain tables."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.utils import timezone

from bench.plain import models as plain
from bench.pouring import count_on, pour
from leadrush.gate.versions import row_in_force
from leadrush.vault import addresses, keys
from leadrush.vault.folding import mask
from leadrush.vault.giving import EMAIL, EMAIL_CATEGORY
from leadrush.vault.masters import masters
from leadrush.vault.models import BlindIndex, Given, Giving, Item, Person, PersonKey

AT_ONCE = 20_000
WHERE = "webinars.register"
CLAUSE = "webinar-seat"


def address(number: int) -> str:
    """Return the address of the person with this number."""
    return f"person.{number}@mail.example"


@dataclass(frozen=True, slots=True)
class One:
    """One invented person: their number, their keys in the tables, their address in the clear and sealed."""

    number: int
    person: UUID
    giving: UUID
    key: bytes

    @property
    def address(self) -> str:
        """The address that they gave."""
        return address(self.number)

    @property
    def sealed(self) -> bytes:
        """The address as an item holds it."""
        return keys.seal_with(self.key, self.address.encode(), f"{self.person}:item:{EMAIL}")


def fill(size: int) -> None:
    """Make `size` persons, each with a key and one address given on a webinar's form and confirmed."""
    now = timezone.now()
    for start in range(1, size + 1, AT_ONCE):
        some = [
            One(number, uuid4(), uuid4(), os.urandom(32))
            for number in range(start, min(start + AT_ONCE, size + 1))
        ]
        _keys(some, now)
        _persons(some, now)
    for model in (Item, plain.Item):
        count_on(model)


def _keys(some: list[One], now: datetime) -> None:
    wrap = masters().wraps[0]
    pour(
        PersonKey,
        ("person", "kind", "wrapped", "ledger_secret", "made_at", "master_id"),
        (
            (
                one.person,
                PersonKey.LIVING,
                keys.seal_with(wrap, one.key, f"{PersonKey.LIVING}:{one.person}"),
                keys.seal_with(wrap, os.urandom(32), f"ledger:{one.person}"),
                now,
                masters().number,
            )
            for one in some
        ),
    )
    pour(
        BlindIndex,
        ("digest", "person", "made_at"),
        ((addresses.digest(one.address), one.person, now) for one in some),
    )


def _persons(some: list[One], now: datetime) -> None:
    version = row_in_force()
    folded = mask([EMAIL_CATEGORY], [Giving(version=version, clause=CLAUSE, confirmed_at=now)], {})
    pour(
        Person,
        ("id", "is_superuser", "role", "joined_at", "session_epoch", "is_active"),
        ((one.person, False, "", now, 0, True) for one in some),
    )
    pour(plain.Person, ("id", "email", "joined_at"), ((one.person, one.address, now) for one in some))
    pour(
        Giving,
        ("id", "person_id", "where", "about", "clause", "version_id", "at", "confirmed_at"),
        ((one.giving, one.person, WHERE, "", CLAUSE, version.pk, now, now) for one in some),
    )
    pour(
        plain.Giving,
        ("id", "person_id", "where", "about", "at", "confirmed_at"),
        ((one.giving, one.person, WHERE, "", now, now) for one in some),
    )
    items = [(one.number, one.person, one.giving, EMAIL, EMAIL_CATEGORY, one.sealed, now) for one in some]
    columns = ("id", "person_id", "giving_id", "kind", "category", "sealed", "at")
    pour(plain.Item, columns, items)
    pour(Item, (*columns, "mask"), ((*item, folded) for item in items))
    pour(Given, ("item_id", "giving_id"), ((one.number, one.giving) for one in some))
