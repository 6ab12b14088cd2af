"""Verifying: a ledger of ten entries a person is chained, and read from end to end."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from bench import ground
from bench.measuring import CPU, WALL, Figure, Spread, figure, timed
from bench.pouring import count_on, pour
from leadrush.ledger import chaining, keeps, verifying
from leadrush.ledger.models import Entry

MILLION = 1_000_000
EACH = 10
GOAL = 10.0  # seconds for a million entries
ROUNDS = 3
COLUMNS = (
    "id",
    "at",
    "use",
    "actor_kind",
    "actor",
    "subject",
    "what",
    "about",
    "categories",
    "count",
    "batch",
    "clause",
    "version",
)


def figures(size: int) -> Iterator[Figure]:
    """Measure on a ledger of ten entries a person; the time is that of a million, whatever the size."""
    chaining.chain(everything=True)
    first = Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    entries = size * EACH
    write(first, entries)
    ground.settle()
    took = timed(chaining.chain, WALL)
    yield figure(
        f"chaining an entry, {ground.NAME}", Spread.of([took / entries * 1e6]), "microseconds", area="promise"
    )
    ground.settle()
    there = Entry.objects.count()
    spread = Spread.of([timed(whole, WALL) * MILLION / there for _ in range(ROUNDS)])
    scaled = "" if there == MILLION else f" (from {there:,})"
    yield figure(
        f"verify a ledger of 1,000,000 entries{scaled}, {ground.NAME}", spread, "s", GOAL, area="promise"
    )
    check = Spread.of([timed(keeps.entries_are_chained, CPU) * 1e3 for _ in range(ROUNDS)])
    yield figure(f"the ledger's own check, each five minutes, {ground.NAME}", check, "ms", area="promise")


def whole() -> None:
    """Verify, and hold what was measured to be what was meant."""
    report = verifying.check()
    if not report.whole or report.waiting:
        raise AssertionError(f"The ledger that was made for measuring is not whole: {report}")


def write(first: int, entries: int) -> None:
    """Write so many entries after the id `first`, as a busy site does over a year."""
    now, step = timezone.now(), timedelta(seconds=30)
    marks = [secrets.token_hex(16) for _ in range(10_000)]
    pour(
        Entry,
        COLUMNS,
        (
            (
                first + number,
                now - step * (entries - number),
                "webinars.serve",
                "program",
                "webinars.remind",
                marks[number % len(marks)],
                "webinars.reminder",
                f"webinars.webinar:{number % 200}",
                "EmailAddress Name",
                1,
                "",
                "webinar-seat",
                1,
            )
            for number in range(1, entries + 1)
        ),
    )
    count_on(Entry)
