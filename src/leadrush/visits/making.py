"""Making a day: what waits in the inbox becomes rows of its day, and the day is written anew and swapped.

Only those of a day are made anew of whom something came; `cutting` says what is made of them.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import closing
from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec

from leadrush import look
from leadrush.visits import days, engine, inbox, observing
from leadrush.visits.cutting import FROM_NEWS, MADE, NEWS, ONE_EACH, PAUSE, RANK

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

AT_ONCE = 200_000  # rows of the inbox that one pass takes
SLICE = 50_000  # rows of which visits are made at once


def make_due(most: int = AT_ONCE) -> int:
    """Bring what waits in the inbox into its days; return how many rows of the inbox that were."""
    if not inbox.file().exists():
        return 0
    with closing(inbox.connect()) as held, days.alone():
        return sum(_day(held, date.fromisoformat(day), most) for day in inbox.days(held))


def _day(held: object, day: date, most: int) -> int:
    import sqlite3

    assert isinstance(held, sqlite3.Connection)
    con = engine.connect()
    try:
        until = days.mark(con, day)
        rows = inbox.waiting(held, day.isoformat(), until, most)
        if rows:
            until = rows[-1][0]
            _load_news(con, [body for _number, body in rows])
            inbox.begin(held, msgspec.json.decode(rows[0][1], type=observing.Row).ms)
            make(con, day, until)
        inbox.remove(held, day.isoformat(), until)
        return len(rows)
    finally:
        con.close()


def _load_news(con: DuckDBPyConnection, bodies: list[bytes]) -> None:
    """Give DuckDB rows of the inbox as a table; by a file, which is gone before anything else happens."""
    columns = json.dumps(NEWS)
    with tempfile.NamedTemporaryFile(dir=days.folder(), prefix=days.LAID_OUT, suffix=".json") as lines:
        lines.write(b"\n".join(bodies))
        lines.flush()
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE news AS SELECT * FROM read_json({days.quoted(lines.name)}, "
            f"format='newline_delimited', columns={columns})"
        )


def make(
    con: DuckDBPyConnection,
    day: date,
    until: int,
    *,
    also: str = FROM_NEWS,
    without: str = "false",
    blank: str = "false",
    anew: str = "false",
) -> None:
    """Write a day anew from its file and what `also` brings.

    Rows for which `without` holds go; of those for which `blank` holds, number and address of the browser.
    Whoever has a row for which `anew` holds is made anew as well, like everybody of whom something came.
    """
    base = ", ".join(days.BASE)
    nothing = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in days.BASE.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE came AS {also or f'SELECT 0 AS rank, {nothing} WHERE false'}")
    seen, stays = "SELECT * FROM came", ""
    if days.file(day).exists():
        stays = _stays(con, day, f"coalesce(({without}) OR ({blank}) OR ({anew}), false)")
        put = (
            f"CASE WHEN {blank} THEN 0 ELSE coalesce(browser, 0) END AS browser, "
            f"CASE WHEN {blank} THEN NULL ELSE address END AS address"
        )
        seen += (
            f" UNION ALL BY NAME SELECT {RANK} AS rank, {base} FROM (SELECT * REPLACE ({put}) "
            f"FROM read_parquet({days.quoted(days.file(day))}) WHERE NOT ({without}) AND NOT ({stays}))"
        )
    con.execute(f"CREATE OR REPLACE TEMP TABLE seen_rows AS {seen}")
    _in_slices(con, "rows", ONE_EACH, "seen_rows")
    _beside(con, day)
    began = inbox.began()
    own = f"make_timestamp({began * 1000})" if began is not None else "TIMESTAMP '9999-01-01'"
    con.execute(f"CREATE OR REPLACE TEMP TABLE own AS SELECT {own} AS at_least")
    _in_slices(con, "made", MADE, "rows")
    zone = look.business().zone.key
    select = (
        f"SELECT * REPLACE (nullif(browser, 0) AS browser), "
        f"CAST(hour(moment AT TIME ZONE 'UTC' AT TIME ZONE '{zone}') AS TINYINT) AS hour, "
        f"DATE '{day}' AS day FROM made"
    )
    if stays:
        select += (
            f" UNION ALL BY NAME SELECT * FROM read_parquet({days.quoted(days.file(day))}) WHERE {stays}"
        )
    days.write(con, day, select, until)
    before, after = _went_on(con, day), _goes_on(con, day)
    for table in ("came", "seen_rows", "rows", "made", "beside", "own"):
        con.execute(f"DROP TABLE {table}")
    for other, whose in ((-1, before), (1, after)):
        if whose:
            beside = day + timedelta(days=other)
            listed = ", ".join(map(str, whose))
            make(con, beside, days.mark(con, beside), also="", anew=f"browser IN ({listed})")


def _stays(con: DuckDBPyConnection, day: date, goes: str) -> str:
    """Return the SQL of the rows of a day's file that stay as they are.

    A visit is one who's: it changes when something comes of that who, or goes. A row without any number (0)
    is for itself.
    """
    file = f"read_parquet({days.quoted(days.file(day))})"
    links = (
        f"(SELECT visitor, browser FROM came WHERE goal = '{days.YES}' UNION ALL "
        f"SELECT visitor, browser FROM {file} WHERE kind = {days.HANDED})"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE touched AS WITH first AS ("
        "SELECT unnest([visitor, browser]) AS who FROM came UNION ALL "
        f"SELECT unnest([visitor, browser]) FROM {file} WHERE id IN (SELECT id FROM came) OR {goes}"
        f"), second AS (FROM first UNION ALL SELECT browser FROM {links} WHERE visitor IN (FROM first)"
        f"), third AS (FROM second UNION ALL SELECT visitor FROM {links} WHERE browser IN (FROM second)"
        ") SELECT DISTINCT who FROM third WHERE who <> 0"
    )
    return (
        "visitor NOT IN (FROM touched) AND coalesce(browser, 0) NOT IN (FROM touched) "
        f"AND id NOT IN (SELECT id FROM came) AND NOT {goes}"
    )


def _in_slices(con: DuckDBPyConnection, table: str, select: str, source: str) -> None:
    """Make a table part by part, as memory allows: no part needs the rows of another."""
    found = con.execute(f"SELECT count(*) FROM {source}").fetchone()
    slices = 1 + (found[0] if found else 0) // SLICE
    con.execute(f"DROP TABLE IF EXISTS {table}")
    for number in range(slices):
        put = f"INSERT INTO {table} BY NAME" if number else f"CREATE TEMP TABLE {table} AS"
        con.execute(f"{put} {select.format(slices=slices, slice=number)}")


def _beside(con: DuckDBPyConnection, day: date) -> None:
    """Find the views next to this day's first and last ones, of browsers that are known across midnight."""
    columns = (
        "id, moment, visitor, browser, page, campaign, goal, source, sort, referrer, medium, heard, seen, "
        f"browser AS who, {days.VIEW} AS sort_of, true AS next_to"
    )
    parts = [
        "SELECT *, browser AS who, 0 AS sort_of, CAST(0 AS BIGINT) AS carried, true AS next_to "
        "FROM rows WHERE false"
    ]
    for beside, order, carried in ((-1, "DESC", "session"), (1, "ASC", "0")):
        file = days.file(day + timedelta(days=beside))
        if file.exists():
            parts.append(
                f"SELECT {columns}, CAST({carried} AS BIGINT) AS carried "
                f"FROM read_parquet({days.quoted(file)}) "
                f"WHERE browser IS NOT NULL AND kind = {days.VIEW} "
                f"AND browser IN (SELECT browser FROM rows WHERE browser <> 0) "
                f"QUALIFY row_number() OVER (PARTITION BY browser ORDER BY moment {order}, id {order}) = 1"
            )
    con.execute(f"CREATE OR REPLACE TEMP TABLE beside AS {' UNION ALL BY NAME '.join(parts)}")


