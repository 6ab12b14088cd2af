"""Sealed values wherever they lie: those of one person, and which of all still open.

They are tried after a restore, value by value, and nothing is shown.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from leadrush import gate
from leadrush.vault import collects, keys
from leadrush.vault.models import Item
from leadrush.vault.opening import note

USE = "accountability.check"
BATCH = 1000
KINDS = (keys.LIVING, keys.FORMER, keys.KEPT)

Lying = tuple[uuid.UUID, keys.Bytes, str]
"""Whose, what was sealed, and the context that it was sealed for."""


@dataclass(frozen=True)
class Value:
    """One sealed value: its table's declaration, its row as a query, its column, context and kinds of data.

    `column` is None where the row is an item, which is its value.
    """

    declared: collects.Collects
    row: Any
    column: collects.Sealed | None
    context: str
    sealed: bytes
    categories: tuple[str, ...]

    def write(self, again: bytes, **more: Any) -> int:
        """Write it anew, only over what was read: one who does not hold the person's row may be quicker."""
        name = self.column.field if self.column else "sealed"
        return int(self.row.filter(**{name: self.sealed}).update(**{name: again}, **more))


def of(person_id: uuid.UUID) -> Iterator[Value]:
    """Yield each sealed value of a person, under the use in force; one question a table."""
    items = collects.of(Item)
    for item in Item.objects.filter(person=person_id).order_by("pk"):
        own = Item.objects.filter(pk=item.pk)
        yield Value(items, own, None, item.context, bytes(item.sealed), (item.category,))
    for declared in collects.gated():
        rows = declared.model._default_manager
        for column in declared.sealed:
            held = rows.filter(person_id=person_id).order_by("pk")
            for key, sealed in held.values_list("pk", column.field):
                if sealed:
                    row = rows.filter(pk=key)
                    yield Value(declared, row, column, column.context, bytes(sealed), declared.categories)


def rings_of(persons: set[uuid.UUID]) -> list[keys.Ring]:
    """Return every key that these persons have, by kind."""
    return [keys.Ring(persons, kind) for kind in KINDS]


@dataclass
class Tried:
    """How many values were tried; how many do not open of whom who has no key, and who has another key."""

    of: int = 0
    without: Counter[uuid.UUID] = field(default_factory=Counter)
    other: Counter[uuid.UUID] = field(default_factory=Counter)

    @property
    def lost(self) -> Counter[uuid.UUID]:
        """How many values of whom do not open."""
        return self.without + self.other


def try_all() -> Tried:
    """Try to open whatever is sealed; one entry in the ledger says so, and the values are thrown away."""
    tried = Tried()
    with gate.using(USE, actor=gate.Actor("program", "vault.restore"), what="vault.tried"):
        note(subject=None, categories=["*"])
        values = _values()
        while batch := list(islice(values, BATCH)):
            rings = rings_of({person for person, _sealed, _context in batch})
            for person, sealed, context in batch:
                tried.of += 1
                having = [ring for ring in rings if ring.has(person)]
                if not having:
                    tried.without[person] += 1
                elif not any(ring.opens(person, sealed, context) for ring in having):
                    tried.other[person] += 1
    return tried


def _values() -> Iterator[Lying]:
    for item in Item.objects.iterator(chunk_size=BATCH):
        yield item.person_id, item.sealed, item.context
    for declared in collects.gated():
        for column in declared.sealed:
            rows = declared.model._default_manager.values_list("person_id", column.field)
            for person, sealed in rows.iterator(chunk_size=BATCH):
                if sealed:
                    yield person, sealed, column.context
