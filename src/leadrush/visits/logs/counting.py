"""What a piece of a log holds, and its views as rows of a day, which say nothing of whose they were."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from leadrush import gate, look
from leadrush.visits import typed
from leadrush.visits.logs import formats, kinds, lines

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SAMPLES = 20


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


ROWS = f"""
SELECT $start + n AS id, 2 AS rank, moment AT TIME ZONE 'UTC' AS moment, day,
  CASE WHEN program = '' THEN CAST(CAST('0x' || substr(
    sha256(concat($word, chr(10), day, chr(10), address, chr(10), agent)), 1, 16) AS UBIGINT) >> 1 AS BIGINT)
  ELSE 0 END AS visitor,
  CAST(0 AS BIGINT) AS browser, CAST(NULL AS BLOB) AS address,
  CASE WHEN status = 404 AND few THEN '/…' ELSE page END AS page, coalesce(said, '') AS said, status,
  coalesce(took, 0) AS took, 0 AS seen, false AS heard, false AS dot, false AS staff, status >= 400 AS aside,
  false AS unasked, true AS logged, $version AS version, '' AS goal, coalesce(source, '') AS source,
  coalesce(sort, '') AS sort, coalesce(page_there, '') AS referrer, coalesce(medium, '') AS medium,
  coalesce(campaign, '') AS campaign, coalesce(country, '') AS country, device, software, system, program
FROM (SELECT *, CAST(moment AT TIME ZONE $zone AS DATE) AS day,
             count(DISTINCT address) OVER (PARTITION BY page, status) < {typed.FEW} AS few FROM seen)
     LEFT JOIN countries USING (address) LEFT JOIN sources USING (referrer, query)
"""
"""What a view from a log is. Its address has served when it has its number; where the view is in its day
already, that one stays, since it has a number of the same word as those around it."""


PASSING = ("lines", "parsed", "pages", "agents", "seen", "countries", "sources")
"""Tables of the piece at hand: the addresses are in these, and what they were told by."""


def collect(con: DuckDBPyConnection, start: int, word: str) -> None:
    """Add what `count` left in `seen` to the table `rows`; the first line's view has the number `start`."""
    kinds.name_countries(con)
    kinds.name_sources(con)
    said = {"start": start, "word": word, "zone": look.business().zone.key, "version": gate.force().number}
    there = con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'rows'").fetchall()[0][0]
    con.execute(f"INSERT INTO rows BY NAME {ROWS}" if there else f"CREATE TABLE rows AS {ROWS}", said)
