"""Taking along: everything held about a person, column by column and of one moment. Clause `take-along`.

Walks the same declarations as `rights.py`, and carries every declared column of every row: a column of a kind
that no file can carry fails the start.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection, models, transaction
from django.utils.functional import Promise

from leadrush import gate, ledger
from leadrush.gate.models import Version
from leadrush.vault import collects, opening, rights
from leadrush.vault.folding import categories_of
from leadrush.vault.models import Choice, Given, Giving, Held, Item

CARRIED = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.BooleanField,
    models.FloatField,
    models.DecimalField,
    models.DateField,
    models.UUIDField,
    models.JSONField,
    models.ForeignKey,
)
"""The kinds of columns that a file can carry; of others, only those that are sealed text."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a row: `value` as JSON can hold it, `words` where a person would say it otherwise, and
    the day or moment it is, if it is one."""

    name: str
    title: str
    value: Any
    words: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """One row about a person: what it is, its columns, the givings it rests on, what it may be used for.

    `given` is the giving that brought it; `rests_on` are all that it stays for; `serves`: use, title, clause.
    """

    key: str
    table: str
    title: str
    categories: tuple[str, ...]
    columns: tuple[Column, ...]
    given: Giving
    rests_on: tuple[uuid.UUID, ...]
    serves: tuple[tuple[str, str, str], ...]


def columns_of(model: type[models.Model]) -> dict[str, models.Field[Any, Any]]:
    """Return a table's own columns by name."""
    return {field.name: field for field in model._meta.local_concrete_fields}


def fields_of(declared: collects.Collects) -> dict[str, models.Field[Any, Any]]:
    """Return the declared columns that a file can carry, by name, in the order of the declaration."""
    sealed = {one.field for one in declared.sealed} | ({"sealed"} if declared.model is Item else set())
    own = columns_of(declared.model)
    found = ((name, own.get(name)) for name in declared.fields)
    return {name: field for name, field in found if field and (name in sealed or isinstance(field, CARRIED))}


