"""Reminders, new times and cancellations: once each, at the hour that people's clocks show."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from leadrush import vault
from leadrush.mailbox.letters import Letter
from leadrush.webinars import planning, registering, telling, times
from leadrush.webinars.models import Round
from leadrush.webinars.tests.conftest import Plan, letters, link, press, registration, utc

ANA, BEN, CLEO = "ana@mail.example", "ben@mail.example", "cleo@mail.example"
EVENING = utc(2026, 12, 3, 19, 0)


def subjects(template: str = "reminder") -> list[str]:
    return [letter.subject for letter in letters(template)]


def entry(letter: Letter) -> dict[str, str]:
    (attachment,) = letter.attachments
    book = Calendar.from_ical(attachment.text)
    (event,) = book.walk("VEVENT")
    return {
        "method": str(book["METHOD"]),
        "uid": str(event["UID"]),
        "sequence": str(event["SEQUENCE"]),
        "status": str(event["STATUS"]),
        "starts": event["DTSTART"].dt.isoformat(),
    }


def test_everybody_with_a_seat_is_reminded_a_day_and_an_hour_before_and_once(plan: Plan) -> None:
    with time_machine.travel(utc(2026, 11, 22, 10, 0), tick=False) as clock:
        webinar = plan(starts_at=EVENING)
        for who in (ANA, BEN, CLEO):
            registering.register(webinar=webinar, address=who)
        for moment, expected in [
            (EVENING - timedelta(hours=24, minutes=1), 0),
            (EVENING - timedelta(hours=24), 2),
            (EVENING - timedelta(hours=12), 2),
            (EVENING - timedelta(hours=1, minutes=1), 2),
            (EVENING - timedelta(hours=1), 4),
            (EVENING - timedelta(minutes=1), 4),
            (EVENING + timedelta(hours=2), 4),
        ]:
            clock.move_to(moment)
            telling.go_on()
            telling.go_on()
            assert len(letters("reminder")) == expected, moment
        assert sorted(subjects()) == sorted(
            ["Reminder: Beds that feed you in March", "In an hour: Beds that feed you in March"] * 2
        )
        assert not letters("reminder", CLEO), "nobody is reminded of a seat they don't have"


@pytest.mark.parametrize(
    ("starts", "day_before"),
    [
        # Sunday 29 March 2026, 01:00 UTC: London goes forward. 19:00 the evening before is 23 hours earlier.
        (utc(2026, 3, 29, 18, 0), utc(2026, 3, 28, 19, 0)),
        # Sunday 25 October 2026, 01:00 UTC: back. 25 hours.
        (utc(2026, 10, 25, 19, 0), utc(2026, 10, 24, 18, 0)),
        (utc(2026, 6, 3, 18, 0), utc(2026, 6, 2, 18, 0)),
    ],
)
def test_a_change_of_clocks_keeps_the_reminder_at_the_same_hour(
    plan: Plan, starts: datetime, day_before: datetime
) -> None:
    with time_machine.travel(utc(2026, 1, 2, 10, 0), tick=False) as clock:
        webinar = plan(starts_at=starts)
        registering.register(webinar=webinar, address=ANA)
        assert times.day_before(webinar.starts_at) == day_before
        assert times.hour_before(webinar.starts_at) == starts - timedelta(hours=1)
        clock.move_to(day_before - timedelta(seconds=1))
        telling.go_on()
        assert not letters("reminder")
        clock.move_to(day_before)
        telling.go_on()
        (mail,) = letters("reminder")
        assert "19:00–19:55" in mail.text


def test_whoever_registers_after_a_reminders_hour_does_not_get_it(plan: Plan) -> None:
    with time_machine.travel(EVENING - timedelta(days=3), tick=False) as clock:
        webinar = plan(starts_at=EVENING)
        clock.move_to(EVENING - timedelta(hours=20))
        registering.register(webinar=webinar, address=ANA)
        telling.go_on()
        assert not letters("reminder")
        clock.move_to(EVENING - timedelta(minutes=59))
        registering.register(webinar=webinar, address=BEN)
        telling.go_on()
        assert subjects() == ["In an hour: Beds that feed you in March"]
        assert letters("reminder", ANA)


def test_whoever_gave_up_is_not_reminded(plan: Plan) -> None:
    with time_machine.travel(EVENING - timedelta(days=3), tick=False) as clock:
        webinar = plan(starts_at=EVENING)
        registering.register(webinar=webinar, address=ANA)
        page = press(Client(), link(letters("confirmation")[0], "I can’t come"))
        assert "Your seat is free again" in page.content.decode()
        clock.move_to(EVENING - timedelta(hours=2))
        telling.go_on()
        assert not letters("reminder")
        assert entry(letters("given_up")[0])["method"] == "CANCEL"


def test_a_worker_that_stops_in_the_middle_goes_on_without_telling_anybody_twice(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "BATCH", 2)
    with time_machine.travel(EVENING - timedelta(days=3), tick=False) as clock:
        webinar = plan(starts_at=EVENING, seats=None)
        for n in range(5):
            registering.register(webinar=webinar, address=f"p{n}@mail.example")
        clock.move_to(EVENING - timedelta(hours=23))
        telling.begin_reminders(clock_now := EVENING - timedelta(hours=23))
        (begun,) = Round.objects.all()
        assert telling.step(begun.pk, clock_now) == (2, False)
        assert len(letters("reminder")) == 2
        telling.go_on()
        assert len(letters("reminder")) == 5
        begun.refresh_from_db()
        assert (begun.told, begun.done_at is not None) == (5, True)


def test_a_new_time_reaches_everybody_and_their_calendars_and_moves_the_day_of_erasing(plan: Plan) -> None:
    with time_machine.travel(EVENING - timedelta(days=9), tick=False) as clock:
        webinar = plan(starts_at=EVENING)
        for who in (ANA, BEN, CLEO):
            registering.register(webinar=webinar, address=who)
        press(Client(), link(letters("confirmation", ANA)[0], "Yes, it was me"))
        later = EVENING + timedelta(days=2, hours=-1)
        webinar = planning.change(webinar, starts_at=later)
        clock.shift(timedelta(seconds=10))
        telling.go_on()
        telling.go_on()
        assert len(letters("moved")) == 3
        before, after = entry(letters("confirmation", ANA)[0]), entry(letters("moved", ANA)[0])
        assert before["uid"] == after["uid"]
        assert int(after["sequence"]) > int(before["sequence"])
        assert after["starts"] == "2026-12-05T18:00:00+00:00"
        assert not letters("moved", CLEO)[0].attachments
        ends = later + timedelta(minutes=55)
        assert registration(webinar, ANA).giving.lapses_at == ends + timedelta(days=30)
        assert registration(webinar, BEN).giving.lapses_at == ends + timedelta(days=7)
        # The reminders come by the new time, and none by the old.
        clock.move_to(EVENING - timedelta(hours=1))
        telling.go_on()
        assert not letters("reminder")
        clock.move_to(later - timedelta(hours=1))
        telling.go_on()
        assert len(letters("reminder")) == 2


def test_news_of_a_time_that_is_no_longer_true_does_not_leave(plan: Plan) -> None:
    from leadrush import gate
    from leadrush.mailbox.models import Message

    with time_machine.travel(EVENING - timedelta(days=9), tick=False):
        webinar = plan(starts_at=EVENING)
        registering.register(webinar=webinar, address=ANA)
        webinar = planning.change(webinar, starts_at=EVENING + timedelta(days=1))
        telling.go_on()
        webinar = planning.change(webinar, starts_at=EVENING + timedelta(days=2))
        telling.go_on()
        with gate.using("mailbox.look"):
            states = Message.objects.filter(template="webinars.moved").order_by("made_at", "key")
            assert sorted(states.values_list("state", flat=True)) == ["waiting", "withdrawn"]


def test_a_cancelled_webinar_leaves_calendars_and_says_why(plan: Plan) -> None:
    with time_machine.travel(EVENING - timedelta(days=9), tick=False) as clock:
        webinar = plan(starts_at=EVENING)
        for who in (ANA, BEN, CLEO):
            registering.register(webinar=webinar, address=who)
        webinar = planning.cancel(webinar, why="The speaker has lost her voice.")
        planning.cancel(webinar, why="Twice.")
        telling.go_on()
        assert len(letters("cancelled")) == 3
        mail = letters("cancelled", ANA)[0]
        assert "The speaker has lost her voice." in mail.text
        before, after = entry(letters("confirmation", ANA)[0]), entry(mail)
        assert (after["method"], after["status"]) == ("CANCEL", "CANCELLED")
        assert int(after["sequence"]) > int(before["sequence"])
        assert "was cancelled" in Client().get(webinar.get_absolute_url()).content.decode()
        clock.move_to(EVENING - timedelta(minutes=30))
        telling.go_on()
        assert not letters("reminder")


def test_coming_back_after_giving_up_is_newer_in_the_calendar(plan: Plan) -> None:
    with time_machine.travel(EVENING - timedelta(days=9), tick=False) as clock:
        webinar = plan(starts_at=EVENING)
        registering.register(webinar=webinar, address=ANA)
        clock.shift(timedelta(minutes=1))
        registering.give_up(webinar=webinar, person=vault.find(ANA))
        clock.shift(timedelta(minutes=1))
        registering.register(webinar=webinar, address=ANA)
        entries = [
            entry(letters("confirmation", ANA)[0]),
            entry(letters("given_up", ANA)[0]),
            entry(letters("confirmation", ANA)[1]),
        ]
        assert [e["sequence"] for e in entries] == ["0", "1", "2"]
        assert [e["method"] for e in entries] == ["REQUEST", "CANCEL", "REQUEST"]
