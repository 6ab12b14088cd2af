"""The back office's doors: the visits page, its tables as files, who is here, notes, requests found again."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from leadrush import console, gate
from leadrush.look import times
from leadrush.visits import asking, days, inbox, now, overview, reading, tables, tracing
from leadrush.visits.asking import Asked, Unclear
from leadrush.visits.models import Note

LETTERS = 60
"""The longest note."""


def asked_of(request: HttpRequest) -> Asked:
    """Return the question in the address; what cannot be is answered with 400 and the word that says why."""
    return asking.read(request.GET.dict(), times.today())


@console.staff("reader")
@gate.door("visits.monitor", staff=True, what="visits.desk")
@require_safe
def desk(request: HttpRequest) -> HttpResponseBase:
    """Show how the site is used in a range of days, beside another, narrowed by words."""
    unclear = ""
    try:
        asked = asked_of(request)
    except Unclear as fault:
        asked, unclear = asking.read({}, times.today()), str(fault)
    try:
        context = overview.drawn(asked, request.GET.get("path", ""))
    except (reading.TooMuch, reading.Unreadable) as fault:
        context = {"too_much": str(fault)}
    context |= {
        "asked": asked,
        "unclear": unclear,
        "spans": [(name, words) for name, words in asking.SPANS.items() if name != "own"],
        "beside": asking.BESIDE.items(),
        "words": [overview.word(asked, kind, value) for kind, value in asked.words],
        "kinds": asking.KINDS,
        "set_aside": days.set_aside(),
    }
    return render(request, "visits/console/desk.html", context, status=422 if unclear else 200)


# --- tables ---------------------------------------------------------------------------------------------


def _table_of(what: str) -> tables.Table:
    try:
        return tables.EVERY[what]
    except KeyError:
        raise Http404(what) from None


def _asked_or_refused(request: HttpRequest) -> Asked:
    try:
        return asked_of(request)
    except Unclear as fault:
        raise BadRequest(str(fault)) from None


@console.staff("reader")
@gate.door("visits.monitor", staff=True, what="visits.table")
@require_safe
def table(request: HttpRequest, what: str) -> HttpResponseBase:
    """Show all lines of a table, a hundred a page."""
    found, asked = _table_of(what), _asked_or_refused(request)
    page = Paginator(found.rows(asked, None), 100).get_page(request.GET.get("page_number"))
    shown = [(row, asked.query(**{row.word[0]: row.word[1]}) if row.word else "") for row in page]
    context = {
        "table": found,
        "rows": shown,
        "page": page,
        "asked": asked,
        "words": [overview.word(asked, kind, value) for kind, value in asked.words],
    }
    return render(request, "visits/console/table.html", context)


def _lines(found: tables.Table, asked: Asked) -> list[dict[str, Any]]:
    return [
        {"key": row.word[1] if row.word else row.title, "title": row.title}
        | {code: cell for (code, _title), cell in zip(found.columns, row.cells, strict=False)}
        for row in found.rows(asked, None)
    ]


@console.staff("reader")
@gate.door("visits.monitor", staff=True, what="visits.csv")
@require_safe
def as_csv(request: HttpRequest, what: str) -> HttpResponseBase:
    """Give a table as CSV (RFC 4180); what a spreadsheet takes for a formula gets an apostrophe."""
    found, asked = _table_of(what), _asked_or_refused(request)
    text = io.StringIO()
    writer = csv.DictWriter(text, ["key", "title", *(code for code, _title in found.columns)])
    writer.writeheader()
    for line in _lines(found, asked):
        writer.writerow({name: _harmless(value) for name, value in line.items()})
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(what, asked)}.csv"'
    return response


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


@console.staff("reader")
@gate.door("visits.monitor", staff=True, what="visits.json")
@require_safe
def as_json(request: HttpRequest, what: str) -> HttpResponseBase:
    """Give a table as JSON: the range, the words, and a list of lines."""
    found, asked = _table_of(what), _asked_or_refused(request)
    told: Mapping[str, Any] = {
        "table": what,
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "words": dict(asked.words),
        "lines": _lines(found, asked),
    }
    response = JsonResponse(told)
    response["Content-Disposition"] = f'attachment; filename="{_file_name(what, asked)}.json"'
    return response


def _file_name(what: str, asked: Asked) -> str:
    return f"visits-{what}-{asked.first}-{asked.last}"


# --- now, notes, requests -------------------------------------------------------------------------------


@console.staff("reader")
@gate.door("visits.monitor", staff=True, what="visits.now")
@require_safe
def here(request: HttpRequest) -> HttpResponseBase:
    """Show who is here, as the part of the page that comes again every few seconds."""
    return render(request, "visits/console/now.html", {"here": now.look()})


@console.staff("editor")
@gate.door(None, staff=True, why="A note beside a day is about nobody.")
@require_POST
def note(request: HttpRequest) -> HttpResponseBase:
    """Write a note beside a day."""
    words = " ".join(request.POST.get("words", "").split())
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        messages.error(
            request, _("Write the day like 2026-11-29. Your words: %(words)s") % {"words": words[:60]}
        )
        return HttpResponseRedirect(reverse("visits:desk"))
    if not words or len(words) > LETTERS:
        messages.error(
            request, _("Say in 1 to 60 letters what happened. You wrote: %(words)s") % {"words": words[:200]}
        )
    else:
        Note.objects.get_or_create(day=day, words=words)
        messages.success(request, _("It stands beside its day now."))
    return HttpResponseRedirect(reverse("visits:desk"))


@console.staff("editor")
@gate.door(None, staff=True, why="A note beside a day is about nobody.")
@require_POST
def unnote(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a note away."""
    get_object_or_404(Note, pk=pk).delete()
    messages.success(request, _("The note is gone."))
    return HttpResponseRedirect(reverse("visits:desk"))


@console.staff("reader")
@gate.door("visits.trace", staff=True, what="visits.requests")
@require_safe
def requests(request: HttpRequest) -> HttpResponseBase:
    """Find a request by the number on its page, and show what went wrong of late; nobody's data is in it."""
    typed = request.GET.get("number", "").strip()[:40]
    found, unclear = None, ""
    if typed:
        try:
            found = tracing.find(typed)
        except tracing.NoNumber:
            unclear = _(
                "A number has 13 letters and digits, like 4KQ7-9TNX-2M0RC: it stands at each page's foot."
            )
    context = {
        "typed": typed,
        "found": found,
        "unclear": unclear,
        "faults": tracing.faults(),
        "missing": tracing.missing(),
        "slow": tracing.slow(),
        "titles": inbox.titles(),
    }
    return render(request, "visits/console/requests.html", context, status=422 if unclear else 200)
