"""Where measuring stands: a folder of visits of its own, with invented views in thirty days, and funnels."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.test import override_settings

from bench.visits import filling
from leadrush import gate
from leadrush.visits import goals, inbox
from leadrush.visits.asking import Asked

LAST = filling.FIRST + timedelta(days=filling.DAYS - 1)
FUNNEL = goals.Funnel(
    "bench.pages",
    "From page to page",
    (
        goals.Step("A webinar", page="/webinars/*"),
        goals.Step("Page 3", page="/webinars/page-3/"),
        goals.Step("Page 5", page="/webinars/page-5/"),
    ),
)
PAGE = "/webinars/page-3/"


@contextmanager
def standing(views: int = 0) -> Iterator[None]:
    """Stand on about so many views; what waits in memory is written where it belongs first."""
    inbox.writer().settle()
    with (
        tempfile.TemporaryDirectory(prefix="leadrush-visits-") as folder,
        override_settings(VISITS=Path(folder), VISITS_URL=""),
    ):
        # The thread that writes keeps the inbox open that it began with.
        inbox._writer = None
        goals.funnel(FUNNEL.code, FUNNEL.title, *FUNNEL.steps)
        try:
            if views:
                filling.fill(views)
            yield
            inbox.writer().settle()
        finally:
            inbox._writer = None
            goals._funnels.pop(FUNNEL.code)


def asked(*words: tuple[str, str], staff: bool = False) -> Asked:
    """Return a question about all thirty days."""
    return Asked(filling.FIRST, LAST, "own", "nothing", words, staff)


def raw() -> Asked:
    """Return it so that the views answer it: those of staff count as well, and there are none."""
    return asked(staff=True)


def through_a_door(work: Callable[[], Any]) -> Callable[[], Any]:
    """Return what works behind a door of its own, as each page does: it remembers nothing of before."""

    def go() -> Any:
        with gate.using("visits.monitor"):
            return work()

    return go
