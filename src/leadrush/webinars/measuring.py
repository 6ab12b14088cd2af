"""What webinars hope that visits come to, and how their days stand in the chart of visits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from leadrush import gate
from leadrush.look import numbers, times
from leadrush.visits import goals, marks
from leadrush.visits.goals import Step
from leadrush.webinars import figures
from leadrush.webinars.models import Seat, State, Webinar

BEGUN, SENT, SEAT = "webinars.begun", "webinars.sent", "webinars.seat"


def register() -> None:
    """Declare goals and the way to a seat; called once, when the app is ready."""
    goals.goal(SEAT, _("A seat kept"))
    goals.goal(BEGUN, _("Began the form for a seat"), aim=False)
    goals.goal(SENT, _("Sent the form for a seat"), aim=False)
    goals.funnel(
        "webinars.seat",
        _("From page to seat"),
        Step(_("Opened a webinar’s page"), page="/webinars/*", lost=_("read, and went no further.")),
        Step(_("Began the form"), goal=BEGUN, lost=_("began to write, and stopped.")),
        Step(_("Pressed “Keep me a seat”"), goal=SENT, lost=_("stopped at something to put right.")),
        Step(_("A seat kept"), goal=SEAT),
    )
    marks.register(held)


def held(first: date, last: date) -> Iterator[marks.Mark]:
    """Yield the webinars that were held between two days, each with how many had a seat."""
    listed = Webinar.objects.exclude(state__in=(State.DRAFT, State.CANCELLED)).filter(
        starts_at__date__gte=first - timedelta(days=1), starts_at__date__lte=last + timedelta(days=1)
    )
    webinars = [
        one for one in listed.order_by("starts_at") if first <= times.at_home(one.starts_at).date() <= last
    ]
    with gate.using("webinars.seats", what="webinars.marks"):
        seats = figures.seats_of(webinars) if webinars else {}
    for one in webinars:
        count = seats.get((one.pk, Seat.SEAT), 0)
        words = said("%(count)s had a seat") % {"count": numbers.number(count)}
        yield marks.Mark(times.at_home(one.starts_at).date(), one.title, words, strong=True)
