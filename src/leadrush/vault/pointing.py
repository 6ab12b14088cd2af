"""Whatever points at a person: every table that knows their number, so that none keeps it.

Foreign keys are found by themselves, those of others' tables too; a column that holds a number without being
a key is registered by its part. Held rows are walked by their declarations.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import ForeignObjectRel, Model

from leadrush.vault import collects
from leadrush.vault.models import BlindIndex, Giving, Held, Person, PersonKey

SOME = 500
"""So many numbers are asked about in one question."""
_columns: list[tuple[type[Model], str]] = []
_searches: list[tuple[Callable[[set[uuid.UUID]], Any], Callable[[set[uuid.UUID]], int]]] = []


@dataclass(frozen=True)
class Pointer:
    """A column that knows a person: its row goes with them, or the column is emptied."""

    model: type[Model]
    column: str
    emptied: bool = False

    def rows(self, persons: Iterable[uuid.UUID]) -> Any:
        return self.model._default_manager.filter(**{f"{self.column}__in": list(persons)})

    def clear(self, persons: Iterable[uuid.UUID]) -> None:
        """Let nothing here point at these persons."""
        rows = self.rows(persons)
        if self.emptied:
            rows.update(**{self.column: None})
        else:
            rows.delete()


def column(model: type[Model], name: str) -> None:
    """Register a column that holds a person's number without being a foreign key; its row goes with them."""
    _columns.append((model, name))


def search(clear: Callable[[set[uuid.UUID]], Any], count: Callable[[set[uuid.UUID]], int]) -> None:
    """Register how numbers are found and cleared that lie inside a text, as in the pages of the editor."""
    _searches.append((clear, count))


@cache
def _keys() -> tuple[Pointer, ...]:
    """Return the foreign keys that lead to a person, held rows and givings aside."""
    found = []
    for relation in Person._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.many_to_many:
            continue
        model = relation.related_model
        if isinstance(model, str) or issubclass(model, Held) or model is Giving:
            continue
        found.append(Pointer(model, relation.field.name, emptied=bool(relation.field.null)))
    return tuple(found)


def elsewhere() -> list[Pointer]:
    """Return every pointer but those of held rows, of givings, and of the keys."""
    return [*_keys(), *(Pointer(model, name) for model, name in _columns)]


def clear(persons: set[uuid.UUID]) -> None:
    """Let nothing but givings point at these persons, whose held rows are gone."""
    for pointer in elsewhere():
        pointer.clear(persons)
    for clear, _count in _searches:
        clear(persons)


def left(persons: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return those of these erased persons of whom something is left that the law does not keep.

    Every table that could know them is asked, some hundred persons at a time. Runs under
    `accountability.check` or `house.keep`.
    """
    found: set[uuid.UUID] = set()
    ordered = sorted(persons)
    for at in range(0, len(ordered), SOME):
        found |= _left(set(ordered[at : at + SOME]))
    return found


def _left(persons: set[uuid.UUID]) -> set[uuid.UUID]:
    found: set[uuid.UUID] = set()
    kept: set[uuid.UUID] = set()
    for declared in collects.gated():
        rows = declared.model._default_manager.filter(person__in=persons)
        if declared.erase == collects.KEPT:
            kept |= set(rows.filter(giving__kept_at__isnull=False).values_list("person", flat=True))
            rows = rows.filter(giving__kept_at__isnull=True)
        found |= set(rows.values_list("person", flat=True))
    givings = Giving.objects.filter(person__in=persons, kept_at__isnull=True)
    found |= set(givings.values_list("person", flat=True))
    found |= set(Person.objects.filter(pk__in=persons - kept).values_list("pk", flat=True))
    for pointer in elsewhere():
        found |= set(pointer.rows(persons).values_list(pointer.column, flat=True))
    for _clear, count in _searches:
        found |= {one for one in persons if count({one})} if count(persons) else set()
    keys = PersonKey.objects.filter(person__in=persons)
    found |= set(keys.exclude(kind=PersonKey.KEPT).values_list("person", flat=True))
    found |= set(keys.filter(kind=PersonKey.KEPT).values_list("person", flat=True)) - kept
    found |= set(BlindIndex.objects.filter(person__in=persons).values_list("person", flat=True))
    return found
