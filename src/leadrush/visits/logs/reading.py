"""Reading a log into the days, step by step, from wherever a process was killed. Clause `visits-logs`.

A step is brought into its days first, and then noted in the row of its import. Between the two it may be
taken once more: a line's number makes the number of its view, so that nothing is counted twice. A line is
seen in memory only, in a database of its own that never spills to the disk; what leaves it holds no address.
"""

from __future__ import annotations

import logging
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate
from leadrush.gate import evidence
from leadrush.visits import days, engine, making, salts
from leadrush.visits.logs import counting, formats, lines, taking
from leadrush.visits.logs.counting import Found
from leadrush.visits.models import Import

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

log = logging.getLogger(__name__)
PIECE = 16 << 20  # bytes that are in memory at once
LEAST = 1 << 20  # bytes below which less at once saves no memory
AT_ONCE = 200_000  # views that are brought into their days at once
A_WHILE = 5.0  # seconds after which somebody who waits sees how far it is
A_TURN = 0.01  # seconds in which somebody else may have the lock


class Waits(RuntimeError):
    """It cannot go on just now, and does when it can; the message says why."""


def put(con: DuckDBPyConnection) -> None:
    """Bring what was collected into its days. For as long as that takes it lies in a file: numbers and words
    that say nothing of anybody."""
    con.execute("; ".join(f"DROP TABLE {name}" for name in counting.PASSING))
    with tempfile.TemporaryDirectory(dir=taking.folder(), prefix=taking.ROWS) as folder:
        place = days.quoted(Path(folder) / "rows.parquet")
        con.execute(f"COPY (SELECT * FROM rows ORDER BY day) TO {place} (FORMAT parquet)")
        within = [day for (day,) in con.execute("SELECT DISTINCT day FROM rows ORDER BY day").fetchall()]
        for day in within:
            _make(day, f"SELECT * EXCLUDE (day) FROM read_parquet({place}) WHERE day = DATE '{day}'")


def _make(day: date, also: str) -> None:
    con = engine.connect()
    try:
        with days.alone():
            making.make(con, day, days.mark(con, day), also=also)
    finally:
        con.close()


def start_of(digest: str) -> int:
    """Return the number of the view in a file's first line; those after it follow, below 2 to the 63rd."""
    return int(digest[:16], 16) >> 2


