"""What is counted of views: each count written once as SQL, for one day as for a year, for all as for some.

A tally is additive: what it says of two days is the sum of what it says of each. So days are counted once,
when they are made (`sums`), and a question about a year adds up; with filters the same SQL runs on the views
themselves. The dialect is the part that DuckDB and ClickHouse share, by way of sqlglot.

Every tally yields `key, more, views, visits, began, ended, bounced, whos`; `{v}` stands for the views.
"""

from __future__ import annotations

from leadrush.visits.days import ASIDE, GOAL, PROGRAM, SEARCHED, VIEW
from leadrush.visits.goals import Funnel, Step

COUNTS = ("views", "visits", "began", "ended", "bounced", "whos")
LEFT = 5000
"""Milliseconds within which somebody who went on had not waited for the page to be ready."""

BUCKET = (
    "CASE WHEN {0} < 100000 THEN CAST(floor({0} / 1000) AS INTEGER) "
    "WHEN {0} < 1000000 THEN CAST(floor({0} / 10000) AS INTEGER) * 10 "
    "ELSE CAST(floor({0} / 100000) AS INTEGER) * 100 END"
)
"""Milliseconds as seconds of two figures: the middle of many is found from these to that exactness."""


def bucket(column: str) -> str:
    """Return the SQL of a time's class."""
    return BUCKET.format(column)


def _tally(key: str, where: str, more: str = "''", **counts: str) -> str:
    said = ", ".join(f"{counts.get(name, 'CAST(0 AS BIGINT)')} AS {name}" for name in COUNTS)
    return (
        f"SELECT CAST({key} AS VARCHAR) AS key, CAST({more} AS VARCHAR) AS more, {said} "
        f"FROM {{v}} WHERE {where} GROUP BY {{group}}{key}, {more}"
    )


BOUNCE = "count_if(entry AND pages = 1 AND won = 0)"
TALLIES: dict[str, str] = {
    "hour": _tally(
        "hour", f"kind = {VIEW}", views="count(*)", visits="count_if(entry)", bounced=BOUNCE,
        whos="count_if(fresh AND browser IS NULL)",
    ),
    "page": _tally(
        "page", f"kind = {VIEW}", views="count(*)", visits="count_if(once)", began="count_if(entry)",
        ended="count_if(leaves)",
    ),
    "stay": _tally("page", f"kind = {VIEW} AND stay IS NOT NULL", bucket("stay"), views="count(*)"),
    "length": _tally("'all'", "entry AND length IS NOT NULL", bucket("length"), visits="count(*)"),
    "source": _tally(
        "source", "entry", "sort", visits="count(*)", views="sum(pages)", bounced=BOUNCE
    ),
    "referrer": _tally("referrer", "entry AND referrer <> ''", visits="count(*)", bounced=BOUNCE),
    "campaign": _tally(
        "campaign", "entry AND campaign <> ''", "concat(source, ' ', medium)", visits="count(*)",
        bounced=BOUNCE,
    ),
    "country": _tally("country", "entry", visits="count(*)"),
    "device": _tally("device", "entry", visits="count(*)"),
    "software": _tally("software", "entry", visits="count(*)"),
    "system": _tally("system", "entry", visits="count(*)"),
    "goal": _tally("goal", f"kind = {GOAL}", views="count(*)", visits="count(DISTINCT session)"),
    "search": _tally(
        "said", f"kind = {SEARCHED}", views="count(*)", visits="count(DISTINCT session)",
        ended="count_if(seen = 0)",
    ),
    "program": _tally(
        "CASE WHEN program = '' THEN 'pretends' ELSE program END", f"kind = {PROGRAM}", views="count(*)"
    ),
    "before": _tally(
        "page", f"kind = {VIEW}", "CASE WHEN entry THEN concat('@', source) ELSE before END", views="count(*)"
    ),
    "after": _tally("page", f"kind = {VIEW}", "CASE WHEN leaves THEN '@' ELSE after END", views="count(*)"),
    "believed": _tally(
        f"CASE WHEN heard THEN 'heard' WHEN dot THEN 'dot' WHEN NOT leaves AND stay < {LEFT} THEN 'left' "
        "ELSE 'unexplained' END",
        f"kind = {VIEW} AND NOT logged",
        views="count(*)",
    ),
    "fault": _tally("status", f"kind = {ASIDE} AND status >= 400", views="count(*)"),
}  # fmt: skip


def matches(step: Step) -> str:
    """Return the SQL of a step: a goal, a page, or every page below one."""
    if step.goal:
        return f"kind = {GOAL} AND goal = {quoted(step.goal)}"
    if step.page.endswith("*"):
        above = quoted(step.page[:-1])
        return f"kind = {VIEW} AND starts_with(page, {above}) AND page <> {above}"
    return f"kind = {VIEW} AND page = {quoted(step.page)}"


def funnel(one: Funnel) -> str:
    """Return the tally of a funnel: how many visits came to each step after all those before it.

    Each visit that saw the second step becomes a row of letters in order of time, one for each step that a
    view or goal is, and a bar after each; it came to the third step when `a`, `b` and `c` follow each other
    in it, each another view, with whatever in between. Most visits see no second step: they need no order.
    """
    letters = [chr(ord("a") + number) for number in range(len(one.steps))]
    marks = ", ".join(
        f"CASE WHEN {matches(step)} THEN '{letter}' ELSE '' END"
        for step, letter in zip(one.steps, letters, strict=True)
    )
    anywhere = " OR ".join(f"({matches(step)})" for step in one.steps)
    second = f"(SELECT session FROM {{v}} WHERE {matches(one.steps[1])})"
    reached = "CAST(0 AS INTEGER)"
    for count in range(1, len(letters) + 1):
        reached = f"CASE WHEN way LIKE '%{'%|%'.join(letters[:count])}%' THEN {count} ELSE {reached} END"
    return (
        f"SELECT CAST({quoted(one.code)} AS VARCHAR) AS key, CAST(far AS VARCHAR) AS more, "
        "CAST(0 AS BIGINT) AS views, count(*) AS visits, CAST(0 AS BIGINT) AS began, "
        "CAST(0 AS BIGINT) AS ended, CAST(0 AS BIGINT) AS bounced, CAST(0 AS BIGINT) AS whos FROM ("
        f"SELECT {{inner}}session, 1 AS far FROM {{v}} WHERE {matches(one.steps[0])} "
        f"AND session NOT IN {second} GROUP BY {{group}}session UNION ALL "
        f"SELECT {{inner}}session, {reached} AS far FROM (SELECT {{inner}}session, "
        f"string_agg(concat({marks}), '|' ORDER BY moment, id) AS way FROM {{v}} "
        f"WHERE ({anywhere}) AND session IN {second} GROUP BY {{group}}session) AS ways"
        ") AS fars WHERE far > 0 GROUP BY {group}far"
    )


def quoted(words: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + words.replace("'", "''") + "'"
