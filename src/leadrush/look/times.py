"""Days and hours in the business's time zone, as the reader's locale writes them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from babel.dates import format_date, format_skeleton, format_time, get_timezone_gmt, get_timezone_location
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import look
from leadrush.look import locales


def at_home(moment: datetime) -> datetime:
    """Return the moment in the business's zone; a naive one is taken as UTC, as every instant is stored."""
    if timezone.is_naive(moment):
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(look.business().zone)


def today() -> date:
    """Return the day that it is for the business."""
    return at_home(timezone.now()).date()


def day(value: date | datetime, *, weekday: bool = False, short: bool = False) -> str:
    """Return `2 June 2025`; this year's days go without the year; `short` gives `2 Jun`."""
    if isinstance(value, datetime):
        value = at_home(value).date()
    locale = locales.in_use()
    if value.year != today().year:
        # With a year the locale has whole patterns; pieced together from a skeleton they come out shortened.
        if weekday and short:
            return format_skeleton("yMMMEd", _noon(value), locale=locale)
        return format_date(value, "full" if weekday else "medium" if short else "long", locale=locale)
    if weekday and not short:
        # Few locales have a skeleton that writes the weekday out; where the year stands last in the full
        # pattern, that one does without it.
        full = str(locale.date_formats["full"].pattern)
        without = re.sub(r"[\s,]*(?:'de'\s*)?y+$", "", full)
        if "MMMMEEEEd" not in locale.datetime_skeletons and full.startswith("EEEE") and without != full:
            return format_date(value, without, locale=locale)
        return format_skeleton("MMMMEEEEd", _noon(value), locale=locale)
    skeleton = ("MMMEd" if weekday else "MMMd") if short else "MMMMd"
    return format_skeleton(skeleton, _noon(value), locale=locale)


def _noon(value: date) -> datetime:
    """Return the day as babel wants it for a skeleton."""
    return datetime(value.year, value.month, value.day, 12)


def clock(moment: datetime) -> str:
    """Return `19:00`."""
    return format_time(at_home(moment), "short", locale=locales.in_use())


def when(moment: datetime, *, weekday: bool = False) -> str:
    """Return `2 June 2025, 20:14`, with `weekday` `Thursday 26 November, 19:00`."""
    return _("%(day)s, %(time)s") % {"day": day(moment, weekday=weekday), "time": clock(moment)}


def near(moment: datetime) -> str:
    """Return the moment as one says it now: `Today, 09:00`, `14 Nov, 08:31`, `2 Jun 2025, 20:14`."""
    that = at_home(moment).date()
    names = {
        today(): _("Today"),
        today() - timedelta(days=1): _("Yesterday"),
        today() + timedelta(days=1): _("Tomorrow"),
    }
    return _("%(day)s, %(time)s") % {"day": names.get(that) or day(that, short=True), "time": clock(moment)}


def hours(start: datetime, end: datetime) -> str:
    """Return `Thursday 26 November, 19:00–19:55`; an end on another day is said with its day."""
    if at_home(start).date() == at_home(end).date():
        span = _("%(start)s–%(end)s") % {"start": clock(start), "end": clock(end)}
        return _("%(day)s, %(time)s") % {"day": day(start, weekday=True), "time": span}
    return _("%(start)s to %(end)s") % {
        "start": when(start, weekday=True),
        "end": when(end, weekday=True),
    }


def zone_words(moment: datetime | None = None) -> str:
    """Return the business's zone in words, with its distance from UTC then: `London time, GMT+01:00`.

    A business that keeps no place's hours has `UTC`.
    """
    here = at_home(moment or timezone.now())
    if str(here.tzinfo) in ("UTC", "Etc/UTC"):
        return "UTC"
    city = get_timezone_location(here.tzinfo, locale=locales.in_use(), return_city=True)
    offset = get_timezone_gmt(here, locale=locales.in_use()) if here.utcoffset() else "GMT"
    return _("%(city)s time, %(offset)s") % {"city": city, "offset": offset}
