"""What the law keeps of somebody who erased everything: re-sealed, used for the law alone, until its day."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from leadrush.vault import collects, keys
from leadrush.vault.models import Giving


@dataclass
class Kept:
    """What stays: whose, how many rows, until when the longest."""

    persons: set[uuid.UUID] = field(default_factory=set)
    count: int = 0
    until: date | None = None


def declarations() -> list[collects.Collects]:
    """Return the declarations of tables that a law keeps."""
    return [declared for declared in collects.gated() if declared.erase == collects.KEPT]


def days_of(declared: collects.Collects, row: Any) -> date:
    """Return the last day on which a row is kept."""
    assert declared.until is not None  # a system check says so
    return declared.until(row)


def stays(declared: collects.Collects, row: Any) -> bool:
    """Say whether a law keeps this row today."""
    return declared.erase == collects.KEPT and days_of(declared, row) >= timezone.now().date()


def must_stay(persons: set[uuid.UUID]) -> set[uuid.UUID]:
    """Return those of these persons of whom a law keeps something."""
    found: set[uuid.UUID] = set()
    for declared in declarations():
        rows = declared.model._default_manager.filter(person__in=persons)
        found |= set(rows.values_list("person", flat=True))
    return found


def keep_by_law(persons: set[uuid.UUID]) -> Kept:
    """Seal anew, under the key that serves the law, what stays; its giving lapses after the last day.

    Returns what stays, that of an erasure before included. Runs in the transaction that erases the rest.
    """
    kept, now, today = Kept(), timezone.now(), timezone.now().date()
    last: dict[uuid.UUID, date] = defaultdict(lambda: date.min)
    for declared in declarations():
        rows: Any = declared.model._default_manager.filter(person__in=persons).select_related("giving")
        living = keys.Ring(persons)
        lawful = keys.Ring(persons, keys.KEPT)
        for row in rows.order_by("pk"):
            until = days_of(declared, row)
            if until < today:
                rows.filter(pk=row.pk).delete()
                continue
            kept.persons.add(row.person_id)
            kept.count += 1
            kept.until = max(kept.until or until, until)
            if row.giving.kept_at is None:
                last[row.giving_id] = max(last[row.giving_id], until)
                _seal_anew(declared, row, living, lawful)
    for giving, until in last.items():
        over = datetime.combine(until + timedelta(days=1), time(), tzinfo=UTC)
        Giving.objects.filter(pk=giving).update(kept_at=now, lapses_at=over)
    return kept


def _seal_anew(declared: collects.Collects, row: Any, living: keys.Ring, lawful: keys.Ring) -> None:
    changed = {}
    for column in declared.sealed:
        sealed = bytes(getattr(row, column.field) or b"")
        if sealed and living.has(row.person_id):
            try:
                text = living.open(row.person_id, sealed, column.context)
            except keys.KeyFault:
                continue  # an older copy with later keys: the restore says of it that it is lost
            changed[column.field] = lawful.seal(row.person_id, text, column.context)
    if changed:
        type(row)._default_manager.filter(pk=row.pk).update(**changed)
