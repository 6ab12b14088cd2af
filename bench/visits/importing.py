"""A server's log: as a site's nginx writes it, two lines in five a page, the rest what belongs to pages."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.measuring import CPU, WALL, Figure, Spread, figure, quiet, timed
from bench.visits import AREA
from bench.visits.collecting import AGENTS
from bench.visits.standing import standing
from leadrush.visits.logs import reading, taking
from leadrush.visits.models import Import

LINES = 500_000
ROUNDS = 3
LEAST = 70_000  # lines a second
FILES = ("/static/look/css/look.css", "/static/look/js/htmx.js", "/media/pictures/soil.webp", "/favicon.ico")


def figures() -> Iterator[Figure]:
    """Measure a log of half a million lines from the file to the days, and what counting it first costs."""
    whole, computed, foretold = [], [], []
    with tempfile.TemporaryDirectory(prefix="leadrush-log-") as folder:
        for number in range(ROUNDS):
            file = Path(folder) / f"access.{number}.log"
            file.write_text("\n".join(lines(number)) + "\n")
            with standing(), quiet():
                foretold.append(timed(lambda file=file: reading.foretell(file, lambda size: None), CPU))
                whole.append(timed(lambda file=file: computed.append(timed(lambda: count(file), CPU)), WALL))
            file.unlink()
    goal = 1e6 / LEAST
    each = Spread.of([took / LINES * 1e6 for took in computed])
    yield figure(f"a line of a log, {LINES:,} in 30 days, computing", each, "microseconds", goal, area=AREA)
    each = Spread.of([took / LINES * 1e6 for took in whole])
    yield figure("the same by the clock", each, "microseconds", area=AREA)
    each = Spread.of([took / LINES * 1e6 for took in foretold])
    yield figure("a line of a log looked at first, computing", each, "microseconds", area=AREA)


def count(file: Path) -> None:
    """Take a log in and read it to its end."""
    row = reading.read_whole(taking.take(file, file.name).pk, lambda row: None)
    assert row.state == Import.State.DONE and row.lines == LINES and row.views > LINES / 3, vars(row)


def lines(seed: int) -> Iterator[str]:
    """Yield lines of thirty days up to yesterday."""
    draw = random.Random(seed)
    at, step = datetime.now(UTC) - timedelta(days=31), timedelta(days=30) / LINES
    for number in range(LINES):
        page = number % 5 < 2
        path = f"/webinars/page-{draw.randrange(60)}/" if page else draw.choice(FILES)
        who = draw.randrange(60_000)
        before = "www.google.com" if draw.random() < 0.1 else "localhost:8000"
        yield (
            f"10.{who >> 16}.{who >> 8 & 255}.{who & 255} - - [{at + step * number:%d/%b/%Y:%H:%M:%S +0000}] "
            f'"GET {path} HTTP/1.1" 200 {draw.randrange(90_000)} '
            f'"https://{before}/" "{AGENTS[who % len(AGENTS)]}"'
        )
