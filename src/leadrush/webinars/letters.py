"""The mails about a registration: each says when, here and where the person is, and how to leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from leadrush import look, mailbox
from leadrush.gate.versions import version_of
from leadrush.live import lasting
from leadrush.look import times as home
from leadrush.mailbox import links
from leadrush.mailbox.models import Kind
from leadrush.webinars import calendars, times, waiting
from leadrush.webinars.models import Registration, Round, Seat, Webinar

USE = "webinars.serve"
AGAIN_AFTER = timedelta(minutes=10)
"""Who sends the form again later than this gets the letter again, once a day."""


def confirmation(webinar: Webinar, registration: Registration) -> None:
    """Write that a seat, or a place in the line, is kept. Once a day for one state of a registration."""
    today = home.today().isoformat()
    key = f"{registration.pk}:{registration.revision}:{today}"
    if registration.state == Seat.SEAT:
        _post(webinar, registration, "confirmation", key, method=calendars.REQUEST)
    else:
        ahead = registration.ahead if registration.ahead is not None else waiting.ahead(registration)
        _post(webinar, registration, "waiting", key, extra={"place": ahead + 1, "seats": webinar.seats})


def moved_up(webinar: Webinar, registration: Registration) -> None:
    """Tell the first in line that a seat is theirs."""
    key = f"{registration.pk}:{registration.revision}"
    _post(webinar, registration, "moved_up", key, method=calendars.REQUEST)


def helping(webinar: Webinar, registration: Registration) -> None:
    """Tell somebody that they hold the webinar with its host. Once a day for one registration."""
    _post(webinar, registration, "helping", f"{registration.pk}:{home.today().isoformat()}")


def reminder(webinar: Webinar, registration: Registration, kind: str) -> None:
    """Remind somebody, once a kind for each time that the webinar was set to."""
    key = f"{registration.pk}:{webinar.sequence}:{kind}"
    hours = {"an_hour": kind == Round.Kind.HOUR}
    _post(webinar, registration, "reminder", key, kind=Kind.NOTICE, extra=hours)


def moved(webinar: Webinar, registration: Registration) -> None:
    """Tell of a new time; whoever has a seat gets it for their calendar."""
    key = f"{registration.pk}:{webinar.sequence}"
    method = calendars.REQUEST if registration.state == Seat.SEAT else ""
    _post(webinar, registration, "moved", key, method=method)


def cancelled(webinar: Webinar, registration: Registration) -> None:
    """Tell that the webinar will not be held, and why."""
    key = f"{registration.pk}:{webinar.sequence}"
    method = calendars.CANCEL if registration.state == Seat.SEAT else ""
    _post(webinar, registration, "cancelled", key, method=method, extra={"why": webinar.cancelled_why})


def given_up(webinar: Webinar, registration: Registration, *, had_seat: bool) -> None:
    """Say that a seat is free again, and take it out of the calendar."""
    key = f"{registration.pk}:{registration.revision}"
    method = calendars.CANCEL if had_seat else ""
    _post(webinar, registration, "given_up", key, method=method, extra={"had_seat": had_seat}, leave=False)


def _post(
    webinar: Webinar,
    registration: Registration,
    name: str,
    key: str,
    *,
    kind: str = Kind.NEEDED,
    method: str = "",
    extra: Mapping[str, Any] | None = None,
    leave: bool = True,
) -> None:
    giving = registration.giving
    attached = [calendars.attachment(webinar, method, revision=registration.revision)] if method else []
    mailbox.post(
        person=giving.person,
        giving=giving,
        use=USE,
        kind=kind,
        template=f"webinars.{name}",
        key=f"webinars.{name}:{key}",
        about=webinar.about,
        context={
            **facts(webinar, registration.time_zone),
            **_ways(webinar, registration, leave=leave),
            **(extra or {}),
        },
        attachments=attached,
    )


def facts(webinar: Webinar, time_zone: str = "") -> dict[str, Any]:
    """Return what every mail about a webinar says of it."""
    return {
        "title": webinar.title,
        "lede": webinar.lede,
        "when": home.hours(webinar.starts_at, webinar.ends_at),
        "zone": home.zone_words(webinar.starts_at),
        "elsewhere": times.elsewhere(webinar.starts_at, time_zone),
        "page": mailbox.absolute(webinar.get_absolute_url()),
        "business": look.business().name,
        "recording": webinar.series_id is not None,
        "recorded": home.day(webinar.series.recorded_at)
        if webinar.series and webinar.series.recorded_at
        else "",
    }


def _ways(webinar: Webinar, registration: Registration, *, leave: bool) -> dict[str, Any]:
    """Return the links of a mail: to leave, and while nobody confirmed the address, to say who it was."""
    giving = registration.giving
    confirmed, given = giving.confirmed, version_of(giving.version_id)
    longest = times.lapses_at(webinar, confirmed=True, given=given)
    found: dict[str, Any] = {
        "erased": home.day(times.lapses_at(webinar, confirmed=confirmed, given=given)),
    }
    wanted = [("leave", "webinars.cannot_come")] if leave else []
    if leave and registration.state == Seat.SEAT and lasting.is_open():
        wanted.append(("enter", "webinars.enter"))
    if not confirmed:
        found["kept_longer"] = home.day(longest)
        wanted += [("it_was_me", "webinars.it_was_me"), ("not_me", "webinars.not_me")]
    made = links.make_all(
        person=giving.person,
        giving=giving,
        scopes=[scope for _name, scope in wanted],
        about=webinar.about,
        expires_at=longest,
    )
    return found | {name: made[scope] for name, scope in wanted}
