"""Days are brought to ClickHouse whole: as they are here, once, and again after whatever went wrong."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ImproperlyConfigured

from leadrush import gate
from leadrush.visits import bringing, clickhouse, counting, days, dialect, engine, making, reading
from leadrush.visits.asking import Asked
from leadrush.visits.tests.inventing import DAYS, FIRST, invent
from leadrush.visits.tests.serving import serving

pytest.importorskip("chdb", reason="ClickHouse's engine is large: make proof brings it")
pytest.importorskip("sqlglot")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of an empty database."""
    with serving(tmp_path_factory.mktemp("clickhouse")) as address:
        yield address


@pytest.fixture
def brought(db: None, server: str, tmp_path: Path, settings: Any) -> date:
    """Bring some days; return one of them."""
    settings.VISITS, settings.VISITS_URL = tmp_path, server
    invent(visits=40)
    assert bringing.push_due() == DAYS
    return FIRST


def fail(address: str, statement: str, code: int = 999) -> None:
    """Let the next statement that begins so fail."""
    place = address.rpartition("@")[2].partition("/")[0]
    url = f"http://{place}/fail?{urlencode({'on': statement, 'code': code})}"
    urllib.request.urlopen(urllib.request.Request(url, data=b"", method="POST"), timeout=20).close()


def there() -> dict[date, int]:
    """Return how many rows of each day there are."""
    return dict(clickhouse.ask(f"SELECT day, count(*) FROM {bringing.TABLE} GROUP BY day"))


def here() -> dict[date, int]:
    """Return the same of the files."""
    with closing(engine.connect()) as con:
        found = con.execute(f"SELECT day, count(*) FROM '{days.folder()}/*.parquet' GROUP BY day")
        return dict(found.fetchall())


def browser_of(day: date) -> int:
    """Return a browser that was there on a day."""
    found = clickhouse.ask(f"SELECT min(browser) FROM {bringing.TABLE} WHERE day = ?", [day])
    return int(found[0][0])


def erase(day: date, browser: int) -> None:
    """Write a day anew without a browser."""
    with closing(engine.connect()) as con, days.alone():
        making.make(con, day, days.mark(con, day), also="", without=f"coalesce(browser, 0) = {browser}")


def test_days_are_there_as_they_are_here_and_brought_once(brought: date) -> None:
    assert there() == here() and len(here()) == DAYS
    assert bringing.push_due() == 0
    bringing.push(brought)
    assert there() == here(), "brought twice is brought once"
    assert clickhouse.ask("SELECT count(*) FROM views WHERE address IS NOT NULL") == [(0,)]


def test_a_day_without_somebody_takes_its_place(brought: date) -> None:
    browser, before = browser_of(brought), there()
    erase(brought, browser)
    assert brought in bringing.behind()
    assert bringing.push_due() >= 1
    left = clickhouse.ask("SELECT count(*) FROM views WHERE browser = ? AND day = ?", [browser, brought])
    assert left == [(0,)]
    assert there() == here() != before
    assert clickhouse.ask(f"SELECT count(*) FROM {bringing.HALF}") == [(0,)]
    made = clickhouse.ask("SELECT name, engine_full FROM system.tables WHERE database = 'visits'")
    assert {name for name, text in made if "old_parts_lifetime = 60" in text} == {"views", "half"}


@pytest.mark.parametrize(
    "statement",
    ["SELECT name", "TRUNCATE", "INSERT INTO half", "SELECT COUNT", "ALTER TABLE", "INSERT INTO pushed"],
)
def test_what_failed_anywhere_is_brought_again(brought: date, server: str, statement: str) -> None:
    browser, before = browser_of(brought), there()
    erase(brought, browser)
    fail(server, statement)
    with pytest.raises(clickhouse.Failed) as failed:
        bringing.push_due()
    assert failed.value.code == 999
    assert there() in (before, here()), "a day is there as it was or as it is"
    assert brought in bringing.behind()
    assert bringing.push_due() >= 1
    assert there() == here() and not bringing.behind()
    assert clickhouse.ask(f"SELECT count(*) FROM {bringing.HALF}") == [(0,)]


