"""Erasing: every day in which one remembered browser was, written anew without it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from django.utils import timezone

from bench.measuring import CPU, WALL, Figure, Spread, figure, quiet, timed
from bench.visits import AREA, VIEWS
from leadrush.visits import days, engine, forgetting

GOAL = 60.0  # seconds


def figures() -> Iterator[Figure]:
    """Erase somebody who was there on each of thirty days: nobody asks for more."""
    number, was = most_there()
    forgetting.erase([number])
    computed = []

    def forget() -> None:
        computed.append(timed(lambda: treated.append(forgetting.forget_due()), CPU))

    treated: list[int] = []
    with quiet():
        took = timed(forget, WALL)
    assert treated == [was], f"{treated} days were treated of {was}"
    assert not forgetting.left({forgetting.digest(number): timezone.now()}), "somebody is left"
    of = f"one browser of {VIEWS:,} views out of {was} days"
    yield figure(f"erasing {of}", Spread.of([took]), "s", GOAL, area=AREA)
    yield figure("the same, computing", Spread.of(computed), "s", area=AREA)


def most_there() -> tuple[int, int]:
    """Return a browser that was there on the most days, and on how many."""
    with closing(engine.connect()) as con:
        found = con.execute(
            f"SELECT browser, count(DISTINCT day) AS often FROM read_parquet('{days.folder()}/*.parquet') "
            "WHERE browser % 1000 = 7 GROUP BY browser ORDER BY often DESC, browser LIMIT 1"
        ).fetchall()
    return int(found[0][0]), int(found[0][1])
