"""Taking along: the request of somebody with a thousand rows in fifteen tables, as a browser waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.core.cache import cache
from django.test import Client

from bench import ground, somebody
from bench.measuring import WALL, Figure, each, figure
from leadrush.people import proving

ROUNDS = 20
GOAL = 500  # ms


def figures(size: int) -> Iterator[Figure]:
    """Measure the file and the page to print, each as a whole request."""
    person = somebody.somebody()
    rows, tables = somebody.count(person)
    assert (rows, tables) == (somebody.ROWS, 15), (rows, tables)
    client = Client()
    client.force_login(person)
    session = client.session
    session[proving.PROVEN] = time.time() + 3600
    session.save()

    def request(method: str, path: str) -> None:
        cache.clear()  # nobody asks as often as this does
        assert getattr(client, method)(path).status_code == 200

    file = each(lambda: request("post", "/me/take/"), rounds=ROUNDS, scale=1e3, clock=WALL)
    yield figure(f"taking along 1,000 rows of 15 tables, {ground.NAME}", file, "ms", GOAL, area="promise")
    shown = each(lambda: request("get", "/me/take/print/"), rounds=ROUNDS, scale=1e3, clock=WALL)
    yield figure(f"the same as a page to print, {ground.NAME}", shown, "ms", area="promise")
