"""Which sealed values still open: tried after a restore, value by value, and nothing is shown."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from leadrush import gate
from leadrush.vault import collects, keys
from leadrush.vault.models import Item
from leadrush.vault.opening import note

USE = "accountability.check"
BATCH = 1000

Value = tuple[uuid.UUID, keys.Bytes, str]
"""Whose, what was sealed, and the context that it was sealed for."""


@dataclass
class Tried:
    """How many values were tried; whose have no key, and whose were sealed under another than is there."""

    of: int = 0
    without: set[uuid.UUID] = field(default_factory=set)
    other: set[uuid.UUID] = field(default_factory=set)


def try_all() -> Tried:
    """Try to open whatever is sealed; one entry in the ledger says so, and the values are thrown away."""
    tried = Tried()
    with gate.using(USE, actor=gate.Actor("program", "vault.restore"), what="vault.tried"):
        note(subject=None, categories=["*"])
        values = _values()
        while batch := list(islice(values, BATCH)):
            persons = {person for person, _sealed, _context in batch}
            rings = [keys.Ring(persons, kind) for kind in (keys.LIVING, keys.FORMER, keys.KEPT)]
            for person, sealed, context in batch:
                tried.of += 1
                having = [ring for ring in rings if ring.has(person)]
                if not having:
                    tried.without.add(person)
                elif not any(ring.opens(person, sealed, context) for ring in having):
                    tried.other.add(person)
    return tried


def _values() -> Iterator[Value]:
    for item in Item.objects.iterator(chunk_size=BATCH):
        yield item.person_id, item.sealed, item.context
    for declared in collects.gated():
        for column in declared.sealed:
            rows = declared.model._default_manager.values_list("person_id", column.field)
            for person, sealed in rows.iterator(chunk_size=BATCH):
                if sealed:
                    yield person, sealed, column.context
