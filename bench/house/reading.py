"""Reading through the gate over reading plain tables: the same queries of Django's, on the same rows.

All pages have been read before. SQLite reads inside this process: its time is what this process computes.
PostgreSQL's time is that on the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from bench import ground
from bench.measuring import CPU, WALL, Figure, figure, ratios
from bench.plain import models as plain
from leadrush import gate
from leadrush.vault.models import Item

USE = "webinars.serve"
MANY = 100_000
PAGE = 50


@dataclass(frozen=True)
class Shape:
    """One kind of read: how it is done once, how often in a round, how many rounds, and its goals."""

    name: str
    read: Callable[[Any, int], object]
    often: int
    rounds: int
    sqlite: float
    postgresql: float
    both_locks: float


def point(rows: Any, at: int) -> object:
    """Read one row by its key."""
    return rows.get(pk=at)


def page(rows: Any, at: int) -> object:
    """Read fifty rows in order."""
    return list(rows.filter(pk__gte=at).order_by("pk")[:PAGE])


def many(rows: Any, at: int) -> object:
    """Read a hundred thousand rows."""
    return list(rows.order_by("pk")[:MANY])


SHAPES = (
    Shape("point read", point, 25, 201, 1.10, 1.25, 1.60),
    Shape("page of 50", page, 8, 201, 1.05, 1.05, 1.05),
    Shape("100,000 rows", many, 1, 21, 1.10, 1.05, 1.10),
)


def figures(size: int) -> Iterator[Figure]:
    """Take each shape's ratio of the gated read to the plain one."""
    with gate.using(USE, what="bench.read"):
        same(size)
        for shape in SHAPES:
            yield from of(shape, size)


def same(size: int) -> None:
    """Make sure that all read the same: nothing would be easier than to be quick by leaving out rows."""
    seen = Item.objects.count(), plain.Item.objects.count()
    if seen != (size, size):
        raise SystemExit(f"There should be {size} items to read; the gated and the plain table show {seen}.")


def of(shape: Shape, size: int) -> Iterator[Figure]:
    """Take one shape's ratios, on the database of this process."""
    random = Random(1)
    keys = [random.randrange(1, size - PAGE) for _ in range(shape.often)]

    def again(rows: Any) -> None:
        for key in keys:
            shape.read(rows, key)

    work = partial(again, plain.Item.objects.all()), partial(again, Item.objects.all())
    if ground.GROUND == "sqlite":
        (gated,) = ratios(*work, rounds=shape.rounds, clock=CPU)
        yield figure(f"{shape.name}, gated over plain, SQLite", gated, "times", shape.sqlite)
        return
    one = partial(again, Item.objects.using("one_lock"))
    for read in (*work, one):
        read()  # connects
    both, alone = ratios(*work, one, rounds=shape.rounds, clock=WALL)
    name = f"{shape.name}, gated over plain, PostgreSQL"
    yield figure(name, alone, "times", shape.postgresql)
    yield figure(f"{name} with row-level security", both, "times", shape.both_locks)
