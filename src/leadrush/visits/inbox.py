"""The inbox: what was seen, written in batches to a file from which the worker makes days.

A row is accepted when the batch that it is in is on the disk: the collector answers then, and not before. So
nothing that a browser was told was taken is lost when a process is killed or the power goes. What a page
itself writes (that it was sent) is not waited for: of that at most the last `GATHER` and one commit are lost.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from django.conf import settings

GATHER = 0.02  # seconds in which rows gather before they are written
MOST = 50_000  # rows that wait in memory while the disk takes none; what comes then is refused
PATIENCE = 20.0  # seconds that one writer waits for another process's
TABLE = """
CREATE TABLE IF NOT EXISTS inbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT, day TEXT NOT NULL, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS inbox_day ON inbox (day, id);
CREATE TABLE IF NOT EXISTS titles (page TEXT PRIMARY KEY, title TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS began (ms INTEGER NOT NULL);
"""
log = logging.getLogger(__name__)
Row = tuple[str, bytes]
"""A day, as text, and what was seen, as JSON."""


class Full(RuntimeError):
    """Nothing more is taken: the disk is full, or too much waits already."""


def file() -> Path:
    """Return where the inbox lies."""
    return Path(settings.VISITS) / "inbox.sqlite3"


def connect() -> sqlite3.Connection:
    """Open the inbox, made for its owner only where it is missing."""
    place = file()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = sqlite3.connect(  # gate: rows that name nobody, on their way into a day
        place, timeout=PATIENCE, isolation_level=None, check_same_thread=False
    )
    held.executescript(  # gate: makes the tables of the inbox
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA secure_delete=ON;PRAGMA cache_size=-4000;"
        "PRAGMA journal_size_limit=1048576;" + TABLE
    )
    return held


class Writer:
    """The one thread of a process that writes into the inbox."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._rows: list[Row] = []
        self._titles: dict[str, str] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._lock = threading.Lock()
        self._there = threading.Event()
        self._idle = threading.Condition(self._lock)
        self._busy = False
        self._thread = threading.Thread(target=self._run, name="visits-inbox", daemon=True)
        self._thread.start()

    def put(self, rows: Iterable[Row]) -> None:
        """Take rows, to be written within a moment. Raises `Full`."""
        with self._lock:
            if len(self._rows) >= MOST:
                raise Full("the inbox of visits takes nothing more")
            self._rows.extend(rows)
        self._there.set()

    def title(self, page: str, title: str) -> None:
        """Note what a page is called."""
        with self._lock:
            self._titles[page] = title
        self._there.set()

    async def accept(self, row: Row) -> None:
        """Take a row and return when it is on the disk. Raises `Full`."""
        written = asyncio.get_running_loop().create_future()
        with self._lock:
            if len(self._rows) >= MOST:
                raise Full("the inbox of visits takes nothing more")
            self._rows.append(row)
            self._waiting.append(written)
        self._there.set()
        await written

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until everything that was put is written; say whether it is."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._rows and not self._busy, timeout)

    def _run(self) -> None:
        held: sqlite3.Connection | None = None
        while True:
            self._there.wait()
            # Others join this batch: a commit costs the same for one row and for a hundred.
            time.sleep(GATHER)
            with self._lock:
                self._there.clear()
                rows, self._rows = self._rows, []
                titles, self._titles = self._titles, {}
                waiting, self._waiting = self._waiting, []
                self._busy = True
            fault: Exception | None = None
            try:
                held = held or connect()
                _write(held, rows, titles)
            except (sqlite3.Error, OSError) as error:
                fault = Full(f"nothing can be written: {error}")
                log.error("%s views could not be written (%s)", len(rows), type(error).__name__)
                if held is not None:
                    held.close()
                held = None
            finally:
                with self._idle:
                    self._busy = False
                    self._idle.notify_all()
            _tell(waiting, fault)


def _write(held: sqlite3.Connection, rows: Sequence[Row], titles: dict[str, str]) -> None:
    held.execute("BEGIN IMMEDIATE")
    try:
        held.executemany("INSERT INTO inbox (day, body) VALUES (?, ?)", rows)
        if titles:
            held.executemany("INSERT OR REPLACE INTO titles VALUES (?, ?)", titles.items())
        held.execute("COMMIT")
    except BaseException:
        if held.in_transaction:
            held.execute("ROLLBACK")
        raise


def _tell(waiting: list[asyncio.Future[None]], fault: Exception | None) -> None:
    """Wake whoever waits for these rows, each in its own loop."""
    loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for one in waiting:
        loops.setdefault(one.get_loop(), []).append(one)

    def wake(those: list[asyncio.Future[None]]) -> None:
        for one in those:
            if not one.done():
                if fault:
                    one.set_exception(fault)
                else:
                    one.set_result(None)

    for loop, those in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(wake, those)


_writer: Writer | None = None
_making = threading.Lock()


def writer() -> Writer:
    """Return this process's writer; a process that was forked has one of its own."""
    global _writer
    if _writer is None or _writer.pid != os.getpid():
        with _making:
            if _writer is None or _writer.pid != os.getpid():
                _writer = Writer()
    return _writer


def close() -> None:
    """Write what waits, and let the next row be written by a new writer."""
    global _writer
    if _writer is not None and _writer.pid == os.getpid():
        _writer.settle()
    _writer = None


# --- what the worker takes out ------------------------------------------------------------------------


def days(held: sqlite3.Connection) -> list[str]:
    """Return the days of which something waits, oldest first."""
    return [day for (day,) in held.execute("SELECT DISTINCT day FROM inbox ORDER BY day")]


def waiting(held: sqlite3.Connection, day: str, after: int, most: int) -> list[tuple[int, bytes]]:
    """Return rows of a day behind a number, in the order in which they were written."""
    found = held.execute(
        "SELECT id, body FROM inbox WHERE day = ? AND id > ? ORDER BY id LIMIT ?", (day, after, most)
    )
    return found.fetchall()


def began() -> int | None:
    """Return since when this site counts by itself, in milliseconds since 1970; None before that."""
    if not file().exists():
        return None
    with closing(connect()) as held:
        found = held.execute("SELECT min(ms) FROM began").fetchone()
    return int(found[0]) if found and found[0] is not None else None


def begin(held: sqlite3.Connection, ms: int) -> None:
    """Note since when this site counts by itself; the first time counts."""
    held.execute("INSERT INTO began SELECT ? WHERE NOT EXISTS (SELECT 1 FROM began)", (ms,))


def remove(held: sqlite3.Connection, day: str, until: int) -> None:
    """Take out what is in the day's file; the bytes go with it."""
    held.execute("DELETE FROM inbox WHERE day = ? AND id <= ?", (day, until))


def titles() -> dict[str, str]:
    """Return what pages are called."""
    if not file().exists():
        return {}
    with closing(connect()) as held:
        return dict(held.execute("SELECT page, title FROM titles").fetchall())
