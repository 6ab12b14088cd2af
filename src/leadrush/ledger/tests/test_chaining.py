"""Chaining: each entry once, in one line, whoever is killed and however many do it at once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from datetime import UTC, date, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.utils import timezone

from leadrush import gate
from leadrush.ledger import chaining, heads, keeps, verifying
from leadrush.ledger.models import Entry, Link
from leadrush.ledger.tests.tampering import BEGAN, by_hand, off, places, write

VENDOR = connections["ledger"].vendor


@pytest.mark.django_db
def test_the_worker_chains_what_was_written_and_nothing_twice() -> None:
    ids = [entry.pk for entry in write(5)]
    task = gate.tasks.get("ledger.chain")
    assert task.every <= 5
    task.run()
    task.run()
    assert places() == list(enumerate(ids, 1))


@pytest.mark.django_db
def test_an_idle_round_asks_two_questions_and_takes_no_lock(django_assert_num_queries: Any) -> None:
    write(3)
    chaining.chain()
    with django_assert_num_queries(2, using="ledger"):
        chaining.chain()


@pytest.mark.django_db
def test_more_than_fit_into_one_transaction_are_chained_in_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chaining, "AT_ONCE", 3)
    monkeypatch.setattr(verifying, "AT_ONCE", 2)
    write(10)
    assert chaining.chain() == 10
    report = verifying.check()
    assert report.whole and report.chained == 10


@pytest.mark.django_db
def test_an_entry_that_appears_a_thousand_ids_late_is_chained_by_the_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chaining, "BACK", 1)
    late, *others = write(4)
    off()
    Entry.objects.filter(pk=late.pk).delete()
    chaining.chain()
    Entry.objects.create(**{f.name: getattr(late, f.name) for f in Entry._meta.fields})
    assert chaining.chain() == 0
    gate.tasks.get("ledger.sweep").run()
    assert places() == [(n, entry.pk) for n, entry in enumerate([*others, late], 1)]


@pytest.mark.django_db
def test_entries_that_wait_longer_than_a_minute_are_counted_as_a_breach() -> None:
    now = timezone.now()
    write(1, began=now - timedelta(hours=2))
    chaining.chain()
    write(2, began=now - timedelta(minutes=5), apart=timedelta(seconds=1))
    write(4, began=now, apart=timedelta(seconds=0))
    count = keeps.entries_are_chained()
    assert (count.missed, count.of) == (2, 3)
    chaining.chain()
    count = keeps.entries_are_chained()
    assert (count.missed, count.of) == (0, 7)


@pytest.mark.django_db
def test_the_check_of_a_long_ledger_has_its_turn_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeps, "NEWEST", 4)
    monkeypatch.setattr(keeps, "OLDER", 4)
    entries = write(20)
    chaining.chain()
    by_hand("UPDATE ledger_entry SET clause = 'x' WHERE id = %s", entries[9].pk)
    found = []
    for turn in range(8):
        monkeypatch.setattr(keeps.time, "time", lambda turn=turn: turn * keeps.TURN)
        count = keeps.entries_are_chained()
        assert 4 < count.of <= 8
        found.append(count.missed)
    assert sum(found) == 2 and set(found) == {0, 1}, "of sixteen older places, each had two turns in eight"


@pytest.mark.django_db
def test_a_head_is_made_once_binds_the_one_before_and_never_less_than_it() -> None:
    write(3)
    day = BEGAN.date()
    head = heads.close(day, UTC)
    assert head is not None and head.place == 3
    write(2, began=BEGAN + timedelta(hours=1))
    assert heads.close(day, UTC) == head
    earlier = heads.close(day - timedelta(days=30), UTC)
    assert earlier is not None and earlier.place == 3, "a clock that was set back unbinds nothing"
    assert verifying.check().whole


def test_a_head_of_an_empty_ledger_is_not_made(db: None) -> None:
    assert heads.close(date(2026, 3, 1), UTC) is None


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_chain_and_one_head() -> None:
    """Two threads chain while a third writes, and all make the day's head."""
    writing = threading.Event()
    faults: list[BaseException] = []

    def run(work: Any) -> None:
        try:
            work()
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    def write_on() -> None:
        for turn in range(40):
            write(3, began=BEGAN + timedelta(seconds=turn))
        writing.set()

    def chain_on() -> None:
        while not writing.is_set():
            chaining.chain()
            heads.close(BEGAN.date(), UTC)
        chaining.chain()

    threads = [threading.Thread(target=run, args=(work,)) for work in (write_on, chain_on, chain_on)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    chaining.chain()
    report = verifying.check()
    assert report.whole and report.chained == 120 and len(report.heads) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_written_and_chained_while_it_is_verified_is_no_fault() -> None:
    write(6)
    chaining.chain()

    def meanwhile(done: int, of: int) -> None:
        def other() -> None:
            write(2, began=timezone.now())
            chaining.chain()
            connections.close_all()

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    report = verifying.check(progress=meanwhile)
    assert report.whole and report.entries == report.chained == 6 and not report.waiting
    assert verifying.check().chained == 8


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", range(1, 7))
def test_a_fault_between_any_two_steps_leaves_a_chain_that_goes_on(step: int) -> None:
    write(3)
    chaining.chain()
    write(3, began=BEGAN + timedelta(hours=1))
    asked = 0

    def ends(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == step:
            raise OperationalError("the machine stopped")
        return execute(sql, params, many, context)

    with connections["ledger"].execute_wrapper(ends):
        try:
            chaining.chain()
        except OperationalError:
            assert asked == step
    assert len(places()) in (3, 6)
    assert verifying.check().whole
    chaining.chain()
    assert [place for place, _ in places()] == list(range(1, 7)) and verifying.check().whole


KILLED = """
import os, django
django.setup()
from leadrush.ledger import chaining
from leadrush.ledger.models import Link
chaining.AT_ONCE = 50
print("ready", flush=True)
while True:
    chaining.chain()
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_really_killed_leaves_a_chain_that_goes_on(tmp_path: Any) -> None:
    database = connections["ledger"].settings_dict
    url = (
        f"sqlite:///{database['NAME']}"
        if VENDOR == "sqlite"
        else f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}"
    )
    environment = os.environ | {
        "LEDGER_URL": url,
        "LEADRUSH_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "leadrush.website.settings",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    for kill in range(3):
        write(400, began=BEGAN + timedelta(days=kill), apart=timedelta(seconds=1))
        before = Link.objects.count()
        worker = subprocess.Popen(
            [sys.executable, "-c", KILLED], env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            assert worker.stdout is not None and worker.stdout.readline() == "ready\n"
            until = time.monotonic() + 30
            while Link.objects.count() == before and time.monotonic() < until:
                pass
        finally:
            worker.kill()
            worker.wait()
        report = verifying.check()
        assert report.whole and report.chained > before, "it was killed before it did anything"
    chaining.chain()
    report = verifying.check()
    assert report.whole and report.chained == 1200 and not report.waiting
