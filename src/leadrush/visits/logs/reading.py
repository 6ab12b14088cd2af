"""Reading a log into the days, step by step, from wherever a process was killed. Clause `visits-logs`.

A step is brought into its days first, and then noted in the row of its import. Between the two it may be
taken once more: a line's number makes the number of its view, so that nothing is counted twice. A line is
seen in memory only, in a database of its own that never spills to the disk; what leaves it holds no address.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, look
from leadrush.gate import evidence
from leadrush.visits import days, engine, making, salts
from leadrush.visits.logs import formats, kinds, lines, taking
from leadrush.visits.models import Import

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PIECE = 8 << 20  # bytes that are in memory at once
AT_ONCE = 200_000  # views that are brought into their days at once
A_WHILE = 5.0  # seconds after which somebody who waits sees how far it is
SAMPLES = 20
A_TURN = 0.01  # seconds in which somebody else may have the lock


class Waits(RuntimeError):
    """It cannot go on just now, and does when it can; the message says why."""


@dataclass
class Found:
    """What a piece of a file, or the whole, was found to hold."""

    lines: int = 0
    views: int = 0
    programs: int = 0
    strange: int = 0
    samples: list[str] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None

    @property
    def aside(self) -> int:
        """How many lines are understood and no views: files, forms that were sent, forwarding, errors."""
        return self.lines - self.views - self.programs - self.strange

    def add(self, more: Found) -> None:
        """Add what the next piece holds."""
        self.lines += more.lines
        self.views += more.views
        self.programs += more.programs
        self.strange += more.strange
        self.samples = [*self.samples, *more.samples][:SAMPLES]
        self.first = min(filter(None, (self.first, more.first)), default=None)
        self.last = max(filter(None, (self.last, more.last)), default=None)


def count(con: DuckDBPyConnection, piece: bytes, form: formats.Form) -> Found:
    """Tell what a piece of a log holds; leave a row for each view and each fault in the table `seen`."""
    text = lines.text(piece)
    formats.parse(con, text, form, time.time())
    kinds.name_pages(con)
    kinds.name_agents(con)
    con.execute(
        "CREATE OR REPLACE TABLE seen AS SELECT * FROM parsed JOIN pages USING (path) "
        "JOIN agents USING (agent, mute) WHERE wanted AND (status < 400 OR program = '')"
    )
    views, programs = con.execute(
        "SELECT count(*) FILTER (program = '' AND status < 400), count(*) FILTER (program <> '') FROM seen"
    ).fetchall()[0]
    strange, first, last = con.execute(
        "SELECT count(*) FILTER (strange), min(moment) FILTER (NOT strange), "
        "max(moment) FILTER (NOT strange) FROM parsed"
    ).fetchall()[0]
    samples = con.execute(
        f"SELECT substr(line, 1, {lines.LOOKED + 1}) FROM lines SEMI JOIN "
        f"(SELECT n FROM parsed WHERE strange ORDER BY n LIMIT {SAMPLES}) USING (n) ORDER BY n"
    ).fetchall()
    hidden = [lines.hidden(line) for (line,) in samples]
    return Found(text.count("\n") + 1, views, programs, strange, hidden, first, last)


ROWS = """
SELECT $start + n AS id, 2 AS rank, moment AT TIME ZONE 'UTC' AS moment, day,
  CASE WHEN program = '' THEN CAST(CAST('0x' || substr(
    sha256(concat($word, chr(10), day, chr(10), address, chr(10), agent)), 1, 16) AS UBIGINT) >> 1 AS BIGINT)
  ELSE 0 END AS visitor,
  CAST(0 AS BIGINT) AS browser, CAST(NULL AS BLOB) AS address, page, coalesce(said, '') AS said, status,
  coalesce(took, 0) AS took, 0 AS seen, false AS heard, false AS dot, false AS staff, status >= 400 AS aside,
  false AS unasked, true AS logged, $version AS version, '' AS goal, coalesce(source, '') AS source,
  coalesce(sort, '') AS sort, coalesce(page_there, '') AS referrer, coalesce(medium, '') AS medium,
  coalesce(campaign, '') AS campaign, coalesce(country, '') AS country, device, software, system, program
FROM (SELECT *, CAST(moment AT TIME ZONE $zone AS DATE) AS day FROM seen)
     LEFT JOIN countries USING (address) LEFT JOIN sources USING (referrer, query)
"""
"""What a view from a log is. Its address has served when it has its number; where the view is in its day
already, that one stays, since it has a number of the same word as those around it."""


def collect(con: DuckDBPyConnection, start: int, word: str) -> None:
    """Add what `count` left in `seen` to the table `rows`; the first line's view has the number `start`."""
    kinds.name_countries(con)
    kinds.name_sources(con)
    said = {"start": start, "word": word, "zone": look.business().zone.key, "version": gate.force().number}
    there = con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'rows'").fetchall()[0][0]
    con.execute(f"INSERT INTO rows BY NAME {ROWS}" if there else f"CREATE TABLE rows AS {ROWS}", said)


def put(con: DuckDBPyConnection) -> None:
    """Bring what was collected into its days. For as long as that takes it lies in a file: numbers and words
    that say nothing of anybody."""
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


def read(pk: int, seconds: float) -> bool:
    """Go on with an import for so many seconds, bring that into its days, and say whether more is left.

    For whoever reads `taking.alone`. A file that cannot be read, or under no sentence any more, is stopped.
    Raises `Waits`.
    """
    import duckdb

    row = Import.objects.filter(pk=pk, state__in=taking.UNDER_WAY).first()
    if row is None:
        return False
    if row.offset >= row.size:
        return _finish(row)
    try:
        taking.demand_open()
        found, length = _read(row, seconds)
    except (taking.Unfit, gate.NotInForce) as fault:
        taking.stop(pk, str(fault))
        return False
    except (gate.Closed, evidence.Stopped) as fault:
        raise _waits(row, str(fault)) from None
    except duckdb.OutOfMemoryException:
        raise _waits(row, _("There is not memory enough: raise VISITS_MEMORY.")) from None
    except (OSError, duckdb.Error) as fault:
        # Its class only: the words of such a fault may quote the line that it stopped at.
        raise _waits(row, _("It cannot go on (%(fault)s).") % {"fault": type(fault).__name__}) from None
    _note(row, found, length)
    return row.offset + length < row.size or _finish(row)


def _read(row: Import, seconds: float) -> tuple[Found, int]:
    """Read on from where a row says, bring it into the days, and return what it was and how many bytes."""
    until, found, done = time.monotonic() + seconds, Found(), 0
    form = _form(taking.copy(row.pk), row.digest)
    word = salts.of(taking.word(row.pk)).hex()
    start = start_of(row.digest) + row.lines
    with formats.memory() as con:
        for piece, length in _pieces(row):
            more = count(con, piece, form)
            collect(con, start + found.lines, word)
            found.add(more)
            done += length
            if time.monotonic() >= until or found.views + found.programs > AT_ONCE:
                break
        if not done:
            raise taking.Unfit(_("Our copy of it ends too early."))
        put(con)
    return found, done


def _pieces(row: Import) -> Iterator[tuple[bytes, int]]:
    try:
        with taking.copy(row.pk).open("rb") as held:
            held.seek(row.offset)
            yield from lines.pieces(held, PIECE)
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
            whole.add(count(con, piece, form))
            told(packed.tell())
    return whole