def _went_on(con: DuckDBPyConnection, day: date) -> list[int]:
    """Return the browsers whose visit goes on here, which the day before took for ended."""
    file = days.file(day - timedelta(days=1))
    if not file.exists():
        return []
    found = con.execute(
        f"SELECT DISTINCT browser FROM read_parquet({days.quoted(file)}) WHERE browser IS NOT NULL "
        "AND leaves AND session IN (SELECT session FROM made WHERE session <> 0)"
    )
    return [browser for (browser,) in found.fetchall()]


def _goes_on(con: DuckDBPyConnection, day: date) -> list[int]:
    """Return the browsers whose visit the next day took for one that began there, or at another moment."""
    file = days.file(day + timedelta(days=1))
    if not file.exists():
        return []
    found = con.execute(
        "SELECT next.browser FROM (SELECT browser, min(moment) AS moment, "
        "arg_min(session, moment) AS session "
        f"FROM read_parquet({days.quoted(file)}) WHERE browser IS NOT NULL AND kind = {days.VIEW} "
        "GROUP BY browser) AS next JOIN (SELECT browser, max(moment) AS moment, "
        f"arg_max(session, moment) AS session FROM made WHERE browser <> 0 AND kind = {days.VIEW} "
        "GROUP BY browser) AS last ON next.browser = last.browser "
        f"WHERE next.moment - last.moment <= {PAUSE} AND next.session <> last.session"
    )
    return [browser for (browser,) in found.fetchall()]
