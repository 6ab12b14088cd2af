"""Invented persons, in bulk: what `vault.welcome` writes for each, and the same rows in plain tables."""

from __future__ import annotations

import os
import uuid
from typing import Any

from django.utils import timezone

from bench.plain import models as plain
from leadrush import gate
from leadrush.gate.versions import row_in_force
from leadrush.vault import addresses, keys
from leadrush.vault.folding import CHOICES
from leadrush.vault.giving import EMAIL, EMAIL_CATEGORY
from leadrush.vault.models import BlindIndex, Given, Giving, Item, Person, PersonKey

AT_ONCE = 5_000
WHERE = "webinars.register"
CLAUSE = "webinar-seat"


def address(number: int) -> str:
    """Return the address of the person with this number."""
    return f"person.{number}@mail.example"


def fill(size: int) -> None:
    """Make `size` persons, each with a key and one address given on a webinar's form and confirmed."""
    for start in range(0, size, AT_ONCE):
        _some(range(start, min(start + AT_ONCE, size)))


def _some(numbers: range) -> None:
    now = timezone.now()
    persons = [Person(id=uuid.uuid4(), joined_at=now) for _ in numbers]
    version = row_in_force()
    givings = [
        Giving(
            id=uuid.uuid4(), person=p, where=WHERE, clause=CLAUSE, version=version, at=now, confirmed_at=now
        )
        for p in persons
    ]
    for giving in givings:
        # Nobody has chosen anything yet, and nobody need be asked.
        giving.__dict__[CHOICES] = {}
    ring = {person.pk: os.urandom(32) for person in persons}
    items = [
        Item(
            person=p,
            giving=g,
            kind=EMAIL,
            category=EMAIL_CATEGORY,
            at=now,
            sealed=keys.seal_with(ring[p.pk], address(number).encode(), f"{p.pk}:item:{EMAIL}"),
        )
        for number, p, g in zip(numbers, persons, givings, strict=True)
    ]
    _write(PersonKey, [_key(person.pk, ring[person.pk]) for person in persons])
    _write(
        BlindIndex,
        [
            BlindIndex(digest=addresses.digest(address(number)), person=p.pk)
            for number, p in zip(numbers, persons, strict=True)
        ],
    )
    _write(Person, persons)
    _write(Giving, givings)
    with gate.using("house.keep", what="bench.fill"):
        _write(Item, items)
        _write(Given, [Given(item=i, giving=g) for i, g in zip(items, givings, strict=True)])
    _plainly(numbers, persons, givings, items)


def _key(person: uuid.UUID, key: bytes) -> PersonKey:
    wrap = keys.derived("wrap")
    return PersonKey(
        person=person,
        wrapped=keys.seal_with(wrap, key, f"{PersonKey.LIVING}:{person}"),
        ledger_secret=keys.seal_with(wrap, os.urandom(32), f"ledger:{person}"),
    )


def _plainly(numbers: range, persons: list[Person], givings: list[Giving], items: list[Item]) -> None:
    _write(
        plain.Person,
        [
            plain.Person(id=p.pk, email=address(number), joined_at=p.joined_at)
            for number, p in zip(numbers, persons, strict=True)
        ],
    )
    _write(
        plain.Giving,
        [
            plain.Giving(id=g.pk, person_id=g.person_id, where=g.where, at=g.at, confirmed_at=g.at)
            for g in givings
        ],
    )
    _write(
        plain.Item,
        [
            plain.Item(
                person_id=i.person_id,
                giving_id=i.giving_id,
                kind=i.kind,
                category=i.category,
                sealed=i.sealed,
                at=i.at,
            )
            for i in items
        ],
    )


def _write(model: Any, rows: list[Any]) -> None:
    model.objects.bulk_create(rows)
