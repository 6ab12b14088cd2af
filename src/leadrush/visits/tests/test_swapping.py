"""Whoever reads while the worker swaps the day under them gets an answer."""

from __future__ import annotations

import threading
import time

import pytest

from leadrush import gate
from leadrush.look import models
from leadrush.visits import reports
from leadrush.visits.tests.conftest import FILES, House

pytestmark = FILES
SECONDS = 4


def test_a_question_is_answered_while_its_day_is_swapped(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = models.Business(name="Here", time_zone="UTC")
    monkeypatch.setattr(models, "current", lambda: here)
    house.visit(5, "/")
    house.make()
    stop = threading.Event()

    def swap() -> None:
        who = 100
        while not stop.is_set():
            who += 1
            house.visit(who, "/", "/a/")
            house.make()

    worker = threading.Thread(target=swap)
    worker.start()
    asked, until = 0, time.monotonic() + SECONDS
    try:
        while time.monotonic() < until:
            with gate.using("visits.monitor"):
                assert reports.totals(house.asked(page="/")).visits >= 1
                assert reports.totals(house.asked()).visits >= 1
            asked += 1
    finally:
        stop.set()
        worker.join()
    assert asked > 3
