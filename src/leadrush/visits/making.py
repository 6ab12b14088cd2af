"""Making a day: from what was seen to views, visits and paths.

- *View*: a page that was sent to somebody, or shown again by their browser (going back, a change in
  place).
- *Who*: a browser's own number after a yes, else its number of this day. What a number of the day saw before
  one browser with it said yes belongs to the same visit; it is not kept under the browser's number.
- *Visit* (`session`): views and goals of one who, until nothing came for 30 minutes or a campaign began that
  is another than the one before. Without a yes it ends with the day, since the number does.
- *Time on a page* (`stay`): how long the page was in view, as its script measured, also for the last page of
  a visit. Without script: until the next view of the visit; of the last page it is not known, and no number
  takes its place.
- *Time on the site* (`length`, on the first view): the sum of those.
- *Before* and *after*: the views next to it in the visit; a page that was loaded again follows itself.
- A who with 30 views or more, none of which ran a script or fetched the picture, faster than one in two
  seconds, is a program that pretends. Of one who asks for more than 200 pages the further ones are `(more)`.
- Whoever signs in as one of those who work here is one of them for the whole day, the sign-in page included.

A visit that goes on past midnight is seen whole from both days as far as its first and last view go.
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
from leadrush.visits.tokens import ASIDE, STAFF

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

AT_ONCE = 200_000  # rows of the inbox that one pass takes
SLICE = 50_000  # rows of which visits are made at once
PAUSE = "INTERVAL 30 MINUTE"
PAGES = 200
MANY = 30
NEWS = {
    "id": "BIGINT", "what": "VARCHAR", "ms": "BIGINT", "visitor": "BIGINT", "browser": "BIGINT",
    "address": "VARCHAR", "page": "VARCHAR", "before": "VARCHAR", "status": "SMALLINT", "took": "INTEGER",
    "seen": "INTEGER", "flags": "INTEGER", "version": "SMALLINT", "goal": "VARCHAR", "source": "VARCHAR",
    "kind": "VARCHAR", "referrer": "VARCHAR", "medium": "VARCHAR", "campaign": "VARCHAR",
    "country": "VARCHAR", "device": "VARCHAR", "software": "VARCHAR", "system": "VARCHAR",
    "program": "VARCHAR", "unasked": "BOOLEAN",
}  # fmt: skip

FROM_NEWS = f"""
SELECT id, CASE what WHEN 'sent' THEN 1 WHEN 'view' THEN 2 WHEN 'goal' THEN 2 WHEN 'begin' THEN 2
                     WHEN 'yes' THEN 2
                     WHEN 'heard' THEN 3 WHEN 'dot' THEN 4 ELSE 9 END AS rank,
       make_timestamp(ms * 1000) AS moment, coalesce(visitor, 0) AS visitor, coalesce(browser, 0) AS browser,
       unhex(nullif(address, '')) AS address, coalesce(page, '') AS page, coalesce(before, '') AS said,
       coalesce(status, 0) AS status, coalesce(took, 0) AS took, coalesce(seen, 0) AS seen,
       what IN ('heard', 'view') AS heard, what = 'dot' AS dot,
       (coalesce(flags, 0) & {STAFF}) > 0 AS staff, (coalesce(flags, 0) & {ASIDE}) > 0 AS aside,
       coalesce(unasked, false) AS unasked, false AS logged, coalesce(version, 0) AS version,
       coalesce(goal, '') AS goal, coalesce(source, '') AS source, coalesce(kind, '') AS sort,
       coalesce(referrer, '') AS referrer, coalesce(medium, '') AS medium, coalesce(campaign, '') AS campaign,
       coalesce(country, '') AS country, coalesce(device, '') AS device, coalesce(software, '') AS software,
       coalesce(system, '') AS system, coalesce(program, '') AS program
FROM news
"""

# What is in the file already knows as much as what it came from: a page that was sent, or a report of it. A
# time that came before its page waits there.
RANK = (
    "CASE WHEN status > 0 OR logged THEN 1 "
    "WHEN visitor <> 0 OR goal <> '' OR program <> '' OR heard OR dot THEN 2 ELSE 9 END"
)

# One row a view: its facts from whoever knows them best, what browsers reported of it from all.
ONE_EACH = f"""
SELECT DISTINCT ON (id) {", ".join(name for name in days.BASE if name not in ("seen", "heard", "dot"))},
       max(seen) OVER one AS seen, bool_or(heard) OVER one AS heard, bool_or(dot) OVER one AS dot, rank
