"""Calendar entries: what RFC 5545 and 5546 want, in the business's zone, and nobody's address."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from leadrush.webinars import calendars
from leadrush.webinars.tests.conftest import Plan, utc


def test_the_public_entry_can_be_read_by_a_calendar(plan: Plan) -> None:
    with time_machine.travel(utc(2026, 5, 1, 9, 0), tick=False):
        webinar = plan(starts_at=utc(2026, 6, 3, 18, 0), title="Beds, borders; and “paths”")
        answer = Client().get(reverse("webinars:calendar", args=[webinar.slug]))
    assert answer["Content-Type"].startswith("text/calendar")
    text = answer.content.decode()
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    book = Calendar.from_ical(text)
    (event,) = book.walk("VEVENT")
    assert str(book["METHOD"]) == "PUBLISH"
    assert str(event["SUMMARY"]) == "Beds, borders; and “paths”"
    assert event["DTSTART"].dt.isoformat() == "2026-06-03T19:00:00+01:00"
    assert event["DTEND"].dt.isoformat() == "2026-06-03T19:55:00+01:00"
    assert event["DTSTART"].params["TZID"] == "Europe/London"
    assert [str(zone["TZID"]) for zone in book.walk("VTIMEZONE")] == ["Europe/London"]
    assert event["DTSTAMP"].dt.utcoffset() == timedelta(0)
    assert "ATTENDEE" not in event


def test_an_invitation_names_the_site_and_nobody_else(plan: Plan) -> None:
    webinar = plan()
    for method, status in (("REQUEST", "CONFIRMED"), ("CANCEL", "CANCELLED")):
        book = Calendar.from_ical(calendars.calendar(webinar, method))
        (event,) = book.walk("VEVENT")
        assert str(event["ORGANIZER"]) == "mailto:post@tiller.example"
        assert str(event["ATTENDEE"]) == "invalid:nomail"
        assert str(event["STATUS"]) == status
        assert event["UID"] == f"{webinar.uid}@tiller.example"


def test_in_a_zone_without_changes_the_entry_stands_without_rules(plan: Plan, business: object) -> None:
    from leadrush.look.models import Business

    row = Business.objects.get()
    row.time_zone = "UTC"
    row.save()
    book = Calendar.from_ical(calendars.calendar(plan(), "PUBLISH"))
    assert not book.walk("VTIMEZONE")
