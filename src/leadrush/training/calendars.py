"""The hours of a group as calendar entries (RFC 5545): one UID an hour, SEQUENCE raised with each change."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, Timezone

from leadrush import look, mailbox
from leadrush.training.models import Live, Training


def calendar(training: Training, live: Live) -> str:
    """Return an hour as an iCalendar text (METHOD:PUBLISH), in the business's zone. Names nobody."""
    zone = look.business().zone
    starts, ends = live.starts_at.astimezone(zone), live.ends_at.astimezone(zone)
    book = Calendar()
    book.add("prodid", "-//LeadRush//Training//EN")
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("method", "PUBLISH")
    if zone.key not in ("UTC", "Etc/UTC"):
        # A year around it: enough for every rule that the moment needs, and no century of history.
        first, last = (starts - timedelta(days=365)).date(), (ends + timedelta(days=365)).date()
        book.add_component(Timezone.from_tzinfo(zone, first_date=first, last_date=last))
    event = Event()
    event.add("uid", f"{live.uid}@{settings.MAIL_FROM.rpartition('@')[2]}")
    event.add("dtstamp", timezone.now())
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", f"{training.title}: {live.title}")
    if live.where:
        event.add("location", live.where)
    event.add("url", mailbox.absolute(training.get_absolute_url()))
    event.add("sequence", live.sequence)
    event.add("status", "CONFIRMED")
    book.add_component(event)
    return book.to_ical().decode()
