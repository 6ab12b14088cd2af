"""A day says what was seen: visits, sessions, paths and times as the page describes them."""

from __future__ import annotations

import random
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadrush import look
from leadrush.look import models
from leadrush.look.models import Business
from leadrush.visits import days, inbox, observing
from leadrush.visits.tests.conftest import FILES, NOON, House

pytestmark = FILES
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)


def test_a_visit_ends_after_thirty_minutes_of_quiet_and_not_before(house: House) -> None:
    for minutes in (0, 29, 58, 89):
        house.visit(5, "/", at=NOON + timedelta(minutes=minutes))
    house.make()
    assert house.rows("entry, leaves, pages") == [
        (True, False, 3),
        (False, False, 0),
        (False, True, 0),
        (True, True, 1),
    ]


def test_a_new_campaign_begins_a_new_visit_and_the_same_one_does_not(house: House) -> None:
    for minutes, campaign in enumerate(["autumn", "", "autumn", "winter", ""]):
        house.visit(5, "/", at=NOON + timedelta(minutes=minutes), campaign=campaign)
    house.make()
    assert house.rows("entry, campaign") == [
        (True, "autumn"),
        (False, "autumn"),
        (False, "autumn"),
        (True, "winter"),
        (False, "winter"),
    ]


def test_time_on_a_page_is_what_its_script_measured_else_until_the_next_page_else_not_known(
    house: House,
) -> None:
    first = house.sees(visitor=5, page="/a/")
    house.sees("heard", id=first.id, visitor=5, page="/a/")
    for seen in (4000, 9000, 7000):  # a report that comes late takes nothing away
        house.sees("time", id=first.id, seen=seen)
    house.sees(visitor=5, page="/b/", at=NOON + timedelta(seconds=60))
    house.sees(visitor=5, page="/c/", at=NOON + timedelta(seconds=75))
    house.make()
    assert house.rows("page, stay, length") == [
        ("/a/", 9000, 24000),
        ("/b/", 15000, None),
        ("/c/", None, None),
    ]


def test_before_and_after_are_the_pages_beside_it_in_the_same_visit(house: House) -> None:
    house.visit(5, "/a/", "/b/", "/c/")
    house.visit(6, "/b/")
    house.make()
    assert house.rows("before, page, after", "visitor = 5") == [
        ("", "/a/", "/b/"),
        ("/a/", "/b/", "/c/"),
        ("/b/", "/c/", ""),
    ]
    assert house.rows("before, page, after", "visitor = 6") == [("", "/b/", "")]


def test_a_visit_without_a_yes_ends_with_the_day_and_one_after_a_yes_goes_on(house: House) -> None:
    for who, browser in ((5, 0), (6, 99)):
        at = MIDNIGHT - timedelta(minutes=5)
        house.visit(who, "/a/", "/b/", at=at, browser=browser)
        house.make()
        # Another number on the next day, as each day has another word.
        house.visit(who + 100, "/c/", at=MIDNIGHT + timedelta(minutes=5), browser=browser)
        house.make()
    told = "entry, leaves, before, page, after"
    assert house.rows(told, "browser IS NULL") == [
        (True, False, "", "/a/", "/b/"),
        (False, True, "/a/", "/b/", ""),
        (True, True, "", "/c/", ""),
    ]
    assert house.rows(told, "browser = 99") == [
        (True, False, "", "/a/", "/b/"),
        (False, False, "/a/", "/b/", "/c/"),
        (False, True, "/b/", "/c/", ""),
    ]
    assert len(house.rows("DISTINCT session", "browser = 99 AND moment IS NOT NULL")) == 1


def test_days_begin_at_midnight_of_the_business(house: House, settings: Any) -> None:
    Business.objects.create(name="Far", time_zone="Pacific/Auckland")
    models.forget()
    observing.Home.look()
    try:
        house.visit(5, "/", at=datetime(2026, 11, 20, 10, 59, tzinfo=UTC))
        house.visit(6, "/", at=datetime(2026, 11, 20, 11, 1, tzinfo=UTC))
        house.make()
        assert [day.isoformat() for day in days.there()] == ["2026-11-20", "2026-11-21"]
        assert house.rows("hour") == [(23,), (0,)]
    finally:
        models.forget()
        Business.objects.all().delete()
        observing.Home.zone = look.business().zone


def test_what_is_said_twice_is_counted_once(house: House) -> None:
    row = house.sees(visitor=5, page="/")
    for _again in range(3):
        house.sees("heard", id=row.id, visitor=5, page="/", at=NOON + timedelta(seconds=1))
        house.make()
        house.sees(id=row.id, visitor=5, page="/")
    house.make()
    assert house.rows("page, heard") == [("/", True)]


def test_a_view_that_only_its_browser_told_of_is_counted(house: House) -> None:
    house.sees("heard", id=77, visitor=5, page="/", status=0)
    house.make()
    assert house.rows("id, kind, page, heard") == [(77, days.VIEW, "/", True)]


