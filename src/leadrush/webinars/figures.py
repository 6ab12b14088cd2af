"""What the overview and the side menu say of webinars."""

from __future__ import annotations

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from leadrush.console.overview import Row
from leadrush.look import numbers
from leadrush.look import times as home
from leadrush.webinars import planning
from leadrush.webinars.models import TAKEN, Registration, Webinar


def how_many() -> int:
    """Return how many webinars are to come."""
    return planning.coming().count()


def next_ones() -> list[Row]:
    """Return the next five webinars, with their seats. Runs under `webinars.host`."""
    webinars = list(planning.coming()[:5])
    counts = seats_of(webinars)
    return [
        Row(
            title=webinar.title,
            url=reverse("webinars:plan_one", args=[webinar.pk]),
            num=seats_words(webinar, taken(counts, webinar)),
            below=home.when(webinar.starts_at, weekday=True),
        )
        for webinar in webinars
    ]


def seats_of(webinars: list[Webinar]) -> dict[tuple[int, str], int]:
    """Return how many have a seat, wait or gave up, by webinar and state; one question."""
    rows = (
        Registration.objects.filter(webinar__in=webinars)
        .values_list("webinar_id", "state")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return {(webinar, state): count for webinar, state, count in rows}


def taken(counts: dict[tuple[int, str], int], webinar: Webinar) -> int:
    """Return how many seats of a webinar are taken, or kept until they are paid."""
    return sum(counts.get((webinar.pk, state), 0) for state in TAKEN)


def seats_words(webinar: Webinar, taken: int) -> str:
    """Return `184 of 300`, or the number alone where there is no limit."""
    if webinar.seats is None:
        return numbers.number(taken)
    return _("%(taken)s of %(seats)s") % {
        "taken": numbers.number(taken),
        "seats": numbers.number(webinar.seats),
    }
