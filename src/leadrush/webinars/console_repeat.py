"""The back office's screen of recordings that are shown at set hours."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from leadrush import console, gate
from leadrush.media import films
from leadrush.webinars import figures, repeating
from leadrush.webinars.models import Series
from leadrush.webinars.planning import coming
from leadrush.webinars.repeat_form import DAYS, RepeatForm


@console.staff("host")
@gate.door("webinars.host", staff=True, what="webinars.repeat")
@require_http_methods(["GET", "HEAD", "POST"])
def repeats(request: HttpRequest) -> HttpResponseBase:
    """Show which recordings are shown when; let another one be."""
    form = RepeatForm(
        request.POST or None,
        initial={"film": request.GET.get("film", ""), "pattern": request.GET.get("as", "")},
    )
    if request.method == "POST" and form.is_valid():
        planned = form.keep().webinars.count()
        words = ngettext(
            "One hour stands there, and can be registered for.",
            "%(count)d hours stand there, and can be registered for.",
            planned,
        )
        messages.success(request, words % {"count": planned} if planned else _("No such hour is left."))
        return HttpResponseRedirect(reverse("webinars:repeats"))
    context = {"form": form, "series": _listed()}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "webinars/console/repeats.html", context, status=status)


def _listed() -> list[dict[str, Any]]:
    """Return each series that goes on, or of which something is to come: its film, hours and seats."""
    names = dict(DAYS)
    rows = list(Series.objects.select_related("pattern").order_by("stopped_at", "-made_at"))
    next_ones: dict[int, list[Any]] = {row.pk: [] for row in rows}
    for webinar in coming().filter(series__in=rows):
        next_ones[webinar.series_id].append(webinar)  # type: ignore[index]
    counts = figures.seats_of([webinar for some in next_ones.values() for webinar in some])
    return [
        {
            "series": row,
            "film": films.find(row.film),
            "days": ", ".join(str(names[day]) for day in sorted(row.weekdays)),
            "coming": [
                (one, figures.seats_words(one, figures.taken(counts, one))) for one in next_ones[row.pk]
            ],
        }
        for row in rows
        if row.stopped_at is None or next_ones[row.pk]
    ]


@console.staff("host")
@gate.door("webinars.host", staff=True, what="webinars.repeat")
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Plan no more hours of a recording."""
    repeating.stop(get_object_or_404(Series, pk=pk))
    messages.success(
        request, _("No more hours are planned. Those that stand there stay until you cancel them.")
    )
    return HttpResponseRedirect(reverse("webinars:repeats"))
