"""Six reports as the site answers them, over the same written by hand for DuckDB, on the same files.

The site adds up the sums of its days (`sums`), which were counted before, each once. Narrowed by anything it
counts the views themselves, as the SQL by hand does: that is measured beside it, under “out of the views”.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import Any

from bench.measuring import CPU, WALL, Figure, Spread, figure, quiet, timed
from bench.visits import AREA, VIEWS
from bench.visits.by_hand import BY_HAND
from bench.visits.standing import FUNNEL, PAGE, asked, raw, through_a_door
from leadrush import gate
from leadrush.visits import counting, days, engine, reports, sums
from leadrush.visits.asking import Asked

ROUNDS = 5
OVER_HAND, SECONDS = 1.3, 1.5
SITE: dict[str, Callable[[Asked], Any]] = {
    "visitors a day": lambda question: (reports.days(question), counting.known_browsers(question)),
    "top pages": lambda question: reports.table(question, "page")[:10],
    "time on page": lambda question: reports.pages(question),
    "entry and exit": lambda question: counting.tally(question, "page"),
    "before and after a page": lambda question: reports.around(question, PAGE),
    "funnel": lambda question: reports.funnel(question, FUNNEL),
}


def figures() -> Iterator[Figure]:
    """Measure each report three ways; the sums are counted first, and what that costs stands first."""
    with gate.using("visits.monitor"), closing(engine.connect()) as con:
        took = timed(lambda: sums.bring_up_to_date(days.there()), CPU)
        words = f"counting the sums of all days, once, {VIEWS:,} views, computing"
        yield figure(words, Spread.of([took]), "s", area=AREA)
        for name, answer in SITE.items():
            by_hand = partial(_by_hand, con, BY_HAND[name])
            ways = (through_a_door(partial(answer, question)) for question in (asked(), raw()))
            yield from _three(name, *ways, by_hand)


def _by_hand(con: Any, questions: tuple[str, ...]) -> list[Any]:
    views = f"read_parquet('{days.folder()}/*.parquet')"
    return [con.execute(one.format(v=views)).fetchall() for one in questions]


def _three(
    name: str, summed: Callable[[], Any], counted: Callable[[], Any], by_hand: Callable[[], Any]
) -> Iterator[Figure]:
    works = [by_hand, summed, counted]
    alike(name, *(work() for work in (summed, counted, by_hand)))
    wall: list[list[float]] = [[] for _ in works]
    over: list[list[float]] = [[] for _ in works]
    for turn in range(ROUNDS):
        computed = [0.0] * len(works)
        with quiet():
            for step in range(len(works)):
                at = (turn + step) % len(works)
                begun = CPU()
                wall[at].append(timed(works[at], WALL))
                computed[at] = CPU() - begun
        for at, seconds in enumerate(computed):
            over[at].append(seconds / computed[0])
    out = f"{name}, out of the views"
    yield figure(f"{name}, over by hand, computing", Spread.of(over[1]), "times", OVER_HAND, area=AREA)
    yield figure(name, Spread.of(wall[1]), "s", SECONDS, area=AREA)
    yield figure(f"{out}, over by hand, computing", Spread.of(over[2]), "times", OVER_HAND, area=AREA)
    yield figure(out, Spread.of(wall[2]), "s", SECONDS, area=AREA)
    yield figure(f"{name}, by hand", Spread.of(wall[0]), "s", area=AREA)


def alike(name: str, summed: Any, counted: Any, by_hand: list[Any]) -> None:
    """Hold all three ways to the same answer; times on a page are known to two figures."""
    assert summed == counted, f"{name}: the sums say something else than the views"
    match name:
        case "visitors a day":
            found = [tuple(row) for row in by_hand[0]], by_hand[1][0][0]
            assert summed == found, name
        case "top pages":
            assert [(line.key, line.views, line.visits) for line in summed] == by_hand[0], name
        case "time on page":
            known = {page: middle / 1000 for page, _views, middle in by_hand[0]}
            far = max(abs(line.stay - known[line.key]) / known[line.key] for line in summed)
            assert far < 0.06, f"{name}: {far:.3f} apart"
        case "entry and exit":
            found = {page: (began, ended) for page, began, ended in by_hand[0]}
            assert {key: tuple(n[2:4]) for (key, _more), n in summed["page"].items()} == found, name
        case "before and after a page":
            for lines, rows in zip(summed, by_hand, strict=True):
                assert {line.key: line.views for line in lines} == dict(rows), name
        case "funnel":
            assert tuple(step.visits for step in summed) == by_hand[0][0], name
