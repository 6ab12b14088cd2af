"""Bringing the days to ClickHouse: each file as a partition of one table there, exchanged whole.

The days' files stay what counts. The worker brings each one after it was swapped: it fills a table beside and
exchanges the day in one step, so a reader finds a day as it was or as it is. What is there can be thrown away
at any time and is brought anew; the mark of what was brought lies there too, and shares its fate.

*Erasing.* A day that is written anew without somebody is brought like any other, when the worker comes to it.
What it replaced is read by no question from then on; ClickHouse removes those parts from its disk after
`old_parts_lifetime`, a minute here, and does not overwrite them. Backups of that server are its owner's.
Internet addresses travel in the file, sealed under the key of their day, and are not kept there: what may
read them reads the files.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import IO

from django.conf import settings

from leadrush.visits import days, dialect, engine
from leadrush.visits.clickhouse import Server, ask, server

FORM = 1
"""Raised whenever what is brought means something else: then every day is brought again."""
TABLE, HALF, PUSHED = dialect.TABLE, "half", "pushed"
NULL = ("browser", "address", "stay", "length")
"""Columns that may be unknown; `making` gives every other one a value."""
FEW = (
    "page", "goal", "source", "sort", "medium", "campaign", "country", "device", "software", "system",
    "program",
)  # fmt: skip
"""Texts of which there are few, each kept once."""
TYPES = {
    "BIGINT": "Int64",
    "INTEGER": "Int32",
    "SMALLINT": "Int16",
    "TINYINT": "Int8",
    "BOOLEAN": "Bool",
    "TIMESTAMP": "DateTime64(6, 'UTC')",
    "DATE": "Date",
    "VARCHAR": "String",
    "BLOB": "String",
}
LONG = 600.0  # seconds for a day to be taken in
TURN = 20.0  # seconds after which the worker turns to something else


class Broken(RuntimeError):
    """Not all of a day arrived; nothing of it was taken, and it is brought again."""


def columns() -> dict[str, str]:
    """Return the columns of a view there, each with its type."""
    found = {}
    for name, kind in days.COLUMNS.items():
        known = TYPES[kind]
        known = f"LowCardinality({known})" if name in FEW else known
        found[name] = f"Nullable({known})" if name in NULL else known
    return found


def create() -> None:
    """Make the tables where they are missing, and anew where a view has other columns by now."""
    here, wanted = server(), columns()
    there = dict(
        ask("SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = ?", [TABLE])
    )
    if there == wanted:
        return
    for table in (TABLE, HALF, PUSHED):
        here.send(f"DROP TABLE IF EXISTS {table} SYNC")
    listed = ", ".join(f"{name} {kind}" for name, kind in wanted.items())
    here.send(
        f"CREATE TABLE {PUSHED} (day Date, stamp String, at DateTime64(6) DEFAULT now64(6)) "
        "ENGINE = ReplacingMergeTree(at) ORDER BY day"
    )
    # The table that is looked for above is made last, so that half a making is made again.
    for table in (HALF, TABLE):
        here.send(
            f"CREATE TABLE {table} ({listed}) ENGINE = MergeTree PARTITION BY day "
            "ORDER BY (day, kind, moment) SETTINGS old_parts_lifetime = 60"
        )


def stamp(found: os.stat_result) -> str:
    """Return what tells one state of a day's file from another."""
    return f"{FORM} {found.st_ino} {found.st_size} {found.st_mtime_ns}"


def behind(since: float | None = None) -> list[date]:
    """Return the days that are not there as they are here, oldest first; those that are here no more too.

    `since` (seconds since 1970) leaves out what was written here after it.
    """
    there = _marks()
    here = {day: days.file(day).stat() for day in days.there()}
    differ = {day for day in there | here if there.get(day) != (stamp(here[day]) if day in here else None)}
    return sorted(day for day in differ if since is None or day not in here or here[day].st_mtime < since)


def push_due() -> int:
    """Bring the days that are not there as they are here, as many as one turn allows; return how many."""
    began, count = time.monotonic(), 0
    with _alone():
        create()
        for day in behind():
            _push(day)
            count += 1
            if time.monotonic() - began > TURN:
                break
    return count


def push(day: date) -> None:
    """Bring a day there as its file is now, or take it out where it has none. Twice is once.

    Killed or refused anywhere it leaves the day there as it was, without the mark: it is brought again.
    Raises `Away`, `Failed`, and `Broken` where not all of it arrived.
    """
    with _alone():
        _push(day)


def _push(day: date) -> None:
    here = server()
    opened = _open(day)
    if opened is None:
        here.send(f"ALTER TABLE {TABLE} DROP PARTITION '{day}'")
        _note(here, day, "")
        return
    held, rows = opened
    with held:
        here.send(f"TRUNCATE TABLE {HALF} SYNC")
        try:
            if rows:
                _take_in(here, held, rows)
                here.send(f"ALTER TABLE {TABLE} REPLACE PARTITION '{day}' FROM {HALF}", within=LONG)
            else:
                here.send(f"ALTER TABLE {TABLE} DROP PARTITION '{day}'")
        finally:
            here.send(f"TRUNCATE TABLE {HALF} SYNC")
        _note(here, day, stamp(os.fstat(held.fileno())))


def _open(day: date) -> tuple[IO[bytes], int] | None:
    """Return a day's file and how many rows it has; None where there is none.

    Swapped from then on, the file that is open stays what it is, and the day is brought again next time.
    """
    with days.alone(), suppress(FileNotFoundError):
        return days.file(day).open("rb"), _rows(day)
    return None


def _take_in(here: Server, held: IO[bytes], rows: int) -> None:
    kept = ", ".join(name for name in days.COLUMNS if name != "address")
    # The same file again is no mistake, so nothing may be left out as known.
    insert = f"INSERT INTO {HALF} ({kept}) SETTINGS insert_deduplicate = 0 FORMAT Parquet"
    here.send(insert, body=held, within=LONG)
    ((found,),) = ask(f"SELECT count(*) FROM {HALF}")
    if found != rows:
        raise Broken(f"{found} of {rows} rows of a day arrived")


def _rows(day: date) -> int:
    with closing(engine.connect()) as con:
        found = con.execute(
            f"SELECT num_rows FROM parquet_file_metadata({days.quoted(days.file(day))})"
        ).fetchone()
    return int(found[0]) if found else 0


def _marks() -> dict[date, str]:
    newest = "arg_max(stamp, at)"
    return dict(ask(f"SELECT day, {newest} FROM {PUSHED} GROUP BY day HAVING {newest} <> ''"))


def _note(here: Server, day: date, seen: str) -> None:
    here.send(f"INSERT INTO {PUSHED} (day, stamp) VALUES ('{day}', '{seen}')")


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time bring days; whoever comes second waits."""
    place = Path(settings.VISITS) / "clickhouse.lock"
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
