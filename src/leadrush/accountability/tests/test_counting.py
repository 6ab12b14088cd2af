"""Counting by the clock: what a check may do, what is kept of it, and that the worker goes on."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from leadrush import gate, statement
from leadrush.accountability import checking, counting, evidence
from leadrush.accountability.checking import Batch
from leadrush.accountability.counting import Result
from leadrush.accountability.models import Break, Counted, CountedDay
from leadrush.accountability.tests.conftest import Counts
from leadrush.gate import rooms
from leadrush.gate.evidence import Check, Count, check
from leadrush.look import times

SEAT, HOST, LATER = "webinar-seat", "webinar-host", "webinar-later"
MINUTE = timedelta(minutes=1)


def of(version: statement.Version, *slugs: str) -> list[statement.Clause]:
    return [version.clause(slug) for slug in slugs]


def state(slug: str) -> str:
    evidence.forget()
    return next(one.state for one in evidence.all_of() if one.clause.slug == slug)


def throws() -> Count:
    raise LookupError("ana@mail.example")


def misses() -> Count:
    return Count(2, 9)


def passes() -> Count:
    return Count(0, 9)


# --- one count ------------------------------------------------------------------------------------------


def test_a_check_that_throws_is_told_by_the_kind_of_its_fault_and_by_no_word_of_it(
    published: statement.Version, checks: dict[str, Check]
) -> None:
    checks[SEAT] = throws
    (clause,) = of(published, SEAT)
    result = counting.count(clause)
    assert (result.fault, result.broken) == ("LookupError", True)
    counting.keep(result, clause)
    assert "ana" not in str([list(model.objects.values()) for model in (Counted, CountedDay, Break)])
    assert state(SEAT) == "broken"


def test_a_check_that_is_gone_or_returns_no_count_is_broken_too(
    published: statement.Version, checks: dict[str, Check]
) -> None:
    checks[SEAT] = lambda: None  # type: ignore[assignment, return-value]
    assert counting.count(published.clause(SEAT)).fault == counting.NO_COUNT
    gone = replace(published.clause(SEAT), slug="gone", check="leadrush.webinars.keeps.nowhere")
    assert counting.count(gone).fault == "AttributeError"


def test_what_seems_amiss_in_passing_is_counted_once_more(
    published: statement.Version, checks: dict[str, Check]
) -> None:
    found = iter([Count(1, 5), Count(0, 5), Count(1, 5), Count(1, 6)])
    checks[SEAT] = lambda: next(found)
    assert counting.count(published.clause(SEAT)).missed == 0
    assert counting.count(published.clause(SEAT)) == Result(SEAT, 1, 6)


def test_checks_count_under_a_use_of_their_own_as_a_program(
    published: statement.Version, checks: dict[str, Check]
) -> None:
    seen = []
    checks[SEAT] = lambda: seen.append(gate.current()) or Count(0, 1)  # type: ignore[func-returns-value]
    counting.count(published.clause(SEAT))
    assert (seen[0].use.name, seen[0].actor.kind) == ("accountability.check", "program")


# --- states ---------------------------------------------------------------------------------------------


def test_nothing_is_vouched_for_that_was_not_counted_counted_nothing_or_was_counted_long_ago(
    count: Counts,
) -> None:
    now = timezone.now()
    assert state(SEAT) == "due"
    count(SEAT, 0, 0, at=now - 20 * MINUTE)
    assert state(SEAT) == "due"
    count(SEAT, 0, 3, at=now - 16 * MINUTE)
    assert state(SEAT) == "due"
    count(SEAT, 0, 3, at=now - 14 * MINUTE)
    assert state(SEAT) == "kept"
    count(SEAT, 1, 3, at=now - 2 * MINUTE)
    assert state(SEAT) == "broken"


def test_a_broken_clause_stays_broken_however_long_nobody_counts_it(count: Counts) -> None:
    count(SEAT, 1, 3, at=timezone.now() - timedelta(days=1))
    assert state(SEAT) == "broken"


def test_one_thing_that_goes_away_with_all_there_was_closes_no_form_for_ever(count: Counts) -> None:
    count(SEAT, 1, 1)
    assert evidence.stopped(SEAT)
    count(SEAT, 0, 0)
    assert not evidence.stopped(SEAT)
    assert state(SEAT) == "due"


def test_before_anything_was_counted_nothing_is_shown_and_nothing_is_closed(
    published: statement.Version,
) -> None:
    assert evidence.of(SEAT) is None
    assert evidence.count() is None
    assert not evidence.stopped(SEAT)


def test_the_seal_waits_until_every_clause_was_counted_once(count: Counts, published: object) -> None:
    count(SEAT)
    assert evidence.count() is None
    count()
    count(SEAT, 1)
    sum_ = evidence.count()
    assert sum_ is not None
    assert (sum_.kept, sum_.broken) == (sum_.total - 1, 1)


# --- thirty days ----------------------------------------------------------------------------------------


def test_a_day_keeps_its_worst_count_and_a_break_its_beginning_worst_and_end(count: Counts) -> None:
    now = timezone.now().replace(hour=12)
    for minutes, missed in ((0, 0), (5, 1), (6, 3), (7, 2), (8, 0)):
        count(SEAT, missed, 9, at=now + minutes * MINUTE)
    day = CountedDay.objects.get(clause=SEAT)
    assert (day.day, day.checks, day.failed, day.missed, day.of) == (times.at_home(now).date(), 5, 3, 3, 9)
    broke = Break.objects.get(clause=SEAT)
    assert (broke.began_at, broke.ended_at) == (now + 5 * MINUTE, now + 8 * MINUTE)
    assert (broke.missed, broke.of, broke.stopped) == (3, 9, "collection")
    count(SEAT, 1, 9, at=now + 9 * MINUTE)
    assert Break.objects.filter(clause=SEAT).count() == 2


def test_a_count_that_comes_late_does_not_bury_a_newer_one(count: Counts) -> None:
    now = timezone.now()
    count(SEAT, 1, 9, at=now)
    count(SEAT, 0, 9, at=now - MINUTE)
    assert Counted.objects.get(clause=SEAT).missed == 1


def test_what_is_older_than_thirty_days_goes_and_what_lasts_stays(count: Counts) -> None:
    now = timezone.now()
    for days in (40, 31, 30, 29, 0):
        count(SEAT, 1, 9, at=now - timedelta(days=days))
        count(SEAT, 0, 9, at=now - timedelta(days=days) + MINUTE)
    count(HOST, 1, 9, at=now - timedelta(days=40))
    counting.drop(now)
    assert CountedDay.objects.filter(clause=SEAT).count() == 2
    assert Break.objects.filter(clause=SEAT).count() == 3
    assert Break.objects.filter(clause=HOST).count() == 1, "it is not over"


def test_a_clause_that_is_in_force_no_more_is_forgotten_after_its_days(
    count: Counts, published: statement.Version
) -> None:
    count("nobody-else", 1, 9)
    without = tuple(clause for clause in published.clauses if clause.slug != "nobody-else")
    gate.publish(replace(published, number=2, clauses=without))
    counting.drop()
    assert Counted.objects.filter(clause="nobody-else").exists()
    counting.drop(timezone.now() + timedelta(days=31))
    assert not Counted.objects.filter(clause="nobody-else").exists()
    counting.drop(timezone.now() + timedelta(days=62))
    assert not Break.objects.exists()


# --- what is due ----------------------------------------------------------------------------------------


def due(after: timedelta = timedelta()) -> set[str]:
    return {clause.slug for clause in checking.due(timezone.now() + after)}


def test_each_clause_is_due_once_a_period_a_broken_one_each_minute_and_the_clocks_own_last(
    count: Counts, published: statement.Version
) -> None:
    everything = {clause.slug for clause in published.clauses}
    assert due() == everything - {checking.OWN}
    for clause in checking.claim(checking.due()):
        count(clause.slug)
    assert due() == {checking.OWN}
    checking.claim(checking.due())
    assert due() == due(4 * MINUTE) == set()
    assert due(6 * MINUTE) == everything - {checking.OWN}
    count(SEAT, 1, 9)
    assert due(MINUTE + timedelta(seconds=1)) == {SEAT}


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same_clause(published: statement.Version) -> None:
    both = threading.Barrier(2)

    def take(seen: list[statement.Clause], now: datetime) -> list[str]:
        both.wait()
        try:
            return [clause.slug for clause in checking.claim(seen, now)]
        finally:
            connections.close_all()

    for now in (timezone.now(), timezone.now() + 6 * MINUTE):
        seen = [clause for clause in checking.due(now) if clause.slug != checking.OWN]
        with ThreadPoolExecutor(2) as pool:
            one, other = (got.result() for got in [pool.submit(take, seen, now) for _ in range(2)])
        assert not set(one) & set(other)
        assert set(one) | set(other) == {clause.slug for clause in seen}


def test_what_a_crash_left_behind_is_counted_a_period_later(published: statement.Version) -> None:
    checking.claim(of(published, SEAT))
    assert SEAT not in due(4 * MINUTE)
    assert SEAT in due(6 * MINUTE)


def test_a_clock_that_is_set_back_stops_no_check(published: statement.Version) -> None:
    checking.claim(of(published, SEAT), timezone.now() + timedelta(days=30))
    assert SEAT in due()


def test_a_new_version_has_the_clauses_that_it_changes_counted_at_once(
    count: Counts, published: statement.Version
) -> None:
    checking.claim(published.clauses)
    count()
    text = statement.Version.draw_up(
        rooms.all(), number=2, published=date(2026, 3, 1), filled={SEAT: {"days": 7}}
    )
    gate.publish(text)
    assert SEAT in due()
    assert "sealed" not in due()


def test_a_clause_that_nobody_counts_is_late_after_three_periods(
    count: Counts, published: statement.Version
) -> None:
    count()
    assert checking.late() == (0, len(published.clauses))
    assert checking.late(timezone.now() + 16 * MINUTE)[0] == len(published.clauses) - 1
    Counted.objects.filter(clause=SEAT).update(at=timezone.now() - 16 * MINUTE)
    assert checking.late() == (1, len(published.clauses))
    Counted.objects.filter(clause=SEAT).delete()
    assert checking.late() == (0, len(published.clauses)), "the version came into force just now"
    assert checking.late(timezone.now() + 14 * MINUTE)[0] == 0


# --- a process of its own -------------------------------------------------------------------------------

apart = pytest.mark.django_db(transaction=True)


def wait(batch: Batch, most: float = 20) -> float:
    began = time.monotonic()
    while not batch.poll():
        assert time.monotonic() - began < most, "the batch goes on and on"
        time.sleep(0.02)
    return time.monotonic() - began


def brings_its_process_down() -> Count:
    os.kill(os.getpid(), signal.SIGKILL)
    return Count(0, 1)


def hangs() -> Count:
    while True:
        try:
            time.sleep(60)
        except BaseException:
            continue


@apart
def test_what_is_counted_apart_is_kept_and_a_fault_is_its_own(
    published: statement.Version, checks: dict[str, Check]
) -> None:
    checks |= {SEAT: throws, HOST: misses, LATER: passes}
    batch = checking.begin(of(published, SEAT, HOST, LATER))
    wait(batch)
    assert [(one.clause, one.fault, one.missed) for one in batch.results] == [
        (SEAT, "LookupError", 0),
        (HOST, "", 2),
        (LATER, "", 0),
    ]
    assert [state(slug) for slug in (SEAT, HOST, LATER)] == ["broken", "broken", "kept"]


@apart
@pytest.mark.parametrize(
    ("bad", "fault"), [(hangs, checking.TOO_LONG), (brings_its_process_down, checking.DIED)]
)
def test_a_check_that_hangs_or_brings_its_process_down_is_ended_and_the_rest_is_counted_next(
    published: statement.Version, checks: dict[str, Check], bad: Check, fault: str
) -> None:
    bad = check(limit=1)(bad)
    checks |= {HOST: bad, SEAT: passes, LATER: passes}
    three = of(published, SEAT, HOST, LATER)
    checking.claim(three)
    batch = checking.begin(three)
    wait(batch)
    assert [(one.clause, one.fault) for one in batch.results] == [(SEAT, ""), (HOST, fault)]
    assert [state(slug) for slug in (SEAT, HOST)] == ["kept", "broken"]
    assert LATER in due()


@apart
def test_the_worker_goes_on_while_a_check_takes_its_time(
    published: statement.Version, checks: dict[str, Check], monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow() -> Count:
        time.sleep(1.5)
        return Count(0, 1)

    monkeypatch.setattr(checking, "due", lambda now=None: of(published, SEAT) if clock.batch is None else [])
    checks[SEAT] = slow
    clock = checking.Clock()
    began = time.monotonic()
    clock.tick()
    clock.tick()
    assert time.monotonic() - began < 1.4
    assert clock.batch is not None
    batch = clock.batch
    wait(batch)
    assert state(SEAT) == "kept"


@apart
def test_all_are_counted_at_once_on_demand_and_one_that_dies_keeps_no_other_from_it(
    published: statement.Version, checks: dict[str, Check]
) -> None:
    checks[HOST] = brings_its_process_down
    told: list[str] = []
    found = checking.run_all(lambda result: told.append(result.clause))
    assert sorted(told) == sorted(one.clause for one in found) == sorted(c.slug for c in published.clauses)
    assert [one.clause for one in found if one.fault] == [HOST]
