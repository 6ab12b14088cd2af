"""The forms of logs: how DuckDB takes a line apart into who asked when for what, and what was answered.

`combined` is what Apache and nginx write unless told otherwise, or `common`, the same without the referrer
and the browser; `hosts` is the same behind the name of the site; `json` is an object a line, as nginx writes
it with a `log_format` of one's own. Every other line is strange.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from django.conf import settings

from leadrush.visits import collector, engine, middleware

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LONGEST = 16_384  # letters of a line; what is longer is strange
TOLD_BY = 1000  # lines from the beginning by which a file's form is told
EARLIEST = "1995-01-01"
A_DAY = 24 * 3600
Form = Literal["hosts", "combined", "json"]
FORMS: tuple[Form, ...] = ("hosts", "combined", "json")

HEADS: dict[Form, str] = {
    # The site's name and port come first and an address second, which the `-` of other logs is not.
    "hosts": r"^\S+:\d{1,5} (\S*[.:]\S*) \S+ [^\[]*\[([^\]]*)\] $",
    "combined": r"^(\S+) \S+ [^\[]*\[([^\]]*)\] $",
}
"""What stands before the request: an address and a time, among things that are not looked at."""
ANSWER = r"^ (\d{3}) (?:\d+|-)(?: |$)"
"""What stands behind it: a status and how many bytes."""

TIMES = ("time_iso8601", "time", "timestamp", "@timestamp", "time_local", "msec")
KEYS = {
    "address": ("remote_addr", "client_ip", "remote_ip", "client", "ip"),
    "request": ("request",),
    "method": ("request_method", "method"),
    "target": ("request_uri", "uri", "path", "url"),
    "query": ("args", "query_string"),
    "status": ("status",),
    "referrer": ("http_referer", "http_referrer", "referer", "referrer"),
    "agent": ("http_user_agent", "user_agent", "agent"),
    "took": ("request_time",),
}
"""Under which names nginx's variables stand in the objects of those who log JSON; the first one counts."""
QUOTE, BACKSLASH = "\1", "\2"
"""What stands for `\"` and `\\` inside of quotation marks while a line is taken apart."""


@contextmanager
def memory() -> Iterator[DuckDBPyConnection]:
    """Give a database that is nowhere but in memory, without a place on the disk to spill to."""
    import duckdb

    con = duckdb.connect(":memory:", config=engine.limits(spill=""))
    try:
        con.execute("SET TimeZone = 'UTC'")
        yield con
    finally:
        con.close()


def told(text: str, now: float) -> Form | None:
    """Return the form in which most of a file's first lines are understood, or None where none is in any."""
    found: dict[Form, int] = {}
    with memory() as con:
        for form in FORMS:
            parse(con, text, form, now)
            found[form] = con.execute("SELECT count(*) FROM parsed WHERE NOT strange").fetchall()[0][0]
    best = max(FORMS, key=lambda form: found[form])
    return best if found[best] else None


def parse(con: DuckDBPyConnection, text: str, form: Form, now: float) -> None:
    """Make the table `parsed` of a text's lines: `n`, their place from 0 on, `moment` and `strange`.

    A line is strange that says nothing, or to be of before 1995 or of later than a day after `now` (in
    seconds since 1970). One that may be a page somebody looked at is `wanted`, and has the rest of what it
    says; it is `mute` where it names no browser although its log does.
    """
    con.execute(
        "CREATE OR REPLACE TABLE lines AS SELECT unnest(range(len(held))) AS n, unnest(held) AS line "
        "FROM (SELECT string_split($1, chr(10)) AS held)",
        [text],
    )
    source = _from_json() if form == "json" else _from_text(HEADS[form])
    con.execute(_PARSED.format(source=source, earliest=EARLIEST, aside=_aside()), [now + A_DAY])


_PARSED = """
CREATE OR REPLACE TABLE parsed AS
SELECT n, moment, strange, wanted, status, took, mute AND wanted AS mute,
       CASE WHEN wanted THEN coalesce(address, '') END AS address,
       CASE WHEN wanted THEN path END AS path,
       CASE WHEN wanted THEN coalesce(nullif(agent, '-'), '') END AS agent,
       CASE WHEN wanted AND starts_with(referrer, 'http')
            THEN split_part(referrer, '?', 1) ELSE '' END AS referrer,
       CASE WHEN wanted AND contains(target, 'utm_')
            THEN substr(target, strpos(target, '?') + 1) ELSE '' END AS query
FROM (
  SELECT *, coalesce(NOT strange AND method = 'GET' AND (status IN (200, 304) OR status >= 400)
                     AND NOT ({aside}), false) AS wanted
  FROM (
    SELECT *, split_part(target, '?', 1) AS path, coalesce(agent IN ('', '-'), false) AS mute,
           moment IS NULL OR status IS NULL OR moment < TIMESTAMPTZ '{earliest} 00:00:00+00'
             OR moment > to_timestamp($1) AS strange
    FROM (SELECT * REPLACE (CASE WHEN starts_with(target, 'http')
                                 THEN regexp_replace(target, '^https?://[^/]*', '') ELSE target END AS target)
          FROM ({source}))
  )
)
"""


