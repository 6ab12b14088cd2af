"""Finding out what went wrong: a request by the number on its page, faults, pages that are missing or slow.

Runs under `visits.trace`. What is found says when, which page and how it ended: it is about nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from leadrush.look import times
from leadrush.visits import reading, request_ids
from leadrush.visits.days import ASIDE, VIEW

DAYS = 30
"""How far back a request is looked for."""


class NoNumber(ValueError):
    """What was typed can be no number of a request."""


@dataclass(frozen=True)
class Request:
    """One request: its number, when it came, which page, how it ended, how long it took here (milliseconds).

    `kind` is what it was counted as: see `days.VIEW` and its neighbours.
    """

    name: str
    at: datetime
    page: str
    status: int
    took: int
    software: str
    system: str
    device: str
    kind: int
    unasked: bool


@dataclass(frozen=True)
class Fault:
    """Requests that ended alike: page, status, how many, and the newest with its number."""

    page: str
    status: int
    count: int
    last: datetime
    name: str


def _range() -> str:
    today = times.today()
    return reading.relation(today - timedelta(days=DAYS - 1), today, staff=True)


def find(typed: str) -> Request | None:
    """Return the request of this number, None where there is none in thirty days. Raises `NoNumber`."""
    number = request_ids.read(typed)
    if number is None:
        raise NoNumber(typed)
    with reading.opened() as reader:
        rows = reader.rows(
            "SELECT id, moment, page, status, took, software, system, device, kind, unasked "
            f"FROM {_range()} AS v WHERE id = {number}"
        )
    return next((Request(request_ids.write(row[0]), *row[1:]) for row in rows), None)


def faults() -> list[Fault]:
    """Return failures of this site itself (status 500 and above), the newest first."""
    return _grouped(f"kind = {ASIDE} AND status >= 500", "max(moment) DESC")


def missing() -> list[tuple[str, str, int]]:
    """Return pages that were asked for and are not there: page, the page that leads to it, how often."""
    with reading.opened() as reader:
        return [
            (page, said, int(count))
            for page, said, count in reader.rows(
                "SELECT page, CASE WHEN said <> '' THEN said ELSE referrer END AS led, count(*) "
                f"FROM {_range()} AS v WHERE kind = {ASIDE} AND status = 404 "
                "GROUP BY page, led ORDER BY count(*) DESC, page LIMIT 20"
            )
        ]


def slow() -> list[tuple[str, int, int]]:
    """Return the pages that take longest to make: page, views, ms that 95 of a hundred stay below."""
    with reading.opened() as reader:
        return [
            (page, int(count), int(took))
            for page, count, took in reader.rows(
                f"SELECT page, count(*), quantile_disc(took, 0.95) AS p FROM {_range()} AS v "
                f"WHERE kind = {VIEW} AND NOT logged GROUP BY page HAVING count(*) >= 20 "
                "ORDER BY p DESC, page LIMIT 10"
            )
        ]


def _grouped(where: str, order: str) -> list[Fault]:
    with reading.opened() as reader:
        return [
            Fault(page, status, int(count), last, request_ids.write(number))
            for page, status, count, last, number in reader.rows(
                f"SELECT page, status, count(*), max(moment), arg_max(id, moment) FROM {_range()} AS v "
                f"WHERE {where} GROUP BY page, status ORDER BY {order} LIMIT 20"
            )
        ]
