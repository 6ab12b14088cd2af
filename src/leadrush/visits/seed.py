"""The demo's visits: sixty days of invented views, as they would have been counted. Nobody is behind them."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from leadrush import gate
from leadrush.look import times
from leadrush.visits import addresses, days, engine, making, salts
from leadrush.visits.logs import reading, taking

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

A_DAY = 70
"""Visits on a quiet day."""


LOG = "access.log"
LINE = (
    '192.0.2.{who} - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET {page} HTTP/1.1" 200 5120 "{before}" '
    '"Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"\n'
)
OF_BEFORE = (("/", "https://allotment-almanac.example/links"), ("/webinars/", "-"), ("/articles/", "-"))


def seed() -> None:
    """Write sixty days of views, unless there are any; a log of the days before them; the word of today."""
    if days.there():
        return
    today, number = times.today(), gate.force().number
    con = engine.connect()
    with days.alone():
        for back in reversed(range(settings.VISITS_DEMO_DAYS)):
            day = today - timedelta(days=back)
            _a_day(con, day, back, number)
    con.close()
    count_a_log(today - timedelta(days=settings.VISITS_DEMO_DAYS))
    salts.of(today.isoformat())
    addresses.seal(today, "192.0.2.7")


def _a_day(con: DuckDBPyConnection, day: date, back: int, version: int) -> None:
    nth = (day - date(2026, 1, 1)).days
    wobble = int(hashlib.sha256(day.isoformat().encode()).hexdigest()[:4], 16) % 40
    visits = A_DAY - back // 3 + wobble + (60 if nth % 14 == 3 else 0)
    edge = (
        timezone.now()
        if back == 0
        else datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    )
    sql = _sql("views").format(
        seed=nth, nth=nth, visits=visits, day=day, version=version, until=f"{edge:%Y-%m-%d %H:%M:%S}"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE views AS {sql}")
    also = f"SELECT * FROM views UNION ALL BY NAME {_sql('goals')} UNION ALL BY NAME {_sql('programs')}"
    making.make(con, day, 0, also=also)
    con.execute("DROP TABLE views")


def _sql(name: str) -> str:
    return (Path(__file__).parent / "demo" / f"{name}.sql").read_text(encoding="utf-8")


def count_a_log(last: date) -> None:
    """Count the log of the server that the business had before, for the five days up to `last`."""
    lines = [
        LINE.format(
            who=who, at=datetime(day.year, day.month, day.day, 9, who, tzinfo=UTC), page=page, before=before
        )
        for day in (last - timedelta(days=back) for back in reversed(range(5)))
        for who in range(1, 9)
        for page, before in OF_BEFORE[: 1 + who % 3]
    ]
    taken = taking.take(io.BytesIO("".join(lines).encode()), LOG)
    reading.read_whole(taken.pk, lambda row: None)