FROM seen_rows WHERE id % {{slices}} = {{slice}} WINDOW one AS (PARTITION BY id) ORDER BY id, rank, moment
"""

MADE = f"""
WITH handed AS (
  SELECT visitor, any_value(browser) AS browser, max(moment) AS until FROM rows
  WHERE goal = '{days.YES}' AND browser <> 0 GROUP BY visitor HAVING count(DISTINCT browser) = 1
), every_who AS (
  SELECT rows.*, CASE WHEN rows.browser <> 0 THEN rows.browser
                      ELSE coalesce(handed.browser, rows.visitor) END AS who,
         CASE WHEN rank = 9 THEN {days.WAITS} WHEN goal = '{days.YES}' THEN {days.HANDED}
              WHEN goal <> '' THEN {days.GOAL}
              WHEN program <> '' THEN {days.PROGRAM}
              WHEN aside THEN {days.ASIDE}
              WHEN logged AND moment >= (SELECT at_least FROM own) THEN {days.LOGGED}
              ELSE {days.VIEW} END AS sort_of,
         CAST(0 AS BIGINT) AS carried, false AS next_to
  FROM rows LEFT JOIN handed ON rows.visitor = handed.visitor AND rows.moment <= handed.until
), whos AS (
  SELECT * FROM every_who WHERE who % {{slices}} = {{slice}}
), pretenders AS (
  SELECT who FROM whos WHERE sort_of = {days.VIEW} GROUP BY who
  HAVING count(*) >= {MANY} AND NOT bool_or(heard) AND NOT bool_or(dot) AND NOT bool_or(logged)
     AND epoch(max(moment)) - epoch(min(moment)) < 2 * count(*)
), told AS (
  SELECT * REPLACE (CASE WHEN sort_of = {days.VIEW} AND who IN (FROM pretenders) THEN {days.PROGRAM}
                         ELSE sort_of END AS sort_of,
                    who <> 0 AND who IN (SELECT who FROM whos WHERE staff) AS staff) FROM whos
), busy AS (
  SELECT who FROM told WHERE sort_of = {days.VIEW} GROUP BY who HAVING count(*) > {PAGES}
), further AS (
  SELECT who, page FROM (
    SELECT who, page, row_number() OVER (PARTITION BY who ORDER BY min(moment)) AS nth
    FROM told WHERE sort_of = {days.VIEW} AND who IN (FROM busy) GROUP BY who, page
  ) WHERE nth > {PAGES}
), named AS (
  SELECT told.* REPLACE (CASE WHEN further.who IS NULL THEN told.page ELSE '(more)' END AS page)
  FROM told LEFT JOIN further ON told.who = further.who AND told.page = further.page
), around AS (
  SELECT * FROM named WHERE sort_of IN ({days.VIEW}, {days.GOAL}) UNION ALL BY NAME
  SELECT * FROM beside WHERE who % {{slices}} = {{slice}}
), cut AS (
  SELECT *, CASE WHEN lag(moment) OVER w IS NULL OR moment - lag(moment) OVER w > {PAUSE}
       OR (campaign <> '' AND campaign IS DISTINCT FROM last_value(nullif(campaign, '') IGNORE NULLS)
           OVER (PARTITION BY who ORDER BY moment, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
       THEN 1 ELSE 0 END AS begins
  FROM around WINDOW w AS (PARTITION BY who ORDER BY moment, id)
), parts AS (
  SELECT *, sum(begins) OVER (PARTITION BY who ORDER BY moment, id) AS part FROM cut
), visits AS (
  SELECT * REPLACE (
           first_value(source) OVER v AS source, first_value(sort) OVER v AS sort,
           first_value(referrer) OVER v AS referrer, first_value(medium) OVER v AS medium,
           first_value(campaign) OVER v AS campaign),
         CASE WHEN first_value(carried) OVER v <> 0 THEN first_value(carried) OVER v
              ELSE CAST(hash(who, first_value(moment) OVER v) >> 1 AS BIGINT) END AS session
  FROM parts WINDOW v AS (PARTITION BY who, part ORDER BY moment, id
                          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
), viewed AS (
  SELECT id, carried,
         row_number() OVER (PARTITION BY who, next_to ORDER BY moment, id) = 1
           AND (browser <> 0 OR who = visitor) AS fresh,
         row_number() OVER (PARTITION BY session, page ORDER BY moment, id) = 1 AS once,
         lag(page) OVER v IS NULL AS entry, lead(page) OVER v IS NULL AS leaves,
         coalesce(lag(page) OVER v, '') AS before, coalesce(lead(page) OVER v, '') AS after,
         CASE WHEN seen > 0 THEN seen WHEN heard OR lead(moment) OVER v IS NULL THEN NULL
              ELSE CAST(least(epoch_ms(lead(moment) OVER v) - epoch_ms(moment), 1800000) AS INTEGER)
              END AS stay
  FROM visits WHERE sort_of = {days.VIEW} WINDOW v AS (PARTITION BY session ORDER BY moment, id)
), sums AS (
  SELECT session, count(*) FILTER (sort_of = {days.VIEW}) AS pages,
         count(*) FILTER (sort_of = {days.GOAL}) AS won, sum(stay) AS length
  FROM visits LEFT JOIN viewed USING (id) GROUP BY session
)
SELECT visits.*, visits.sort_of AS kind,
       coalesce(viewed.fresh, false) AS fresh, coalesce(viewed.once, false) AS once,
       coalesce(viewed.entry, false) AS entry, coalesce(viewed.leaves, false) AS leaves,
       coalesce(viewed.before, '') AS before, coalesce(viewed.after, '') AS after, viewed.stay,
       CASE WHEN viewed.entry THEN sums.pages ELSE 0 END AS pages,
       CASE WHEN viewed.entry THEN sums.won ELSE 0 END AS won,
       CASE WHEN viewed.entry THEN CAST(least(sums.length, 86400000) AS INTEGER) END AS length
FROM visits LEFT JOIN viewed USING (id) LEFT JOIN sums USING (session) WHERE NOT next_to
UNION ALL BY NAME
SELECT named.*, named.sort_of AS kind, CAST(0 AS BIGINT) AS session,
       false AS fresh, false AS once, false AS entry,
       false AS leaves, '' AS before, '' AS after, CAST(NULL AS INTEGER) AS stay, 0 AS pages, 0 AS won,
       CAST(NULL AS INTEGER) AS length
FROM named WHERE sort_of NOT IN ({days.VIEW}, {days.GOAL})
"""


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
