"""A recording shown at set hours: webinars are planned from it, so many ahead, until it is stopped.

Each is a webinar like any other, with seats, letters and a room, and says that it is a recording. What is
shown is asked for anew each time (`media.films`): where somebody in it said no, nothing more is planned.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from leadrush import look
from leadrush.look import times as home
from leadrush.media import films
from leadrush.media.films import Film
from leadrush.webinars import waiting
from leadrush.webinars.models import Picture, Question, Series, State, Webinar

MOST_AHEAD = 8
SOON = timedelta(minutes=30)
"""Nobody can come who learns of it later than this before it begins."""
AS_IN = ("title", "lede", "body", "take_home", "agenda", "asked", "host_id", "picture_alt")


def hours(
    weekdays: frozenset[int], at: time, zone: ZoneInfo, *, first: date, last: date | None
) -> Iterator[datetime]:
    """Yield the hours from one day to another, in order; none on a day on which a change of clocks leaves
    that hour out, and the first of two where it comes twice."""
    day = first
    while last is None or day <= last:
        if day.isoweekday() in weekdays:
            here = datetime.combine(day, at, zone)
            if here.astimezone(ZoneInfo("UTC")).astimezone(zone).time() == at:
                yield here
        day += timedelta(days=1)


def begin(film: Film, pattern: Webinar, **facts: object) -> Series:
    """Show a film at set hours, with the words of a webinar; the next ones stand there at once.

    The same again while it goes on is the series that is there: a form may be sent twice.
    """
    with transaction.atomic():
        held = waiting.lock(pattern.pk)
        series, _made = Series.objects.get_or_create(
            film=film.about,
            pattern=held,
            stopped_at=None,
            **facts,
            defaults={"recorded_at": film.recorded_at},
        )
        plan_ahead(series)
    return series


def plan_all() -> int:
    """Plan what is to come of all series; return how many were planned."""
    today = home.today()
    going = Series.objects.filter(Q(ends=None) | Q(ends__gte=today), stopped_at=None)
    return sum(plan_ahead(series) for series in going)


def plan_ahead(series: Series) -> int:
    """Plan the next hours of a series that are not planned yet, where its film may be shown; return how many.

    One that was moved or cancelled stays as it is. Twice is once, from two processes, too.
    """
    film = films.find(series.film)
    if film is None:
        return 0
    planned = 0
    with transaction.atomic():
        held = Series.objects.select_for_update().get(pk=series.pk)
        if held.stopped_at is not None:
            return 0
        known = set(held.webinars.values_list("set_hour", flat=True))
        for hour in _next(held):
            if hour not in known:
                _plan(held, film, hour)
                planned += 1
    return planned


def _next(series: Series) -> list[datetime]:
    """Return the hours that can be registered for from now on."""
    soon = timezone.now() + SOON
    zone = look.business().zone
    first = max(series.begins, soon.astimezone(zone).date())
    found: list[datetime] = []
    # A year ahead is further than anybody plans, and ends the search where no day has the hour.
    last = min(series.ends or date.max, first + timedelta(days=366))
    for hour in hours(series.weekdays, series.at, zone, first=first, last=last):
        if len(found) == series.ahead:
            break
        if hour >= soon:
            found.append(hour)
    return found


def _plan(series: Series, film: Film, hour: datetime) -> None:
    pattern = series.pattern
    webinar = Webinar.objects.create(
        **{name: getattr(pattern, name) for name in AS_IN},
        slug=f"{pattern.slug[:60]}-{hour:%Y-%m-%d-%H%M}-{series.pk}"[:80],
        starts_at=hour,
        minutes=min(max(5, ceil(film.seconds / 60)), 600),
        seats=series.seats,
        state=State.OPEN,
        film=film.about,
        series=series,
        set_hour=hour,
    )
    for question in Question.objects.filter(webinar=pattern):
        question.pk, question.webinar = None, webinar
        question.save(force_insert=True)
    picture = Picture.objects.filter(webinar=pattern).first()
    if picture is not None:
        picture.pk, picture.webinar = None, webinar
        picture.save(force_insert=True)


def stop(series: Series) -> None:
    """Plan no more of a series; what is planned stays, and is cancelled one by one if it is to be."""
    Series.objects.filter(pk=series.pk, stopped_at=None).update(stopped_at=timezone.now())


def others(webinar: Webinar) -> list[Webinar]:
    """Return the other hours at which the same recording can be seen, next first."""
    if webinar.series_id is None:
        return []
    rows = Webinar.objects.filter(series=webinar.series_id, state=State.OPEN, starts_at__gt=timezone.now())
    return list(rows.exclude(pk=webinar.pk).order_by("starts_at", "pk")[:MOST_AHEAD])
