"""Rounds: reminders, new times, cancellations and announcements, told to one after the other.

A round is a row, so that it goes on where a stopped worker left it; each message has a key, so that nobody is
told twice. Each step holds the webinar, so that nobody is reminded of a seat that they gave up.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from leadrush import gate, mailbox
from leadrush.vault.turns import begins_again
from leadrush.webinars import announcing, letters, times, waiting
from leadrush.webinars.models import Registration, Round, Seat, State, Webinar

USE = "webinars.serve"
BATCH = 50


def go_on(now: datetime | None = None) -> int:
    """Begin what is due and take every open round further; return how many were told."""
    now = now or timezone.now()
    begin_reminders(now)
    told = 0
    for pk in Round.objects.filter(done_at__isnull=True).order_by("pk").values_list("pk", flat=True):
        while True:
            count, done = step(pk, now)
            told += count
            if done:
                break
    return told


def begin_reminders(now: datetime) -> None:
    """Make the rounds of the reminders whose hour has come. Clause `webinar-seat`."""
    soon = Webinar.objects.filter(
        state=State.OPEN, starts_at__gt=now, starts_at__lte=now + timedelta(hours=26)
    )
    for webinar in soon:
        due, kind = moment_of(webinar, now)
        # Whoever was told of a new time after that moment knows it already.
        if kind and (webinar.moved_at is None or webinar.moved_at <= due):
            Round.objects.get_or_create(webinar=webinar, kind=kind, sequence=webinar.sequence)


def moment_of(webinar: Webinar, now: datetime) -> tuple[datetime, str]:
    """Return the newest reminder moment that has passed and its kind; kind "" before the first."""
    hour, day = times.hour_before(webinar.starts_at), times.day_before(webinar.starts_at)
    if now >= hour:
        return hour, Round.Kind.HOUR
    return (day, Round.Kind.DAY) if now >= day else (day, "")


@begins_again
def step(pk: int, now: datetime) -> tuple[int, bool]:
    """Tell the next some of one round; return (how many, whether it is done)."""
    with transaction.atomic():
        begun = Round.objects.select_for_update().get(pk=pk)
        if begun.done_at is not None:
            return 0, True
        webinar = waiting.lock(begun.webinar_id)
        if begun.kind == Round.Kind.ANNOUNCED:
            count, last = announcing.tell_some(begun, webinar, BATCH)
        else:
            count, last = _tell_some(begun, webinar, now)
        Round.objects.filter(pk=pk).update(
            told=F("told") + count, after=last or begun.after, done_at=None if last else now
        )
    return count, not last


def _tell_some(begun: Round, webinar: Webinar, now: datetime) -> tuple[int, int]:
    """Tell the next registrations; return (how many, the last one's key, 0 when nobody is left)."""
    reminds = begun.kind in (Round.Kind.DAY, Round.Kind.HOUR)
    overtaken = begun.sequence != webinar.sequence
    if overtaken or (reminds and (webinar.state != State.OPEN or now >= webinar.starts_at)):
        return 0, 0
    with gate.using(USE, what=f"webinars.{begun.kind}"):
        live = Registration.objects.filter(webinar=webinar, pk__gt=begun.after).exclude(state=Seat.GIVEN_UP)
        if reminds:
            live = live.filter(state=Seat.SEAT, at__lte=_before(begun, webinar))
        some = list(live.order_by("pk").select_related("giving__person")[:BATCH])
    for registration in some:
        if begun.kind == Round.Kind.MOVED:
            letters.moved(webinar, registration)
        elif begun.kind == Round.Kind.CANCELLED:
            letters.cancelled(webinar, registration)
        else:
            letters.reminder(webinar, registration, begun.kind)
    return len(some), some[-1].pk if len(some) == BATCH else 0


def _before(begun: Round, webinar: Webinar) -> datetime:
    """Return the reminder's moment: whoever registered after it has the confirmation, which says the same."""
    day = begun.kind == Round.Kind.DAY
    return times.day_before(webinar.starts_at) if day else times.hour_before(webinar.starts_at)


def take_back(webinar: Webinar, why: str) -> None:
    """Take back what waits and is no longer true: reminders and news of an earlier time."""
    for template in ("webinars.reminder", "webinars.moved"):
        mailbox.withdraw(about=webinar.about, template=template, why=why)
