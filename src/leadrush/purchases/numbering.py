"""Numbers without a gap: the next one is taken in the transaction that uses it, or not at all."""

from __future__ import annotations

from django.db import connection

from leadrush.purchases.models import Series


def following(name: str) -> int:
    """Return the next number of a series. Whoever asks meanwhile waits until this transaction has ended."""
    taken = _take(name)
    if taken is None:
        Series.objects.get_or_create(pk=name)
        taken = _take(name)
    assert taken is not None
    return taken


def _take(name: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE purchases_series SET last = last + 1 WHERE name = %s RETURNING last", [name])
        row = cursor.fetchone()
    return int(row[0]) if row else None
