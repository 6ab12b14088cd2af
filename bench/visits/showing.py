"""The visits page: everything that it asks, over a million views in thirty days."""

from __future__ import annotations

from collections.abc import Iterator

from django.test import RequestFactory

from bench.measuring import Figure, each, figure
from bench.visits import AREA, FEW
from bench.visits.standing import LAST, asked, through_a_door
from leadrush import gate
from leadrush.visits import counting, overview, reports, sums
from leadrush.visits.asking import Asked, read

ROUNDS = 9
GOAL = 100  # ms
TOP = 10
APART = ("page", "stay", "before", "after")
"""Tallies that have a line a page: the page shows its first lines, and the paths of one."""


def figures() -> Iterator[Figure]:
    """Measure what the page asks through `reading`, and the page as the site puts it together."""
    of = f"{FEW:,} views in 30 days, computing"
    with gate.using("visits.monitor"):
        yield figure(f"all tables of the visits page, {of}", _asked(asked()), "ms", GOAL, area=AREA)
        for word in (("source", "Google"), ("page", "/webinars/page-3/")):
            words = f"the same narrowed by one word ({word[0]}), computing"
            yield figure(words, _asked(asked(word), rounds=3), "ms", area=AREA)
        words = f"the visits page as it is put together, beside the 30 days before, {of}"
        yield figure(words, _page(""), "ms", area=AREA)
        yield figure("the same narrowed by one word (source)", _page("&source=Google", 3), "ms", area=AREA)


def _asked(question: Asked, rounds: int = ROUNDS) -> object:
    def ask() -> None:
        every = [name for name in sums.every_tally() if name not in APART]
        found = counting.tally(question, *every, "page")
        assert all(found[name] for name in ("hour", "page", "source", "device")), "nothing is there"
        top = sorted(found["page"], key=lambda line: -found["page"][line][reports.VISITS])[:TOP]
        assert counting.by_day(question) and counting.known_browsers(question)
        if question.narrow:
            times = counting.tally(question, "stay", "before", "after")
            assert all(_middle(times["stay"], page) for page, _more in top)
        else:
            assert all(
                _middle(counting.tally(question, "stay", key=page)["stay"], page) for page, _more in top
            )
            counting.tally(question, "before", "after", key=top[0][0])

    return each(through_a_door(ask), rounds=rounds, scale=1e3)


def _middle(found: counting.Sums, page: str) -> float | None:
    return reports.middle(
        sorted((int(more), n[reports.VIEWS]) for (key, more), n in found.items() if key == page)
    )


def _page(query: str, rounds: int = ROUNDS) -> object:
    question = f"/?from=2026-10-01&to={LAST}{query}"
    request = RequestFactory().get(question)
    known = read(request.GET.dict(), LAST)
    return each(through_a_door(lambda: overview.drawn(known)), rounds=rounds, scale=1e3)
