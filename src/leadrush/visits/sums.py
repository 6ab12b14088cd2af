"""The sums of each day: what every tally says of it, beside the days, so that a year is added up, not read.

They can be thrown away: whichever day has none, or has changed since, is counted again when it is asked for.
Rows are kept by version of the statement, since each use counts those that it may.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from leadrush.visits import days, engine, goals, tallies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

PRAGMAS = "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA secure_delete=ON;"
TABLES = """
CREATE TABLE IF NOT EXISTS made (day TEXT PRIMARY KEY, stamp TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sums (
  what TEXT, key TEXT, day TEXT, more TEXT, version INTEGER, views INTEGER, visits INTEGER, began INTEGER,
  ended INTEGER, bounced INTEGER, whos INTEGER, PRIMARY KEY (what, key, day, more, version)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sums_day ON sums (day);
CREATE TABLE IF NOT EXISTS whos (
  day TEXT, browser INTEGER, version INTEGER, PRIMARY KEY (day, browser, version)
) WITHOUT ROWID;
"""


def file() -> Path:
    """Return where the sums lie."""
    return Path(settings.VISITS) / "sums.sqlite3"


@contextmanager
def opened() -> Iterator[sqlite3.Connection]:
    """Open the sums."""
    file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = sqlite3.connect(file(), timeout=20, isolation_level=None)  # gate: sums; reading asks for the use
    with closing(held):
        held.executescript(PRAGMAS + TABLES)  # gate: makes the tables of the sums
        yield held


def stamp(day: date) -> str:
    """Return what tells one state of a day's file, and of what is counted of it, from another."""
    found = days.file(day).stat()
    return f"{_form()} {found.st_ino} {found.st_size} {found.st_mtime_ns}"


def _form() -> str:
    """Return a digest of what is counted of a day: with another tally or step, days are counted again."""
    return hashlib.sha256(repr(every_tally()).encode()).hexdigest()[:12]


def count(con: DuckDBPyConnection, day: date) -> None:
    """Count a day, whatever was counted of it before."""
    source = f"(SELECT * FROM read_parquet({days.quoted(days.file(day))}) WHERE NOT staff)"
    with days.unswapped():
        seen = stamp(day)
        con.execute(f"CREATE OR REPLACE TEMP TABLE counted AS SELECT * FROM {source}")
    rows: list[tuple[object, ...]] = []
    for what, sql in every_tally().items():
        asked = sql.format(v="counted", group="version, ", inner="version, ")
        asked = asked.replace("SELECT ", "SELECT version, ", 1)
        for version, key, more, *numbers in con.execute(asked).fetchall():
            rows.append((what.partition(":")[0], key, day.isoformat(), more, version, *numbers))
    whos = con.execute(
        f"SELECT DISTINCT browser, version FROM counted WHERE kind = {days.VIEW} AND browser IS NOT NULL"
    ).fetchall()
    con.execute("DROP TABLE counted")
    text = day.isoformat()
    with opened() as held:
        held.execute("BEGIN IMMEDIATE")
        try:
            for table in ("sums", "whos", "made"):
                held.execute(f"DELETE FROM {table} WHERE day = ?", (text,))
            held.executemany("INSERT INTO sums VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            held.executemany("INSERT INTO whos VALUES (?, ?, ?)", [(text, *who) for who in whos])
            held.execute("INSERT INTO made VALUES (?, ?)", (text, seen))
            held.execute("COMMIT")
        except BaseException:
            held.execute("ROLLBACK")
            raise


def every_tally() -> dict[str, str]:
    """Return each tally's SQL by its name, those of funnels with theirs behind a colon."""
    return tallies.TALLIES | {f"funnel:{one.code}": tallies.funnel(one) for one in goals.funnels()}


def bring_up_to_date(wanted: Iterable[date], most: int | None = None) -> None:
    """Count those of these days that were not counted as they are now; forget those that are gone.

    `most` says how many at once.
    """
    with opened() as held:
        known = dict(held.execute("SELECT day, stamp FROM made").fetchall())
    gone = set(known) - {day.isoformat() for day in days.there()}
    if gone:
        drop(map(date.fromisoformat, sorted(gone)))
    missing = [day for day in wanted if known.get(day.isoformat()) != stamp(day)]
    if missing:
        con = engine.connect()
        try:
            for day in missing[:most]:
                count(con, day)
        finally:
            con.close()


def drop(which: Iterable[date]) -> None:
    """Throw away what was counted of these days, the numbers of browsers in it above all."""
    with opened() as held:
        held.execute("BEGIN IMMEDIATE")
        for day in which:
            for table in ("sums", "whos", "made"):
                held.execute(f"DELETE FROM {table} WHERE day = ?", (day.isoformat(),))
        held.execute("COMMIT")
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