def read(pk: int, seconds: float, most: int = 0) -> bool:
    """Go on with an import for so many seconds, bring that into its days, and say whether more is left.

    For whoever reads `taking.alone`; `most` are the bytes that are in memory at once. A file that cannot be
    read, or under no sentence any more, is stopped. Raises `Waits`.
    """
    import duckdb

    row = Import.objects.filter(pk=pk, state__in=taking.UNDER_WAY).first()
    if row is None:
        return False
    if row.offset >= row.size:
        return _finish(row)
    try:
        taking.demand_open()
        found, length = _read(row, seconds, most or PIECE)
    except (taking.Unfit, gate.NotInForce) as fault:
        taking.stop(pk, str(fault))
        return False
    except (gate.Closed, evidence.Stopped) as fault:
        raise _waits(row, str(fault)) from None
    except duckdb.OutOfMemoryException:
        if (most or PIECE) > LEAST:
            return read(pk, seconds, (most or PIECE) // 2)
        raise _waits(row, _("There is not memory enough: raise VISITS_MEMORY.")) from None
    except (OSError, duckdb.Error) as fault:
        # Its class and place only: the words of such a fault may quote the line that it stopped at.
        last = traceback.extract_tb(fault.__traceback__)[-1]
        log.error("Reading a log ended in %s at %s:%s", type(fault).__name__, last.filename, last.lineno)
        raise _waits(row, _("It cannot go on (%(fault)s).") % {"fault": type(fault).__name__}) from None
    _note(row, found, length)
    return row.offset + length < row.size or _finish(row)


def _read(row: Import, seconds: float, most: int) -> tuple[Found, int]:
    """Read on from where a row says, bring it into the days, and return what it was and how many bytes."""
    until, found, done = time.monotonic() + seconds, Found(), 0
    form = _form(taking.copy(row.pk), row.digest)
    word = salts.of(taking.word(row.pk)).hex()
    start = start_of(row.digest) + row.lines
    with formats.memory() as con:
        for piece, length in _pieces(row, most):
            more = counting.count(con, piece, form)
            counting.collect(con, start + found.lines, word)
            found.add(more)
            done += length
            if time.monotonic() >= until or found.views + found.programs > AT_ONCE:
                break
        if not done:
            raise taking.Unfit(_("Our copy of it ends too early."))
        put(con)
    return found, done


def _pieces(row: Import, most: int) -> Iterator[tuple[bytes, int]]:
    try:
        with taking.copy(row.pk).open("rb") as held:
            held.seek(row.offset)
            yield from lines.pieces(held, most)
    except OSError as fault:
        raise taking.unfit(fault) from None


@lru_cache(maxsize=4)
def _form(copy: Path, digest: str) -> formats.Form:
    """Return the form of a file, which a process asks once. Raises `taking.Unfit`."""
    try:
        with copy.open("rb") as held:
            return taking.demand_form(held)
    except OSError as fault:
        raise taking.unfit(fault) from None


def _note(row: Import, found: Found, length: int) -> None:
    """Write down how far an import has come. What somebody did to it meanwhile stays as it is."""
    so_far = Found(row.lines, row.views, row.programs, row.strange, row.samples, row.first, row.last)
    so_far.add(found)
    Import.objects.filter(pk=row.pk).update(
        offset=row.offset + length,
        lines=so_far.lines,
        views=so_far.views,
        programs=so_far.programs,
        strange=so_far.strange,
        aside=so_far.aside,
        samples=so_far.samples,
        first=so_far.first,
        last=so_far.last,
    )
    if not Import.objects.filter(pk=row.pk, state__in=taking.UNDER_WAY).update(
        state=Import.State.READING, why=""
    ):
        taking.clear(row.pk)


def _finish(row: Import) -> bool:
    # Before the row says so, or it would say of a copy that is there that it is gone.
    taking.clear(row.pk)
    Import.objects.filter(pk=row.pk, state__in=taking.UNDER_WAY).update(
        state=Import.State.DONE, done_at=timezone.now(), why=""
    )
    return False


def _waits(row: Import, why: str) -> Waits:
    Import.objects.filter(pk=row.pk, state__in=taking.UNDER_WAY).update(why=why[:200])
    return Waits(why)


def read_due(seconds: float = 1.0) -> int:
    """Go on with what waits, the oldest first, until so many seconds are over; return in how many steps."""
    until, count = time.monotonic() + seconds, 0
    with taking.alone(wait=False) as mine:
        if not mine:
            return 0
        taking.sweep()
        while row := Import.objects.filter(state__in=taking.UNDER_WAY).order_by("pk").first():
            try:
                read(row.pk, until - time.monotonic())
            except Waits:
                break
            count += 1
            if time.monotonic() >= until:
                break
    return count


def read_whole(pk: int, told: Callable[[Import], None]) -> Import:
    """Read an import to its end, beside a worker that may do so too; `told` is called after each step.

    Raises `Waits`.
    """
    while True:
        with taking.alone():
            more = read(pk, A_WHILE)
        row = Import.objects.get(pk=pk)
        told(row)
        if not more and row.state not in taking.UNDER_WAY:
            return row
        time.sleep(A_TURN)


def foretell(source: Path, told: Callable[[int], None]) -> Found:
    """Count what a log holds and write nothing; `told` is called with how far it is in the file, in bytes.

    Raises `taking.Unfit`.
    """
    whole = Found()
    with source.open("rb") as packed, taking.opened(packed) as held, formats.memory() as con:
        form = taking.demand_form(held)
        for piece, _length in lines.pieces(held, PIECE):
            whole.add(counting.count(con, piece, form))
            told(packed.tell())
    return whole
