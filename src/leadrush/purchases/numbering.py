"""Numbers without a gap: the next one is taken in the transaction that uses it, or not at all.

An invoice's begins with what the seller wants in front of it, which is fetched in the same question.
"""

from __future__ import annotations

from datetime import date

from django.db import connection

from leadrush.purchases.models import Seller, Series


def following(name: str) -> int:
    """Return the next number of a series. Whoever asks meanwhile waits until this transaction has ended."""
    return _following(name)[0]


def of_invoice(day: date) -> str:
    """Return the number of the next invoice or credit note of a day's year, such as `R2026-0041`."""
    number, prefix = _following(f"invoices-{day.year}")
    return f"{Seller().prefix if prefix is None else prefix}{day.year}-{number:04}"


def _following(name: str) -> tuple[int, str | None]:
    taken = _take(name)
    if taken is None:
        Series.objects.get_or_create(pk=name)
        taken = _take(name)
    assert taken is not None
    return taken


def _take(name: str) -> tuple[int, str | None] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE purchases_series SET last = last + 1 WHERE name = %s "
            "RETURNING last, (SELECT prefix FROM purchases_seller WHERE id = 1)",
            [name],
        )
        row: tuple[int, str | None] | None = cursor.fetchone()
    return row
