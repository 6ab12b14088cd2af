"""Calendar entries (RFC 5545, sent as RFC 5546 says).

One UID a webinar, the same in every mail and on its page, so that a calendar never holds it twice; SEQUENCE
rises with each change, the person's own (giving up, coming back) added. The organizer is the site's own
address. The one attendee of a REQUEST is `invalid:nomail`: RFC 5546 wants an attendee, and nobody's address
stands in a file that is forwarded, synchronised and shared.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from leadrush import look, mailbox
from leadrush.webinars.models import State, Webinar

PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"
NOBODY = "invalid:nomail"


def calendar(webinar: Webinar, method: str, *, revision: int = 0, at: datetime | None = None) -> str:
    """Return the webinar as an iCalendar text with lines of at most 75 octets, ended by CR LF.

    `method` is PUBLISH, REQUEST or CANCEL; `revision` is what a person's own changes add to the sequence;
    `at` is when it was written (DTSTAMP).
    """
    business = look.business()
    zone = business.zone
    starts, ends = webinar.starts_at.astimezone(zone), webinar.ends_at.astimezone(zone)
    book = Calendar()
    book.add("prodid", "-//LeadRush//Webinars//EN")
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("method", method)
    if zone.key not in ("UTC", "Etc/UTC"):
        # A year around it: enough for every rule that the moment needs, and no century of history.
        first, last = (starts - timedelta(days=365)).date(), (ends + timedelta(days=365)).date()
        book.add_component(Timezone.from_tzinfo(zone, first_date=first, last_date=last))
    event = Event()
    event.add("uid", f"{webinar.uid}@{settings.MAIL_FROM.rpartition('@')[2]}")
    event.add("dtstamp", at or timezone.now())
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", webinar.title)
    if webinar.lede:
        event.add("description", webinar.lede)
    event.add("url", mailbox.absolute(webinar.get_absolute_url()))
    event.add("sequence", webinar.sequence + revision)
    over = method == CANCEL or webinar.state == State.CANCELLED
    event.add("status", "CANCELLED" if over else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if over else "OPAQUE")
    organizer = vCalAddress(f"mailto:{settings.MAIL_FROM}")
    organizer.params["CN"] = vText(business.name)
    event["organizer"] = organizer
    if method != PUBLISH:
        attendee = vCalAddress(NOBODY)
        attendee.params["PARTSTAT"] = vText("DECLINED" if method == CANCEL else "ACCEPTED")
        attendee.params["RSVP"] = vText("FALSE")
        event.add("attendee", attendee)
    book.add_component(event)
    return book.to_ical().decode()


def attachment(webinar: Webinar, method: str, *, revision: int = 0) -> mailbox.Attachment:
    """Return the calendar part of a mail."""
    return mailbox.Attachment(
        name="webinar.ics",
        type=f"text/calendar; method={method}",
        text=calendar(webinar, method, revision=revision),
    )