def test_a_day_that_is_swapped_meanwhile_is_brought_as_it_was(
    brought: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, before = browser_of(brought), there()
    send = clickhouse.Server.send

    def swap_first(self: clickhouse.Server, sql: str, *rest: Any, **more: Any) -> bytes:
        if sql.startswith("INSERT INTO half"):
            erase(brought, browser)
        return send(self, sql, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(clickhouse.Server, "send", swap_first)
        bringing.push(brought)
    assert there() == before and brought in bringing.behind()
    assert not bringing.behind(since=0), "all of it was written just now"
    bringing.push_due()
    assert there() == here() and not bringing.behind()


def test_half_a_day_is_not_taken(brought: date, monkeypatch: pytest.MonkeyPatch) -> None:
    before = there()
    with monkeypatch.context() as patch:
        patch.setattr(bringing, "_rows", lambda day: 1_000_000)
        with pytest.raises(bringing.Broken):
            bringing.push(brought)
    assert there() == before
    assert clickhouse.ask(f"SELECT count(*) FROM {bringing.HALF}") == [(0,)]


def test_the_worker_turns_to_something_else_in_between(
    brought: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    clickhouse.server().send("TRUNCATE TABLE pushed")
    monkeypatch.setattr(bringing, "TURN", 0.0)
    assert [bringing.push_due() for _ in range(DAYS + 1)] == [1] * DAYS + [0]


def test_a_day_that_is_gone_or_empty_is_dropped(brought: date) -> None:
    days.file(brought).unlink()
    with closing(engine.connect()) as con, days.alone():
        making.make(con, brought + timedelta(days=1), 7, also="", without="true")
    assert bringing.push_due() >= 2
    assert set(there()) == {brought + timedelta(days=number) for number in range(2, DAYS)}
    assert not bringing.behind() and bringing.push_due() == 0


def test_tables_of_other_columns_are_made_anew(brought: date) -> None:
    clickhouse.server().send("ALTER TABLE views DROP COLUMN said")
    assert bringing.push_due() == DAYS
    assert there() == here()


def test_what_cannot_be_reached_says_so(server: str, settings: Any) -> None:
    settings.VISITS_URL = server.replace("house", "nobody")
    with pytest.raises(clickhouse.Failed) as failed:
        clickhouse.ask("SELECT 1")
    assert failed.value.code == 516
    settings.VISITS_URL = "http://127.0.0.1:9/visits"
    with pytest.raises(clickhouse.Away):
        clickhouse.ask("SELECT 1")
    for wrong in ("ftp://host/visits", "http://host", "host:8123/visits"):
        settings.VISITS_URL = wrong
        with pytest.raises(ImproperlyConfigured):
            clickhouse.ask("SELECT 1")


def test_a_question_too_large_for_memory_says_what_to_do(brought: date, published: Any, server: str) -> None:
    with gate.using("visits.monitor"):
        fail(server, "SELECT", clickhouse.MEMORY)
        with pytest.raises(reading.TooMuch):
            counting.by_day(Asked(FIRST, FIRST, staff=True))


GIVEN = [
    "plain", "it's", "a\\b\tc\nd", "ẞ☃😀", "", 2**62, -1, True, 0.25, date(2026, 11, 29),
    datetime(2026, 1, 2, 3, 4, 5, 6),
]  # fmt: skip


def test_values_go_there_and_come_back(server: str, settings: Any) -> None:
    settings.VISITS_URL = server
    marks = ", ".join(f"? AS v{number}" for number in range(len(GIVEN)))
    assert clickhouse.ask(f"SELECT {marks}, NULL AS nothing, '?' AS mark", GIVEN) == [(*GIVEN, None, "?")]
    with pytest.raises(TypeError):
        clickhouse.ask("SELECT ?", [b"bytes"])


VALUES = "(SELECT * FROM (VALUES (4, 'ä', NULL), (1, 'Éa', 2), (3, 'ß', 3), (2, 'b', 9)) AS t(n, w, x)) AS v"


@pytest.mark.parametrize(
    "expression",
    [
        "median(n)", "median(x)", "quantile_cont(n, 0.25)", "quantile_disc(n, 0.5)", "quantile_disc(n, 0.95)",
        "quantile_disc(x, 0.5)", "string_agg(w, '|' ORDER BY n)", "min(upper(w))", "max(lower(w))",
        "max(substr(w, 2))", "max(length(w))", "sum(n // 2)", "count_if(x > 2)", "sum(x) / count(*)",
        "count(*) FILTER (WHERE n > 1)", "max(concat(w, NULL, '!'))", "count(DISTINCT x)",
        "sum(CASE WHEN x > 2 THEN 1 END)", "count_if(starts_with(w, 'É'))", "max(CASE WHEN n > 9 THEN n END)",
        "count_if(regexp_matches(w, '^.a'))", "max(floor(n / 3))", "arg_max(w, n)", "max(DATE '2026-11-29')",
        "max(epoch(TIMESTAMP '2026-11-29 10:00:00.25'))", "max(TIMESTAMP '2026-11-29 10:00:00.123456')",
        "max(CAST(n > 2 AS VARCHAR))", "min('a\\n''b')",
    ],
)  # fmt: skip
def test_what_is_put_right_means_the_same(server: str, settings: Any, expression: str) -> None:
    settings.VISITS_URL = server
    sql = f"SELECT {expression} FROM {VALUES}"
    with closing(engine.connect()) as con:
        assert clickhouse.ask(sql) == con.execute(sql).fetchall()


@pytest.mark.parametrize(
    "sql", ["SELECT CAST(a / b AS INTEGER)", "SELECT string_agg(a, ',' ORDER BY b DESC)"]
)
def test_what_would_mean_something_else_is_refused(sql: str) -> None:
    with pytest.raises(ValueError, match=r"ClickHouse"):
        dialect.transpile(sql)


def test_days_that_follow_each_other_are_asked_for_as_a_range() -> None:
    files = ", ".join(f"'/v/days/2026-11-{day:02}.parquet'" for day in (3, 1, 2, 7))
    text = dialect.transpile(f"SELECT count(*) FROM read_parquet([{files}]) AS x WHERE NOT staff")
    days_of = "day BETWEEN '2026-11-01' AND '2026-11-03' OR day BETWEEN '2026-11-07' AND '2026-11-07'"
    assert text == f"SELECT COUNT(*) FROM (SELECT * FROM views WHERE {days_of}) AS x WHERE NOT staff"
