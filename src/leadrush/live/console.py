"""The back office's screen of a room: who was there when, drawn. Each look is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from leadrush import console, gate
from leadrush.live import beside, entering, filming, occasions, others, replaying, reporting
from leadrush.live.models import Recording, Room
from leadrush.live.occasions import Occasion
from leadrush.live.reporting import Attended
from leadrush.look import charts
from leadrush.look import times as home
from leadrush.media import films
from leadrush.media.links import link
from leadrush.vault.models import Person

STEPS = 24
"""So many bars show how many were there."""
SHORTEST = timedelta(minutes=10)
MAKES: dict[str, bool | None] = {"again": None, "narrow": True, "whole": False}
"""Which buttons let a film be made again: as it was, without whom others may not see, with everybody."""
SHOWS = {"others": True, "not-others": False}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stay as it is drawn: where it begins and how long it is, in hundredths of what is shown."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Row:
    """One who was there, with their stays as they are drawn."""

    one: Attended
    drawn: tuple[Stretch, ...]


def window(event: Occasion, there: Sequence[Attended]) -> tuple[datetime, datetime]:
    """Return from when until when the report is drawn: from who came first to who left last."""
    times = [moment for one in there for stay in one.stays for moment in stay]
    first, last = min(times, default=event.starts_at), max(times, default=event.ends_at)
    return first, max(last, first + SHORTEST)


def rows(there: Sequence[Attended], first: datetime, last: datetime) -> list[Row]:
    """Return who was there with their stays between these moments, to be drawn."""
    whole = (last - first).total_seconds()

    def at(moment: datetime) -> float:
        share = (moment - first).total_seconds() / whole
        return round(100 * min(max(share, 0.0), 1.0), 2)

    return [
        Row(one, tuple(Stretch(at(came), max(0.4, at(left) - at(came))) for came, left in one.stays))
        for one in there
    ]


def crowd(there: Sequence[Attended], first: datetime, last: datetime) -> charts.Bars:
    """Return how many were there in each part of the time, as a chart."""
    step = (last - first) / STEPS
    bars = []
    for nth in range(STEPS):
        begins, ends = first + nth * step, first + (nth + 1) * step
        count = sum(any(came < ends and left > begins for came, left in one.stays) for one in there)
        bars.append(charts.Bar(home.clock(begins), count))
    most = max((bar.value for bar in bars), default=0)
    return charts.Bars(
        sentence=_("How many were there, from beginning to end; at most %(most)d.") % {"most": most},
        bars=tuple(bars),
        what=_("From"),
        unit=_("There"),
    )


@console.staff("host")
@gate.door("live.host", staff=True, what="live.replay")
@require_safe
def film(request: HttpRequest, about: str) -> HttpResponseBase:
    """Show how far the film of a room is, for the part of the report that asks again."""
    return TemplateResponse(request, "live/console/film.html", _film(request, held_by(request, about)))


def _film(request: HttpRequest, room: Room) -> dict[str, Any]:
    recording = Recording.objects.filter(room=room).first()
    seen = recording is not None and bool(recording.words) and others.is_open()
    return {
        "room": room,
        "recording": recording,
        "film": link(room.replay, name="replay.mp4", room="live") if room.replay else "",
        "others": others.of(recording) if recording is not None and seen else None,
        "closed": recording is not None and beside.is_closed(recording),
        "deeds": _deeds(request, room),
    }


def _deeds(request: HttpRequest, room: Room) -> list[tuple[str, str]]:
    """Return what can be done elsewhere with a film that others may see: words and page of each."""
    assert isinstance(request.user, Person)
    about = others.about(room)
    may = [deed for deed in films.deeds() if request.user.may(deed.role)]
    return [(str(deed.words), deed.address(about)) for deed in may] if may and films.find(about) else []


@console.staff("host")
@gate.door("live.host", staff=True, what="live.replay")
@require_POST
def replay(request: HttpRequest, about: str) -> HttpResponseBase:
    """Open the replay to those who had a seat or to others, close it, or let its film be made again."""
    room = held_by(request, about)
    do = request.POST.get("do", "")
    if do in MAKES:
        if filming.again(room, for_others=MAKES[do]):
            messages.success(request, _("The film is made again."))
        else:
            messages.error(
                request, _("It cannot be made again: its recording is erased, or it is being made.")
            )
    elif do in SHOWS:
        if others.show(room, on=SHOWS[do]):
            seen = _("Others can see it now: make it a lesson, or let it be shown at set hours.")
            messages.success(request, seen if SHOWS[do] else _("It is for those who had a seat alone."))
        else:
            messages.error(request, _("Not everybody who is in it agreed that others see it."))
    elif replaying.publish(room, on=do == "open"):
        opened = _("Those who had a seat see it at their place in the room.")
        messages.success(request, opened if do == "open" else _("It is closed."))
    else:
        messages.error(request, _("There is no film yet."))
    return HttpResponseRedirect(reverse("live:report", args=[about]))


def held_by(request: HttpRequest, about: str) -> Room:
    """Return the room of an occasion that whoever is signed in may hold. Raises `Http404`."""
    assert isinstance(request.user, Person)
    try:
        occasions.of(about)
    except LookupError:
        raise Http404 from None
    if not occasions.hosts(about, request.user):
        raise Http404
    return entering.room_of(about)


@console.staff("host")
@gate.door("live.host", staff=True, what="live.report")
@require_safe
def report(request: HttpRequest, about: str) -> HttpResponseBase:
    """Show who was in a room and when. Each person sees on their own page that it was looked at."""
    room, event = held_by(request, about), occasions.of(about)
    there = reporting.report(room)
    first, last = window(event, there)
    seen = [one for one in there if one.stays]
    context = {
        "event": event,
        **_film(request, room),
        "rows": rows(seen, first, last),
        "absent": [one for one in there if not one.stays],
        "first": first,
        "last": last,
        "chart": crowd(seen, first, last) if seen else None,
    }
    return TemplateResponse(request, "live/console/report.html", context)