@contextmanager
def moment() -> Iterator[None]:
    """Read all that follows as it was at one moment; whoever writes meanwhile goes on, and is not read.

    Inside a transaction of somebody else's, theirs is the moment.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # What only reads need not take the one place that there is for writing.
        sqlite: Any = connection
        mode, sqlite.transaction_mode = sqlite.transaction_mode, "DEFERRED"
        try:
            with transaction.atomic():
                yield
        finally:
            sqlite.transaction_mode = mode


def counts(person_id: uuid.UUID) -> list[tuple[str | Promise, int]]:
    """Return how many rows of each kind are held about a person, opening none; one question a model."""
    found = [
        (declared.title, declared.model._default_manager.filter(person_id=person_id).count())
        for declared in collects.gated()
    ]
    return [(title, count) for title, count in found if count]


def things(person_id: uuid.UUID, rows: rights.Rows, entry: ledger.Entry) -> list[Thing]:
    """Return every row held about a person, oldest giving first. Opens all of it under the entry that was
    written for that; one question beside those of `rights.rows_of`."""
    rests = _rests([row for declared, held in rows.held if declared.model is Item for row in held])
    serves = lru_cache(maxsize=None)(lambda kinds, mask: tuple(rights.serves(kinds, mask)))
    found: list[Thing] = []
    for declared, held in rows.held:
        opened = _opened(declared, held, entry)
        fields = fields_of(declared)
        lies = declared.beside.read(held) if declared.beside and held else {}
        for place, row in enumerate(held):
            kinds = categories_of(row)
            found.append(
                Thing(
                    key=f"{declared.label}:{row.pk}",
                    table=declared.label,
                    title=_title(row, declared),
                    categories=tuple(kinds),
                    columns=tuple(
                        Column(name, str(declared.fields[name]), opened[name][place])
                        if name in opened
                        else _column(row, field, str(declared.fields[name]))
                        for name, field in fields.items()
                    )
                    + _beside(declared, lies.get(row.pk)),
                    given=row.giving,
                    rests_on=tuple(rests[row.pk]) if isinstance(row, Item) else (row.giving_id,),
                    serves=serves(tuple(kinds), row.mask),
                )
            )
    return sorted(found, key=lambda thing: (thing.given.at, thing.key))


def _beside(declared: collects.Collects, value: Any) -> tuple[Column, ...]:
    if declared.beside is None or value is None:
        return ()
    return (Column(declared.beside.name, str(declared.beside.title), value),)


def _title(row: Held, declared: collects.Collects) -> str:
    return rights.kind_words(row.kind) if isinstance(row, Item) else str(declared.title)


def _rests(items: Sequence[Item]) -> dict[int, list[uuid.UUID]]:
    found: dict[int, list[uuid.UUID]] = defaultdict(list)
    given = Given.objects.filter(item_id__in=[item.pk for item in items], giving__ended_at__isnull=True)
    for item_id, giving_id in given.order_by("giving__at", "giving_id").values_list("item_id", "giving_id"):
        found[item_id].append(giving_id)
    return found


def _opened(declared: collects.Collects, held: Sequence[Any], entry: ledger.Entry) -> dict[str, list[Any]]:
    """Return each sealed column of these rows, opened, in their order."""
    if declared.model is Item:
        values = opening.open_items(held, entry=entry)
        return {"sealed": [values[item.pk] for item in held]}
    return {sealed.field: _texts(declared, sealed, held, entry) for sealed in declared.sealed}


def _texts(
    declared: collects.Collects, sealed: collects.Sealed, held: Sequence[Any], entry: ledger.Entry
) -> list[Any]:
    """Return one sealed column of these rows, opened; empty text for those where nothing was written."""
    values = [bytes(getattr(row, sealed.field) or b"") for row in held]
    opened = iter(
        opening.unseal(
            [(row.person_id, value) for row, value in zip(held, values, strict=True) if value],
            context=sealed.context,
            category=declared.categories[0],
            entry=entry,
        )
    )
    return [sealed.reads(next(opened)) if value else "" for value in values]


def _column(row: Held, field: models.Field[Any, Any], title: str) -> Column:
    value = getattr(row, field.attname)
    words = ""
    if value is not None and isinstance(field, models.ForeignKey):
        # What the column points to is told where it was fetched with the row.
        to = row._state.fields_cache.get(field.name)
        words = "" if to is None else str(to)
        value = f"{field.related_model._meta.label_lower}:{value}"
    elif field.choices:
        words = str(dict(field.flatchoices).get(value, ""))
    return Column(field.name, title, plain(value), words, value if isinstance(value, date) else None)


def plain(value: Any) -> Any:
    """Return a value as JSON holds it: moments in UTC after ISO 8601, persons' numbers and money as text.

    Raises `TypeError` for what has no form there.
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, uuid.UUID | Decimal | Promise):
        return str(value)
    if value is None or isinstance(value, str | int | float | list | dict):
        return value
    raise TypeError(f"a {type(value).__name__} has no form in what a person takes along")


def givings(person_id: uuid.UUID) -> list[Giving]:
    """Return each form that came in for a person, oldest first, those that are over too."""
    rows = Giving.objects.filter(person_id=person_id).select_related("version")
    return list(rows.order_by("at", "pk"))


def choices(person_id: uuid.UUID) -> list[Choice]:
    """Return each yes and no of a person, oldest first; the newest one for a use counts."""
    rows = Choice.objects.filter(person_id=person_id).select_related("version", "giving")
    return list(rows.order_by("pk"))


def versions(numbers: set[int]) -> list[dict[str, Any]]:
    """Return number, digest and moment of these versions of the statement, oldest first."""
    rows = Version.objects.filter(number__in=numbers | {gate.force().number}).order_by("number")
    return [dict(row) for row in rows.values("number", "digest", "published_at")]
