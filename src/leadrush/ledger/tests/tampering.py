"""What somebody with the database, and without our models, does to a ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connections

from leadrush.ledger import canonical
from leadrush.ledger.models import Entry, Head, Link

BEGAN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
TABLES = ("ledger_entry", "ledger_link", "ledger_head")


def write(count: int, *, began: datetime = BEGAN, apart: timedelta = timedelta(minutes=1)) -> list[Entry]:
    """Write so many entries, no two alike, a minute apart."""
    return [
        Entry.objects.create(
            at=began + number * apart,
            use="webinars.serve",
            actor_kind="program",
            actor="webinars.remind",
            subject=f"{number:032x}",
            what="webinars.reminder",
            about=f"webinars.webinar:{number}",
            categories="EmailAddress Name",
            count=number + 1,
            batch=f"batch:{number}",
            clause="webinar-seat",
            version=1,
        )
        for number in range(count)
    ]


def off() -> None:
    """Take the database's own refusals off, as its owner may."""
    connection = connections["ledger"]
    with connection.cursor() as cursor:
        for table in TABLES:
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_update")
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_delete")


def by_hand(sql: str, *values: Any) -> None:
    """Run a statement past the models and the triggers; it must meet a row."""
    off()
    with connections["ledger"].cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount, sql


def written_anew() -> None:
    """Give every place and every head the digest that fits what is there now."""
    off()
    columns = canonical.columns(connections["ledger"].vendor)
    with connections["ledger"].cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM ledger_link l JOIN ledger_entry e ON e.id = l.entry ORDER BY l.place"
        )
        digest, digests = canonical.BEGINNING, {0: canonical.BEGINNING}
        for place, entry in enumerate(cursor.fetchall(), 1):
            digest = digests[place] = canonical.after(digest, entry)
            cursor.execute("UPDATE ledger_link SET digest = %s WHERE place = %s", [digest, place])
        before = canonical.BEGINNING
        for head in Head.objects.order_by("number"):
            before = canonical.head(before, head.number, head.day, head.place, digests[head.place])
            cursor.execute("UPDATE ledger_head SET digest = %s WHERE number = %s", [before, head.number])


def places() -> list[tuple[int, int]]:
    """Return each place with the entry that has it."""
    return list(Link.objects.order_by("place").values_list("place", "entry"))
