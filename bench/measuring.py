"""Measuring: two ways of doing the same thing in turn, so that whatever else the machine does meets both."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Clock = Callable[[], float]
WALL: Clock = time.perf_counter
# What this process computes: what others do in between, and waiting for a disk, stay out of it.
CPU: Clock = time.process_time


def computing(*processes: int) -> Clock:
    """Return a clock of what this process and these others compute: the servers of its databases."""
    files = [Path(f"/proc/{process}/schedstat") for process in processes]

    def clock() -> float:
        # The kernel counts nanoseconds, exactly while a process sleeps, as servers do between queries.
        return time.process_time() + sum(int(file.read_text().split()[0]) for file in files) / 1e9

    return clock


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of what was measured, and the interval that holds it with 95 % confidence."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of at least one value. The interval is that of the sign test, by rank."""
        ranked = sorted(values)
        aside = max(0, math.floor(len(ranked) / 2 - 0.98 * math.sqrt(len(ranked))))
        return cls(statistics.median(ranked), ranked[aside], ranked[-1 - aside])


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `goal` is what the value is to stay below or at, None where nothing was set."""

    area: str
    figure: str
    value: float
    low: float
    high: float
    unit: str
    goal: float | None = None

    @property
    def held(self) -> bool | None:
        """Whether the goal is kept; None without one."""
        return None if self.goal is None else self.value <= self.goal

    def out(self) -> dict[str, Any]:
        """Return the figure as `bench/latest.json` holds it."""
        return {**asdict(self), "held": self.held}


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the collection of garbage out of what is measured: it falls on whoever happens to be at it."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def timed(work: Callable[[], object], clock: Clock) -> float:
    """Return how many seconds one go takes."""
    start = clock()
    work()
    return clock() - start


def each(work: Callable[[], object], *, rounds: int, scale: float = 1.0, clock: Clock = CPU) -> Spread:
    """Return how long one round takes, in seconds times `scale`. The first round warms up."""
    work()
    with quiet():
        return Spread.of([timed(work, clock) * scale for _ in range(rounds)])


def ratios(
    plain: Callable[[], object], *others: Callable[[], object], rounds: int, clock: Clock = WALL
) -> list[Spread]:
    """Return, for each of the others, how many times as long as `plain` it takes.

    Each round runs all of them, one after the other, beginning with another one each time, and gives one
    ratio for each; the first round warms up.
    """
    works = [plain, *others]
    found: list[list[float]] = [[] for _ in others]
    for turn in range(rounds + 1):
        took = [0.0] * len(works)
        with quiet():
            for step in range(len(works)):
                at = (turn + step) % len(works)
                took[at] = timed(works[at], clock)
        if turn:
            for at, seconds in enumerate(took[1:]):
                found[at].append(seconds / took[0])
    return [Spread.of(values) for values in found]


def figure(name: str, spread: Spread, unit: str, goal: float | None = None, *, area: str = "house") -> Figure:
    """Return a line of the table for what was measured."""
    return Figure(area, name, spread.median, spread.low, spread.high, unit, goal)


def counted(name: str, value: int, unit: str, goal: int | None = None, *, area: str = "house") -> Figure:
    """Return a line of the table for what was counted, which has no interval."""
    return Figure(area, name, value, value, value, unit, goal)
