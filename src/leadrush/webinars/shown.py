"""What this room shows elsewhere: the next webinars on an editor’s page, and where webinars are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from babel.dates import format_date
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from leadrush import gate
from leadrush.look import locales
from leadrush.look import times as home
from leadrush.look.searching import MOST, Found
from leadrush.webinars import planning, waiting
from leadrush.webinars.models import State, Webinar
from leadrush.webinars.registering import CLAUSE


def next_ones(request: HttpRequest) -> dict[str, Any] | None:
    """Return the next webinar and the three after it, or None when none is to come, or none may be registered
    for since the statement does not say so. Opens its own use."""
    webinars = planning.next_each()[:4]
    if not webinars or gate.force().number_of(CLAUSE) is None:
        return None
    first, *later = webinars
    day, locale = home.at_home(first.starts_at).date(), locales.in_use()
    return {
        "webinar": first,
        "later": later,
        "left": waiting.left(first),
        "weekday": format_date(day, "EEE", locale=locale),
        "number": day.day,
        "month": format_date(day, "MMM", locale=locale),
    }


def found(words: str) -> Iterator[Found]:
    """Yield the webinars that everybody may see and that have all these words, the newest first."""
    webinars = Webinar.objects.exclude(state=State.DRAFT)
    for word in words.split():
        there = Q(title__icontains=word) | Q(lede__icontains=word) | Q(body__icontains=word)
        webinars = webinars.filter(there)
    for webinar in webinars.order_by("-starts_at")[:MOST]:
        yield Found(webinar.title, webinar.get_absolute_url(), webinar.lede)


def addresses() -> Iterator[tuple[str, datetime | None]]:
    """Yield the list and every webinar that everybody may see, for search engines."""
    yield reverse("webinars:list"), None
    for webinar in Webinar.objects.exclude(state=State.DRAFT).order_by("pk").iterator():
        yield webinar.get_absolute_url(), webinar.changed_at
