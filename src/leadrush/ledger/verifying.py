"""Verifying: the whole ledger read once, in the order of its chain, as it was at one moment.

A million entries pass in seconds and none stays in memory. What is written or chained meanwhile belongs to a
later moment and is no fault.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import date
from typing import Any

from django.db import DatabaseError, connections, transaction

from leadrush.ledger import canonical
from leadrush.ledger.anchors import Anchors, parse
from leadrush.ledger.faults import ADDED, ANCHOR, CUT_OFF, HEAD, MISSING, Fault, Report
from leadrush.ledger.following import LATE, Row, Walk, is_older

AT_ONCE = 10_000
LAST = 2**63 - 1

LINKS = """
SELECT {columns}, l.place, l.digest, l.entry
FROM ledger_link l LEFT JOIN ledger_entry e ON e.id = l.entry
WHERE l.place > %s AND l.place <= %s ORDER BY l.place LIMIT %s
"""
PLACES = "SELECT place FROM ledger_link WHERE place > %s AND place <= %s ORDER BY place LIMIT %s"
BENEATH = """
SELECT e.id, {at} FROM ledger_entry e
WHERE e.id < %s AND NOT EXISTS (SELECT 1 FROM ledger_link l WHERE l.entry = e.id) ORDER BY e.id
"""
ABOVE = "SELECT {at} FROM ledger_entry e WHERE e.id > %s ORDER BY e.id LIMIT 1"
HEADS = """
SELECT h.number, {day}, h.place, h.digest, l.digest
FROM ledger_head h LEFT JOIN ledger_link l ON l.place = h.place ORDER BY h.number
"""
DAYS = {"sqlite": "+h.day", "postgresql": "h.day"}


def check(
    anchor: Anchors | str | None = None, *, progress: Callable[[int, int], object] = lambda done, of: None
) -> Report:
    """Read the whole ledger and return what was found; `anchor` is what somebody kept of its heads.

    An anchor is a mapping of days to digests in hex, or a text as `anchors.parse` takes it. Without one, a
    ledger that was cut off, or written anew together with its chain and heads, looks whole. `progress` is
    told how many places are read, and of how many. Raises ValueError for an anchor that is none, and
    `DatabaseError` where the ledger cannot be read.
    """
    kept = parse(anchor) if isinstance(anchor, str) else dict(anchor or {})
    report = Report()
    with snapshot() as cursor:
        report.entries = number(cursor, "SELECT count(*) FROM ledger_entry")
        of = number(cursor, "SELECT count(*) FROM ledger_link")
        walk = Walk(report)
        with closing(ahead(chunks(cursor), cursor.db.vendor)) as read:
            for rows in read:
                walk.take(rows)
                progress(report.chained, of)
        report.digest = (walk.before or b"").hex()
        _waiting(cursor, walk)
        published = heads(cursor, report, last=walk.place)
    _anchors(report, kept, published, walk.place)
    report.settle()
    return report


@contextmanager
def snapshot() -> Iterator[Any]:
    """Yield a cursor that sees the ledger as it is now, and holds up nobody who writes to it."""
    connection = connections["ledger"]
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            yield cursor
    elif connection.vendor == "postgresql":
        with transaction.atomic("ledger"), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield cursor
    else:
        # Django would take the lock of a writer; a deferred transaction reads one state beside them.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield cursor
            finally:
                cursor.execute("ROLLBACK")


def chunks(cursor: Any, after: int = -LAST, to: int = LAST) -> Iterator[list[Row]]:
    """Yield the places above `after` up to `to` with their entries, in order, so many at once."""
    sql = LINKS.format(columns=canonical.columns(cursor.db.vendor))
    while True:
        try:
            cursor.execute(sql, [after, to, AT_ONCE])
            rows = list(cursor.fetchall())
        except DatabaseError:
            rows = _one_by_one(cursor, sql, after, to)
        if not rows:
            return
        yield rows
        after = rows[-1][canonical.WIDTH]


def ahead(read: Iterator[list[Row]], vendor: str) -> Generator[list[Row], None, None]:
    """Yield the same, the next ones asked for while those before are looked at: PostgreSQL reads in a process
    of its own. SQLite reads in this one, and would only be in its own way. Close it before asking else."""
    if vendor != "postgresql":
        yield from read
        return
    with ThreadPoolExecutor(1, "verify") as reader:
        coming = reader.submit(next, read, None)
        while (rows := coming.result()) is not None:
            coming = reader.submit(next, read, None)
            yield rows


def _one_by_one(cursor: Any, sql: str, after: int, to: int) -> list[Row]:
    """Read places one at a time; what no driver can make a value of has None for values and digest."""
    cursor.execute(PLACES, [after, to, AT_ONCE])
    rows: list[Row] = []
    for (place,) in cursor.fetchall():
        try:
            cursor.execute(sql, [place - 1, place, 1])
            rows += cursor.fetchall()
        except DatabaseError:
            rows.append((-1, *[None] * (canonical.WIDTH - 1), place, None, None))
    return rows


def number(cursor: Any, sql: str, *values: Any) -> int:
    """Return the one number that a question answers."""
    cursor.execute(sql, values)
    return int(cursor.fetchone()[0])


def _waiting(cursor: Any, walk: Walk) -> None:
    """Count what has no place yet, and find what was put beneath the chain."""
    report = walk.report
    report.waiting = report.entries - walk.present
    if not report.waiting:
        return
    at = canonical.MOMENTS[cursor.db.vendor]
    cursor.execute(ABOVE.format(at=at), [walk.top])
    oldest = cursor.fetchone()
    report.since = str(oldest[0]) if oldest else None
    if report.waiting > number(cursor, "SELECT count(*) FROM ledger_entry WHERE id > %s", walk.top):
        cursor.execute(BENEATH.format(at=at), [walk.top])
        while rows := cursor.fetchmany(AT_ONCE):
            for id, written in rows:
                if walk.is_late(id, written):
                    report.add(Fault(ADDED, None, id))
    # The program that chains runs every other second. Where it never did, nothing vouches for anything.
    if not report.chained and oldest and is_older(oldest[0], LATE):
        report.add(Fault(MISSING, 1))


def heads(cursor: Any, report: Report, *, last: int) -> dict[str, str]:
    """Hold each head against the one before and the chain, whose last place is `last`; return days, digests.

    One that lies beyond the end is told once: what follows it lies there as well.
    """
    try:
        cursor.execute(HEADS.format(day=DAYS[cursor.db.vendor]))
        rows = cursor.fetchall()
    except DatabaseError:
        number(cursor, "SELECT count(*) FROM ledger_head")  # raises where it is the database that fails
        report.add(Fault(HEAD))
        return {}
    before, expected, beyond = canonical.BEGINNING, 1, False
    published: dict[str, str] = {}
    for at, day, place, digest, chain in rows:
        told = day.isoformat() if isinstance(day, date) else str(day)
        there = place if isinstance(place, int) else 0
        report.heads.append((told, there))
        published[told] = digest.hex() if isinstance(digest, bytes) else ""
        if there > last:
            if not beyond:
                # Entries that are still there, without their places, are another matter than entries gone.
                kind = MISSING if report.waiting >= there - last else CUT_OFF
                report.add(Fault(kind, last + 1, None, told))
            beyond = True
        elif at != expected or not _fits(before, at, told, place, chain, digest):
            report.add(Fault(HEAD, there, None, told))
        before, expected = digest, at + 1
    return published


def _fits(before: Any, at: int, day: str, place: int, chain: Any, digest: Any) -> bool:
    try:
        return bool(canonical.head(before, at, day, place, chain) == digest)
    except TypeError:  # no digest at all
        return False


def _anchors(report: Report, kept: Anchors, published: dict[str, str], last: int) -> None:
    places = dict(report.heads)
    newest = max(published, default="")
    for day, digest in sorted(kept.items()):
        told = day.isoformat()
        met = report.anchors[told] = published.get(told) == digest.lower()
        if met:
            continue
        if told in published:
            report.add(Fault(ANCHOR, places[told], None, told))
        else:
            report.add(
                Fault(CUT_OFF, last + 1, None, told) if told > newest else Fault(HEAD, None, None, told)
            )