def test_what_was_made_is_not_made_again_when_the_worker_died_before_it_emptied_the_inbox(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.visit(5, "/", "/a/")
    real = inbox.remove
    monkeypatch.setattr(inbox, "remove", lambda *_args: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        house.make()
    monkeypatch.setattr(inbox, "remove", real)
    assert len(house.rows("id")) == 2
    house.make()
    assert len(house.rows("id")) == 2
    with closing(inbox.connect()) as held:
        assert inbox.days(held) == []


def test_whoever_says_to_be_a_browser_and_asks_like_a_program_is_counted_apart(house: House) -> None:
    for number in range(40):
        house.sees(visitor=5, page=f"/p{number}/", at=NOON + timedelta(seconds=number * 0.5))
        house.sees(visitor=6, page=f"/p{number}/", at=NOON + timedelta(seconds=number * 20))
    house.make()
    assert house.rows("DISTINCT visitor, kind", "moment IS NOT NULL OR true")[:2]
    kinds = dict(set(house.rows("visitor, kind")))
    assert kinds == {5: days.PROGRAM, 6: days.VIEW}


def test_ten_thousand_addresses_from_one_visitor_become_two_hundred_and_one(house: House) -> None:
    for number in range(10_000):
        at = NOON + timedelta(seconds=number)
        house.sees("view", visitor=5, page=f"/p{number}/", at=at)
    house.make()
    assert len(set(house.rows("page"))) == 201


def test_a_file_that_cannot_be_read_is_set_aside_and_its_day_goes_on(house: House) -> None:
    house.visit(5, "/")
    house.make()
    file = days.file(NOON.date())
    file.write_bytes(file.read_bytes()[:200])
    house.visit(6, "/a/", at=NOON + timedelta(hours=1))
    house.make()
    assert house.rows("page") == [("/a/",)]
    assert days.set_aside() == ["2026-11-20.broken"]


def test_nothing_is_lost_when_the_disk_is_full(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.visit(5, "/")
    house.make()
    house.visit(6, "/a/")

    def full(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(days.os, "fsync", full)
        with pytest.raises(OSError, match="space"):
            house.make()
    assert house.rows("page") == [("/",)]
    assert not list(days.folder().glob("*.half"))
    house.make()
    assert sorted(house.rows("page")) == [("/",), ("/a/",)]


def day_of(row: observing.Row) -> str:
    """Return the day of a row's view: what is said of it belongs to the day on which it was sent."""
    late = 9000 if row.what == "time" else 200 if row.what == "heard" else 0
    return observing.day_of((row.ms - late) / 1000).isoformat()


def test_however_rows_arrive_the_day_is_the_same(house: House, tmp_path: Any, settings: Any) -> None:
    """The same reports in any order and any batches, some of them twice, around a midnight."""
    dice = random.Random(7)
    rows: list[observing.Row] = []
    for who in range(1, 13):
        at = MIDNIGHT - timedelta(minutes=dice.randrange(120))
        for step in range(dice.randrange(1, 6)):
            at += timedelta(minutes=dice.choice([1, 2, 40]))
            number, page = len(rows) + 1, f"/p{dice.randrange(5)}/"
            ms = int(at.timestamp() * 1000)
            facts = {"id": number, "visitor": who, "page": page, "version": 1, "browser": who % 2 * who}
            rows.append(
                observing.Row(what="sent", ms=ms, status=200, source="x" if step == 0 else "", **facts)
            )
            rows.append(observing.Row(what="heard", ms=ms + 200, **facts))
            rows.append(observing.Row(what="time", ms=ms + 9000, id=number, seen=dice.randrange(9000)))
    made = []
    for turn in range(4):
        settings.VISITS = tmp_path / str(turn)
        inbox.close()
        order = rows if turn == 0 else dice.sample([*rows, *dice.sample(rows, 9)], len(rows) + 9)
        for start in range(0, len(order), 100 if turn == 0 else 17):
            batch = order[start : start + (100 if turn == 0 else 17)]
            inbox.writer().put([(day_of(row), observing.encode(row)) for row in batch])
            house.make()
        made.append(house.rows(", ".join(name for name in days.COLUMNS if name not in ("source",))))
    assert made[0] == made[1] == made[2] == made[3]
    assert len(made[0]) == len(rows) // 3


def test_the_inbox_is_closed_to_others_and_overwrites_what_goes(house: House) -> None:
    house.visit(5, "/a-page-to-be-found/")
    house.make()
    assert inbox.file().stat().st_mode & 0o077 == 0 or inbox.file().parent.stat().st_mode & 0o077 == 0
    with closing(inbox.connect()) as held:
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"a-page-to-be-found" not in inbox.file().read_bytes()


def test_a_question_that_needs_more_memory_than_there_is_gets_a_word(house: House, settings: Any) -> None:
    from leadrush import gate
    from leadrush.visits import reading

    house.visit(5, "/")
    house.make()
    settings.VISITS_MEMORY = "2MB"
    with (
        gate.using("visits.monitor"),
        reading.opened() as reader,
        pytest.raises(reading.TooMuch, match="fewer days"),
    ):
        reader.rows("SELECT count(DISTINCT a.i * b.i) FROM range(3000) AS a(i), range(3000) AS b(i)")
