"""The worker goes on after what breaks, says no more of it than its class, and ends when asked."""

from __future__ import annotations

import logging
import threading
from datetime import datetime

import pytest

from leadrush.gate import tasks
from leadrush.website.running.logs import Discreet
from leadrush.website.running.worker import work


def test_a_pass_that_breaks_is_named_by_class_only_and_the_next_one_comes(
    caplog: pytest.LogCaptureFixture, db: None
) -> None:
    stop = threading.Event()
    passes: list[datetime] = []

    def run_due(now: datetime) -> None:
        passes.append(now)
        if len(passes) == 1:
            raise LookupError("grace@example.org")
        stop.set()

    with caplog.at_level(logging.ERROR):
        work(run_due, stop, every=0.01)
    assert len(passes) == 2
    assert "LookupError" in caplog.text
    assert "grace" not in caplog.text


def test_the_worker_ends_between_two_passes_without_waiting_for_the_next(db: None) -> None:
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    worker = threading.Thread(target=work, args=(lambda now: None, stop, 60.0))
    worker.start()
    worker.join(5)
    assert not worker.is_alive()


def test_a_task_that_breaks_does_not_keep_the_others_from_their_turn(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    monkeypatch.setattr(tasks, "_TASKS", {})
    stop = threading.Event()

    @tasks.task("tests.a-broken", use=None, every=0, why="touches nothing")
    def broken() -> None:
        raise LookupError("grace@example.org")

    tasks.task("tests.b-whole", use=None, every=0, why="touches nothing")(stop.set)
    caplog.handler.setFormatter(Discreet())
    with caplog.at_level(logging.ERROR):
        work(tasks.run_due, stop, every=0.01)
    assert "tests.a-broken" in caplog.text
    assert "LookupError" in caplog.text
    assert "grace" not in caplog.text
