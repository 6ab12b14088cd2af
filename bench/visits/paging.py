"""The page's own part: what numbering a page, its word and its script add to it."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings

from bench.house import counting
from bench.house.requests import Site
from bench.measuring import CPU, Figure, Spread, counted, figure, quiet, timed
from bench.visits import AREA
from bench.visits.collecting import AGENTS
from bench.visits.standing import standing
from leadrush.visits import inbox
from leadrush.visits.middleware import Counted

MIDDLEWARE = "leadrush.visits.middleware.Counted"
LIST = "/webinars/"
PAGE = b"<!doctype html><title>Soil</title>" + b"<p>About soil.</p>" * 500
TIMES = 500
ROUNDS = 15
SHOWN = 40


def figures() -> Iterator[Figure]:
    """Measure the middleware around an empty view, and the list of webinars with it and without."""
    with standing():
        factory = RequestFactory(HTTP_USER_AGENT=AGENTS[0])
        requests = [factory.get(LIST, REMOTE_ADDR=f"10.0.{n >> 8}.{n & 255}") for n in range(TIMES)]
        around = Counted(nothing)
        yield figure(
            "numbering a page and writing it down as sent, computing",
            difference(
                lambda: [nothing(one) for one in requests], lambda: [around(one) for one in requests], TIMES
            ),
            "microseconds",
            area=AREA,
        )
        less = [one for one in settings.MIDDLEWARE if one != MIDDLEWARE]
        with override_settings(MIDDLEWARE=less):
            plain, without = Site(), counting.asked(lambda: Client().get(LIST))
            plain.handler.load_middleware()
        whole, asked = Site(), counting.asked(lambda: Client().get(LIST))
        carries(whole.handler)
        spread = difference(lambda: plain.shows(LIST)(), lambda: whole.shows(LIST)(), 1, rounds=SHOWN)
        words = "word, script and number on the list of webinars, computing"
        yield figure(words, spread, "microseconds", area=AREA)
        yield counted("queries that they add to it", asked - without, "queries", 0, area=AREA)


def nothing(request: HttpRequest) -> HttpResponse:
    """Answer with a page that costs nothing to make."""
    return HttpResponse(PAGE)


def carries(handler: WSGIHandler) -> None:
    """Hold what is measured to be what is meant: the page has its word and its script."""
    content = Client().get(LIST).content
    assert b"visits/js/visit" in content and b"/collect/dot?t=" in content, "the page is not counted"


def difference(
    less: Callable[[], object], more: Callable[[], object], times: int, *, rounds: int = ROUNDS
) -> Spread:
    """Return how many microseconds more one of so many takes, both in turn, writing counted in."""
    found = []
    for turn in range(rounds + 1):
        took = {}
        with quiet():
            for work in (less, more) if turn % 2 else (more, less):
                took[work] = timed(lambda work=work: (work(), inbox.writer().settle()), CPU)
        if turn:
            found.append((took[more] - took[less]) / times * 1e6)
    assert statistics.median(found) > 0, "nothing was added"
    return Spread.of(found)