def _aside() -> str:
    """Return the SQL of paths that are no page to look at: files, and what only the site's own people see."""
    below = [*middleware.STAFF_ONLY, f"{collector.PATH}/"]
    below += [url for url in (settings.STATIC_URL, settings.MEDIA_URL) if url.startswith("/") and url != "/"]
    begins = " OR ".join(f"starts_with(path, '{one}')" for one in below)
    return f"path = '{collector.PATH}' OR {begins} OR regexp_matches(path, '\\.[A-Za-z0-9]{{1,8}}$')"


def _from_text(head: str) -> str:
    """Return the SQL that takes a line apart at its quotation marks; without a time where it does not fit.

    That is three times as fast as one pattern for the whole of it.
    """
    mended = (
        f"CASE WHEN contains(line, '\\') THEN replace(replace(line, '\\\\', chr({ord(BACKSLASH)})), "
        f"'\\\"', chr({ord(QUOTE)})) ELSE line END"
    )
    return f"""
    SELECT n, s.address AS address, CASE WHEN len(p) = 3 OR len(p) > 6 THEN {_local("s.time")} END AS moment,
           split_part(p[2], ' ', 1) AS method, split_part(p[2], ' ', 2) AS target,
           TRY_CAST(regexp_extract(p[3], '{ANSWER}', 1) AS SMALLINT) AS status,
           coalesce(p[4], '') AS referrer, p[6] AS agent, CAST(NULL AS INTEGER) AS took
    FROM (SELECT n, p, regexp_extract(p[1], '{head}', ['address', 'time']) AS s
          FROM (SELECT n, string_split({mended}, '"') AS p FROM ({_SHORT})))
    """


def _from_json() -> str:
    """Return the SQL that reads a line as an object; without time and status where it is none."""
    shape = json.dumps(
        dict.fromkeys((*TIMES, *(name for names in KEYS.values() for name in names)), "VARCHAR")
    )
    part = {what: f"coalesce({', '.join(map(_named, names))})" for what, names in KEYS.items()}
    times = ", ".join(_moment(_named(name)) for name in TIMES)
    # nginx writes `\x22` where it was not told `escape=json`, which JSON has no word for.
    mended = "CASE WHEN contains(line, '\\x') THEN replace(line, '\\x', '\\u00') ELSE line END"
    return f"""
    SELECT n, {part["address"]} AS address, coalesce({times}) AS moment,
           coalesce({part["method"]}, split_part(s.request, ' ', 1)) AS method,
           coalesce({part["target"]} || CASE WHEN contains({part["target"]}, '?') THEN ''
                    ELSE coalesce('?' || {part["query"]}, '') END, split_part(s.request, ' ', 2)) AS target,
           TRY_CAST({part["status"]} AS SMALLINT) AS status, {part["referrer"]} AS referrer,
           {part["agent"]} AS agent,
           CAST(least(greatest(TRY_CAST({part["took"]} AS DOUBLE), 0) * 1000, 2000000000) AS INTEGER) AS took
    FROM (SELECT n, from_json(CASE WHEN json_valid(line) THEN line END, '{shape}') AS s
          FROM (SELECT n, {mended} AS line FROM ({_SHORT})))
    """


def _named(name: str) -> str:
    return f's."{name}"'


def _moment(text: str) -> str:
    """Return the SQL of a moment, which is written in one of three ways; without a zone it is in UTC."""
    seconds = f"TRY_CAST({text} AS DOUBLE)"
    return (
        f"TRY_CAST({text} AS TIMESTAMPTZ), {_local(text)}, "
        f"to_timestamp(CASE WHEN {seconds} BETWEEN 0 AND 1e11 THEN {seconds} END)"
    )


def _local(text: str) -> str:
    """Return the SQL of a moment as servers write it to be read, `10/Nov/2026:10:00:00 +0100`.

    The zone is put where it is missing: asked for either form, DuckDB gives a line without one the zone of
    the line before.
    """
    zoned = f"CASE WHEN length({text}) = 20 THEN {text} || ' +0000' ELSE {text} END"
    return f"try_strptime({zoned}, '%d/%b/%Y:%H:%M:%S %z')"


_SHORT = f"SELECT n, CASE WHEN length(line) <= {LONGEST} THEN line END AS line FROM lines WHERE line <> ''"
