"""When things are due: reminders, the day a registration is erased, and the hour where somebody is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime
from django.utils.translation import gettext as _

from leadrush import gate, look, statement
from leadrush.look import locales
from leadrush.look import times as home
from leadrush.statement import Version
from leadrush.webinars.models import Webinar


def day_before(starts_at: datetime) -> datetime:
    """Return the same hour on the day before, as the business's clocks show it; UTC.

    Over a change of clocks that is 23 or 25 hours earlier, since people read clocks.
    """
    there = starts_at.astimezone(look.business().zone)
    return (there - timedelta(days=1)).astimezone(UTC)


def hour_before(starts_at: datetime) -> datetime:
    """Return the moment sixty minutes before, whatever the clocks do."""
    return starts_at.astimezone(UTC) - timedelta(hours=1)


def days_kept(*, confirmed: bool, given: Version | None = None) -> int:
    """Return for how many days after the webinar a registration is kept: as few as the version that it was
    given under says, or the one in force. Without `given` it is given now.

    Clauses `webinar-seat` and `webinar-host`: the shortest of what they say, so that no sentence is broken.
    """
    needs = [("lr:Registration", "webinars.serve"), ("lr:Answer", "webinars.host")]
    if not confirmed:
        needs.append(("lr:Registration", "webinars.seats"))
    force = gate.force()
    return statement.kept(given=given or force, force=force, needs=needs).get("webinar", 0)


def lapses_at(webinar: Webinar, *, confirmed: bool, given: Version | None = None) -> datetime:
    """Return when what somebody gave for this webinar, under this version or now, is erased."""
    return webinar.ends_at + timedelta(days=days_kept(confirmed=confirmed, given=given))


@cache
def zones() -> tuple[str, ...]:
    """Return the names of the world's time zones, one for each place whose clocks differ, in order."""
    table = files("tzdata").joinpath("zoneinfo", "zone1970.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return tuple(sorted(row[2] for row in rows))


def zone(name: str) -> ZoneInfo | None:
    """Return the time zone of this name, or None for what is no zone."""
    if not name or len(name) > 64:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def city(name: str) -> str:
    """Return a zone's place as one reads it: `New York`."""
    return name.rpartition("/")[2].replace("_", " ")


def elsewhere(moment: datetime, name: str) -> str:
    """Return the hour in another zone, `14:00 in New York`, or "" where clocks show the same as here.

    On another day than here, the weekday goes with it.
    """
    there_zone = zone(name)
    if there_zone is None:
        return ""
    there, here = moment.astimezone(there_zone), home.at_home(moment)
    if there.replace(tzinfo=None) == here.replace(tzinfo=None):
        return ""
    locale = locales.in_use()
    hour = format_datetime(there, "HH:mm" if _is_day_clock() else "h:mm a", tzinfo=there_zone, locale=locale)
    if there.date() != here.date():
        weekday = format_datetime(there, "EEEE", tzinfo=there_zone, locale=locale)
        hour = _("%(weekday)s %(hour)s") % {"weekday": weekday, "hour": hour}
    return _("%(hour)s in %(city)s") % {"hour": hour, "city": city(name)}


def _is_day_clock() -> bool:
    return "H" in locales.in_use().time_formats["short"].pattern
