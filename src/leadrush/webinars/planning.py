"""Planning: what staff do to a webinar, and what follows for those who registered."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush.gate.versions import version_of
from leadrush.live import lasting
from leadrush.vault.models import Giving
from leadrush.vault.turns import begins_again
from leadrush.webinars import telling, times, waiting
from leadrush.webinars.models import Round, State, Webinar
from leadrush.webinars.registering import CLAUSE, LATER


class CannotChange(ValueError):
    """A change that would break a promise; the message says why, to the member of staff."""


def plan(**facts: Any) -> Webinar:
    """Make a draft. `facts` are the fields of `Webinar`; nobody sees it until it is published."""
    return Webinar.objects.create(state=State.DRAFT, **facts)


@begins_again
def change(webinar: Webinar, **facts: Any) -> Webinar:
    """Change a webinar. A new time goes to everybody by mail; more seats go to the first in line.

    Raises `CannotChange` for fewer seats than are taken, and for a new time of what was cancelled.
    """
    with transaction.atomic():
        held = waiting.lock(webinar.pk)
        before, sold = (held.starts_at, held.minutes), held.sold
        for name, value in facts.items():
            setattr(held, name, value)
        if held.seats is not None and held.seats < (taken := waiting.taken(held)):
            raise CannotChange(_("%(taken)d seats are taken. Write at least that many.") % {"taken": taken})
        if held.sold != sold and waiting.anybody(held):
            raise CannotChange(_("Somebody registered already, so whether a seat is bought stays as it is."))
        moved = (held.starts_at, held.minutes) != before
        if moved:
            _move(held)
        held.save()
        if moved:
            lasting.moved(held.about)
        waiting.move_up(held)
    return held


def _move(webinar: Webinar) -> None:
    if webinar.state == State.CANCELLED:
        raise CannotChange(_("A cancelled webinar is not moved. Plan a new one."))
    webinar.sequence += 1
    if webinar.state == State.OPEN:
        webinar.moved_at = timezone.now()
        telling.take_back(webinar, _("The webinar was moved."))
        Round.objects.create(webinar=webinar, kind=Round.Kind.MOVED, sequence=webinar.sequence)
    _move_lapses(webinar)


def _move_lapses(webinar: Webinar) -> None:
    """Let everything that was given for this webinar lapse by its new end."""
    live = Giving.objects.filter(about=webinar.about, ended_at__isnull=True)
    unconfirmed = Q(clause__in=[CLAUSE, LATER], confirmed_at__isnull=True)
    confirmed = Q(clause=CLAUSE, confirmed_at__isnull=False)
    for key in live.order_by().values_list("version", flat=True).distinct():
        given = version_of(key)
        for which, sure in ((unconfirmed, False), (confirmed, True)):
            until = times.lapses_at(webinar, confirmed=sure, given=given)
            live.filter(which, version=key).update(lapses_at=until)


def ends(givings: Sequence[Giving]) -> dict[uuid.UUID, datetime]:
    """Return the latest end of each giving for a webinar; a confirmed yes to later ones has none."""
    about = {giving.about.rpartition(":")[2] for giving in givings}
    webinars = {webinar.about: webinar for webinar in Webinar.objects.filter(pk__in=about - {""})}
    return {
        giving.pk: times.lapses_at(
            webinars[giving.about], confirmed=giving.confirmed, given=version_of(giving.version_id)
        )
        for giving in givings
        if giving.about in webinars and not (giving.clause == LATER and giving.confirmed)
    }


@begins_again
def publish(webinar: Webinar) -> Webinar:
    """Open a draft for everybody. Raises `CannotChange` when it would begin in the past."""
    with transaction.atomic():
        held = waiting.lock(webinar.pk)
        if held.state == State.CANCELLED:
            raise CannotChange(_("A cancelled webinar is not opened again. Plan a new one."))
        if held.starts_at <= timezone.now():
            raise CannotChange(_("It would begin in the past. Set a new time first."))
        held.state = State.OPEN
        held.save()
    return held


@begins_again
def cancel(webinar: Webinar, *, why: str) -> Webinar:
    """Cancel a webinar and tell everybody why; calendars learn of it. Twice is once.

    A draft, which nobody was told of, is cancelled without a word to anybody. Raises `CannotChange` for one
    that is over.
    """
    with transaction.atomic():
        held = waiting.lock(webinar.pk)
        if held.state == State.CANCELLED:
            return held
        if held.ends_at <= timezone.now():
            raise CannotChange(_("It is over. What was held cannot be cancelled."))
        was_open = held.state == State.OPEN
        held.state, held.cancelled_why = State.CANCELLED, why
        held.sequence += 1
        held.save()
        if was_open:
            telling.take_back(held, _("The webinar was cancelled."))
            Round.objects.create(webinar=held, kind=Round.Kind.CANCELLED, sequence=held.sequence)
    return held


def coming(now: datetime | None = None) -> QuerySet[Webinar]:
    """Return the open webinars that have not begun, next first."""
    now = now or timezone.now()
    return Webinar.objects.filter(state=State.OPEN, starts_at__gt=now).order_by("starts_at", "pk")


def next_each() -> list[Webinar]:
    """Return what is to come, next first, each recording with its next hour alone."""
    found, seen = [], set()
    for webinar in coming().select_related("series__pattern")[:500]:
        if webinar.series_id is None or webinar.series_id not in seen:
            seen.add(webinar.series_id)
            found.append(webinar)
    return found
