"""The days: one Parquet file for each, written whole and swapped, so that any process may read at any time.

A file says in itself up to which row of the inbox it goes, so that what is counted in it is never counted
twice, wherever a process was killed. `COLUMNS` says what a view is.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

log = logging.getLogger(__name__)
LAID_OUT = ".news-"
"""How the names of files begin that exist while they are read."""
VIEW, GOAL, ASIDE, PROGRAM, LOGGED, WAITS, HANDED, SEARCHED = 0, 1, 2, 3, 4, 5, 6, 7
"""Kinds of rows: a view of a page by somebody; a goal; an answer that is in no visit (an error, the back
office); a view by a program; a line of a log from a time in which the site counted by itself, to compare; a
time whose page is still to come; that a number of the day became one that said yes; and words that somebody
searched the site for, in `said`, with how many answers there were, in `seen`."""

BASE = {
    "id": "BIGINT",
    "moment": "TIMESTAMP",
    "visitor": "BIGINT",
    "browser": "BIGINT",
    "address": "BLOB",
    "page": "VARCHAR",
    "said": "VARCHAR",
    "status": "SMALLINT",
    "took": "INTEGER",
    "seen": "INTEGER",
    "heard": "BOOLEAN",
    "dot": "BOOLEAN",
    "staff": "BOOLEAN",
    "aside": "BOOLEAN",
    "unasked": "BOOLEAN",
    "logged": "BOOLEAN",
    "version": "SMALLINT",
    "goal": "VARCHAR",
    "source": "VARCHAR",
    "sort": "VARCHAR",
    "referrer": "VARCHAR",
    "medium": "VARCHAR",
    "campaign": "VARCHAR",
    "country": "VARCHAR",
    "device": "VARCHAR",
    "software": "VARCHAR",
    "system": "VARCHAR",
    "program": "VARCHAR",
}
"""What was seen. `said` is the page before as the browser named it; `sort` the kind of source."""
YES = "(yes)"
SEARCH = "(search)"
"""What stands as the goal of rows of the kinds `HANDED` and `SEARCHED`."""
MADE = {
    "kind": "TINYINT",
    "hour": "TINYINT",
    "session": "BIGINT",
    "entry": "BOOLEAN",
    "leaves": "BOOLEAN",
    "fresh": "BOOLEAN",
    "once": "BOOLEAN",
    "before": "VARCHAR",
    "after": "VARCHAR",
    "stay": "INTEGER",
    "pages": "INTEGER",
    "won": "INTEGER",
    "length": "INTEGER",
    "day": "DATE",
}
"""What follows from the rows of a day: see `making`. `fresh` marks the first view of a who on that day,
`once` the first of its page in its visit; sums of those need no counting of distinct numbers."""
COLUMNS = BASE | MADE


def folder() -> Path:
    """Return where the days lie."""
    return Path(settings.VISITS) / "days"


def file(day: date) -> Path:
    """Return the file of a day, whether or not it is there."""
    return folder() / f"{day.isoformat()}.parquet"


def there(first: date | None = None, last: date | None = None) -> list[date]:
    """Return the days that have a file, oldest first, within bounds that both count."""
    found = []
    with suppress(FileNotFoundError):
        for one in folder().iterdir():
            if one.suffix == ".parquet":
                with suppress(ValueError):
                    found.append(date.fromisoformat(one.stem))
    return sorted(day for day in found if (not first or day >= first) and (not last or day <= last))


def set_aside() -> list[str]:
    """Return the names of files that could not be read and were set aside."""
    with suppress(FileNotFoundError):
        return sorted(one.name for one in folder().iterdir() if one.suffix == ".broken")
    return []


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time write days; whoever comes second waits."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder().parent / "days.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        # Whoever holds the lock made none of these: they are what a killed process had laid out.
        for left in (*folder().glob(f"{LAID_OUT}*"), *folder().glob("*.half")):
            left.unlink(missing_ok=True)
        yield


@contextmanager
def unswapped() -> Iterator[None]:
    """Let no day be swapped while it is read: DuckDB opens a file more than once for one question.

    Readers hold it together; a writer takes it alone, for the moment of the swap. Never swap inside of it.
    """
    with _swapping(fcntl.LOCK_SH):
        yield


@contextmanager
def _swapping(how: int) -> Iterator[None]:
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder().parent / "swap.lock").open("a") as held:
        fcntl.flock(held, how)
        yield


def quoted(path: Path | str) -> str:
    """Return a path as SQL writes a text."""
    return "'" + str(path).replace("'", "''") + "'"


def mark(con: DuckDBPyConnection, day: date) -> int:
    """Return up to which row of the inbox a day's file goes; sets a file aside that cannot be read."""
    if not file(day).exists():
        return 0
    import duckdb

    try:
        found = con.execute(
            f"SELECT decode(value) FROM parquet_kv_metadata({quoted(file(day))}) WHERE decode(key) = 'until'"
        ).fetchone()
        con.execute(f"SELECT count(id) FROM read_parquet({quoted(file(day))})").fetchone()
    except duckdb.Error:
        put_aside(day)
        return 0
    return int(found[0]) if found else 0


def put_aside(day: date) -> None:
    """Take a file that cannot be read out of the way; the owner is told, and the day goes on without it."""
    broken = file(day).with_suffix(".broken")
    with suppress(FileNotFoundError), _swapping(fcntl.LOCK_EX):
        file(day).replace(broken)
        log.error("The visits of %s cannot be read; they were set aside as %s", day, broken.name)


def write(con: DuckDBPyConnection, day: date, select: str, until: int) -> None:
    """Write a day from a question whose columns are `COLUMNS`, on the disk before it takes its place."""
    half = file(day).with_suffix(".half")
    columns = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in COLUMNS.items())
    try:
        con.execute(
            f"COPY (SELECT {columns} FROM ({select}) ORDER BY moment, id) TO {quoted(half)} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880, KV_METADATA {{until: '{until}'}})"
        )
        half.chmod(0o600)
        with half.open("rb") as held:
            os.fsync(held.fileno())
        with _swapping(fcntl.LOCK_EX):
            half.replace(file(day))
    finally:
        half.unlink(missing_ok=True)
    opened = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
