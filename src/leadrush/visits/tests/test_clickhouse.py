"""ClickHouse gives the same answers: all that is asked of the visits, on DuckDB and on chDB beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from bench.visits.by_hand import BY_HAND
from bench.visits.standing import PAGE
from leadrush import gate
from leadrush.look import times
from leadrush.visits import (
    bringing,
    clickhouse,
    counting,
    days,
    engine,
    goals,
    now,
    reports,
    request_ids,
    sums,
    tracing,
)
from leadrush.visits.asking import KINDS, Asked
from leadrush.visits.tests.inventing import FIRST, LAST, invent
from leadrush.visits.tests.serving import serving

pytest.importorskip("chdb", reason="ClickHouse's engine is large: make proof brings it")
pytest.importorskip("sqlglot")
pytestmark = pytest.mark.slow

FUNNELS = (
    goals.Funnel("seat", "", (goals.Step("", page="/webinars/*"), goals.Step("", goal="webinars.seat"))),
    # Each step holds what the one after it holds: one view may not take two of them.
    goals.Funnel(
        "it's", "", tuple(goals.Step("", page=one) for one in ("/*", "/webinars/*", "/webinars/soil/"))
    ),
    goals.Funnel("twice", "", (goals.Step("", page="/webinars/soil/"),) * 3),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a database in which the first test puts the days."""
    with serving(tmp_path_factory.mktemp("clickhouse")) as address:
        yield address


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for the days that the first test makes."""
    return tmp_path_factory.mktemp("visits")


@pytest.fixture
def both(published: Any, server: str, invented: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have the same visits in both, and let the site ask the files."""
    monkeypatch.setattr(goals, "_funnels", {one.code: one for one in FUNNELS})
    settings.VISITS, settings.VISITS_URL = invented, server
    if not days.there():
        invent()
        bringing.push_due()
    assert not bringing.behind()
    settings.VISITS_URL = ""

    sent: list[str] = []
    send = clickhouse.Server.send
    monkeypatch.setattr(
        clickhouse.Server, "send", lambda self, sql, *more: sent.append(sql) or send(self, sql, *more)
    )

    def compare(question: Callable[[], Any]) -> Any:
        # A door of its own for each: it remembers what it was told.
        use = gate.current().use.name
        with gate.using(use):
            here = question()
        assert not sent, "the files were to answer"
        settings.VISITS_URL = server
        with gate.using(use):
            there = question()
        settings.VISITS_URL = ""
        assert sent, "ClickHouse was to answer"
        sent.clear()
        assert here == there
        return here

    return compare


def asked(*words: tuple[str, str], staff: bool = True) -> Asked:
    """Return a question about all days that is answered out of the views."""
    return Asked(FIRST, LAST, words=words, staff=staff)


def test_the_invented_days_hold_what_is_compared(both: Any) -> None:
    with gate.using("visits.monitor"):
        found = counting.tally(asked(), *sums.every_tally())
    assert not [name for name, lines in found.items() if not lines]
    assert {"heard", "dot", "left", "unexplained"} == {key for key, _more in found["believed"]}
    assert "(more)" in {key for key, _more in found["page"]}
    assert "pretends" in {key for key, _more in found["program"]}
    for one in FUNNELS:
        assert len(found[f"funnel:{one.code}"]) == len(one.steps)
    unknown = ", ".join(f"count(*) - count({name})" for name in days.COLUMNS if name not in bringing.NULL)
    with closing(engine.connect()) as con:
        counts = con.execute(f"SELECT {unknown} FROM read_parquet('{days.folder()}/*.parquet')").fetchall()
    assert set(counts[0]) == {0}, "a column that ClickHouse takes for known has no value"


NARROWED = {
    "page": ["/webinars/soil/", "/it's/", "/a\\b/", "/a|b?{c}/"],
    "entry": ["/webinars/", "/wörter/ẞ/"],
    "source": ["Google", "it's", "Zürich"],
    "referrer": ["it's.example/a\\n"],
    "campaign": ["autumn", "spring 'sale'"],
    "country": ["DE"],
    "device": ["phone"],
    "software": ["Firefox"],
    "system": ["iPhone"],
    "goal": ["webinars.seat", "it's gone"],
    "": [""],
}


@pytest.mark.parametrize("kind", [*KINDS, ""])
def test_every_tally_says_the_same(both: Any, kind: str) -> None:
    for value in NARROWED[kind]:
        question = asked((kind, value)) if kind else asked()
        with gate.using("visits.monitor"):
            found = both(lambda question=question: counting.tally(question, *sums.every_tally()))
            assert sum(map(len, found.values())) > 20
            assert both(lambda question=question: counting.by_day(question))
            both(lambda question=question: counting.known_browsers(question))


def test_a_question_that_finds_nothing_finds_nothing_in_both(both: Any) -> None:
    for question in (asked(("source", "nobody")), Asked(date(2020, 1, 1), date(2020, 1, 2), staff=True)):
        with gate.using("visits.monitor"):
            assert not any(
                both(lambda question=question: counting.tally(question, *sums.every_tally())).values()
            )
            assert not both(lambda question=question: counting.by_day(question))
            assert both(lambda question=question: counting.known_browsers(question)) == 0


def test_every_report_says_the_same(both: Any) -> None:
    question = asked(("device", "phone"), ("source", "Google"), staff=False)
    with gate.using("visits.monitor"):
        assert both(lambda: reports.totals(question)).length
        assert both(lambda: reports.pages(question, 3))
        assert both(lambda: reports.around(question, "/webinars/"))
        assert both(lambda: reports.funnel(question, FUNNELS[1]))[1].visits
        assert both(lambda: reports.believed(question)).unexplained
        assert both(lambda: reports.logged(question)).log
        assert not both(lambda: reports.logged(Asked(FIRST, FIRST))), "that day has no log"


@pytest.mark.parametrize("name", BY_HAND)
def test_a_report_written_by_hand_says_the_same(both: Any, server: str, settings: Any, name: str) -> None:
    files = ", ".join(days.quoted(days.file(day)) for day in days.there())
    settings.VISITS_URL = server
    with closing(engine.connect()) as con:
        for sql in BY_HAND[name]:
            for there, here in ((PAGE, "/webinars/soil/"), ("/webinars/page-5/", "/webinars/soil/thanks/")):
                sql = sql.replace(there, here)
            sql = sql.format(v=f"read_parquet([{files}])")
            found = sorted(clickhouse.ask(sql))
            assert found == sorted(con.execute(sql).fetchall()) and found[0][0]


def test_what_traces_a_request_says_the_same(both: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "today", lambda: LAST)
    with closing(engine.connect()) as con:
        file = days.quoted(days.file(LAST))
        (number,) = con.execute(f"SELECT max(id) FROM read_parquet({file})").fetchall()[0]
    with gate.using("visits.trace"):
        assert both(lambda: tracing.find(request_ids.write(number)))
        assert not both(lambda: tracing.find("0000-0000-00000"))
        for question in (tracing.faults, tracing.missing, tracing.slow):
            assert len(both(question)) > 5


def test_who_is_here_now_is_the_same(both: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(2026, 11, 29, 11, 43, 21, tzinfo=tz)

    monkeypatch.setattr(times, "today", lambda: LAST)
    monkeypatch.setattr(now, "datetime", Clock)
    with gate.using("visits.monitor"):
        found = both(now.look)
    assert found.here and sum(found.minutes) > 10
