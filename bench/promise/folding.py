"""Folding while the site serves: a page and a registration by the clock, in turn while nothing else happens
and while a process of its own brings a version in, as the worker does, on the same databases."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from django.conf import settings
from django.db import connections

from bench import ground
from bench.house.requests import GATED, Site
from bench.measuring import Figure, Spread, figure, quiet
from leadrush import gate, statement
from leadrush.gate import rooms
from leadrush.gate.models import Coming
from leadrush.vault import publishing

AREA = "promise"
GOAL = 1.5
ROUNDS = 8
SECONDS = 6.0
"""How long a round looks at the site idle, and then again while rows are folded."""
PACE = 0.02
"""From one visitor to the next, where the one before was served in time; every tenth registers."""
FIRST = 3.0
"""Until folding begins: a step waits for whoever looked at the versions before it."""
LEFT_OUT = "helping"
FOLDING = """
import json, sys, time
import django
django.setup()
from django.conf import settings
from django.db import connections
data, places = json.loads(sys.argv[1])
settings.TOMBSTONES = data
for alias, where in places.items():
    for known in (connections.settings[alias], connections[alias].settings_dict):
        known.update(where)
from leadrush.gate import tasks
from leadrush.vault import publishing
publish = tasks.get("vault.publish")
for line in sys.stdin:
    until, before = time.monotonic() + float(line), publishing.under_way()
    while time.monotonic() < until:
        publish.run()
        time.sleep(max(0.0, min(publish.every / 2, until - time.monotonic())))
    print("done", flush=True)
"""


def figures(size: int) -> Iterator[Figure]:
    """Let versions leave a clause out and take it back in, so that rows are folded in every round."""
    site = Site()
    page, registers = site.shows(GATED), site.registers(GATED)
    pages: list[float] = []
    forms: list[float] = []
    speed: list[float] = []
    with worker() as fold:
        serve(page, registers, SECONDS)  # warms up
        for _ in range(ROUNDS):
            idle = serve(page, registers, SECONDS)
            if publishing.under_way() is None:
                publishing.begin(next_version())
                wait_for(fold(FIRST))
            far = how_far()
            with quiet():
                folding = fold(SECONDS)
                busy = serve(page, registers, SECONDS)
                wait_for(folding)
            assert how_far() > far, "no row was folded meanwhile"
            speed.append((how_far() - far) * size / SECONDS)
            for found, before, meanwhile in zip((pages, forms), idle, busy, strict=True):
                found.append(p99(meanwhile) / p99(before))
    bring_to_an_end()
    while_ = f"while the rows of {size:,} persons are folded, over idle, {ground.NAME}"
    yield figure(f"page p99 {while_}", Spread.of(pages), "times", GOAL, area=AREA)
    yield figure(f"registration p99 {while_}", Spread.of(forms), "times", area=AREA)
    yield figure(
        f"persons gone through, the site serving, {ground.NAME}", Spread.of(speed), "a second", area=AREA
    )


def next_version() -> statement.Version:
    """Return the next version: it goes without the clause that the one in force has, or has it again."""
    force = gate.force()
    there = any(clause.slug == LEFT_OUT for clause in force.clauses)
    left_out = {LEFT_OUT} if there else set()
    number = force.number + 1
    return statement.Version.draw_up(
        rooms.all(), number=number, published=date(2026, 2, number), left_out=left_out
    )


def how_far() -> float:
    """Return how far the version has come: 1 when all rows are closed to what it forbids, 2 at the end."""
    now = publishing.under_way()
    return 2.0 if now is None else now.share + (now.step == Coming.Step.WIDEN)


def serve(
    page: Callable[[], object], registers: Callable[[], object], seconds: float
) -> tuple[list[float], ...]:
    """Serve visitors one after the other; return how long pages took, and registrations, in seconds."""
    pages: list[float] = []
    forms: list[float] = []
    until, visitor = time.monotonic() + seconds, 0
    while (begun := time.perf_counter()) and time.monotonic() < until:
        visitor += 1
        found, work = (forms, registers) if visitor % 10 == 0 else (pages, page)
        work()
        took = time.perf_counter() - begun
        found.append(took)
        time.sleep(max(0.0, PACE - took))
    return pages, forms


def p99(took: list[float]) -> float:
    """Return what 99 of a hundred stay below."""
    return sorted(took)[min(len(took) - 1, int(len(took) * 0.99))]


@contextmanager
def worker() -> Iterator[Callable[[float], subprocess.Popen[str]]]:
    """Yield what lets a process like the worker fold for so many seconds."""
    places = {
        alias: {
            key: connections[alias].settings_dict[key] for key in ("NAME", "HOST", "USER", "PASSWORD", "PORT")
        }
        for alias in ("default", "keys", "ledger")
    }
    told = json.dumps([str(settings.TOMBSTONES), places])
    with subprocess.Popen(
        [sys.executable, "-c", FOLDING, told], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def fold(seconds: float) -> subprocess.Popen[str]:
            assert process.stdin is not None
            print(seconds, file=process.stdin, flush=True)
            return process

        wait_for(fold(0))
        yield fold
        assert process.stdin is not None
        process.stdin.close()


def wait_for(folding: subprocess.Popen[str]) -> None:
    """Wait until the other process has folded for as long as it was told."""
    assert folding.stdout is not None
    assert folding.stdout.readline() == "done\n", "the process that folds is gone"


def bring_to_an_end() -> None:
    """Bring what is under way to its end, as fast as may be: what is measured next has no version coming."""
    while publishing.under_way() is not None:
        now = publishing.go_on(batch=5_000)
        if now is not None and now.waits:
            time.sleep(publishing.WAIT)
    ground.settle()
