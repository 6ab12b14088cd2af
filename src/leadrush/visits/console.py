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
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from leadrush import console, gate
from leadrush.look import numbers, times
from leadrush.look.charts import Bar, Bars, Event
from leadrush.visits import asking, days, goals, inbox, marks, now, reading, reports, tables, tracing
from leadrush.visits.asking import Asked, Unclear
from leadrush.visits.models import Import, Note
from leadrush.visits.tallies import TALLIES

FIRST = 7
"""Lines of a table on the page; all of them stand on a page of their own."""
SIDE = 5
"""Lines before and after a page that have a place of their own; the rest is one."""
LETTERS = 60
"""The longest note."""
DOUBT = 0.01
"""The share of pages that nothing explains from which on the page says so in its first line."""


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
        context = _desk(request, asked)
    except reading.TooMuch as fault:
        context = {"too_much": str(fault)}
    except reading.Unreadable as fault:
        context = {"too_much": str(fault)}
    context |= {
        "asked": asked,
        "unclear": unclear,
        "spans": [(name, words) for name, words in asking.SPANS.items() if name != "own"],
        "beside": asking.BESIDE.items(),
        "words": [_word(asked, kind, value) for kind, value in asked.words],
        "kinds": asking.KINDS,
        "set_aside": days.set_aside(),
    }
    return render(request, "visits/console/desk.html", context, status=422 if unclear else 200)


def _desk(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    earlier = asked.earlier()
    whole = ("hour", "length", "page", "believed", *(name for name in tables.TABLES if name in TALLIES))
    reading.tally(asked, *whole)
    if earlier:
        reading.tally(earlier, *whole)
    total, before = reports.totals(asked), reports.totals(earlier) if earlier else None
    believed = reports.believed(asked)
    pages = tables.TABLES["pages"].rows(asked, FIRST)
    page = (
        request.GET.get("path") or dict(asked.words).get("page") or (pages[0].word or ("", ""))[1]
        if pages
        else ""
    )
    return {
        "total": total,
        "figures": _figures(total, before),
        "chart": _chart(asked),
        "believed": believed,
        "doubt": believed.error > DOUBT and believed.sent > 0,
        "least": believed.sent - believed.unexplained,
        "error_words": f"{100 * believed.error:.2f}%",
        "logged": reports.logged(asked) if Import.objects.exists() else None,
        "here": now.look(),
        "tables": {name: _shown(asked, table) for name, table in tables.TABLES.items() if name != "days"},
        "path": _path(asked, page) if page else None,
        "funnels": _funnels(asked),
        "countries_known": tables.know_countries(),
        "notes": Note.objects.filter(day__gte=asked.first, day__lte=asked.last),
    }


def _shown(asked: Asked, table: tables.Table) -> dict[str, Any]:
    rows = table.rows(asked, None) if table.name != "pages" else table.rows(asked, FIRST)
    every = len(rows) if table.name != "pages" else len(reports.table(asked, "page"))
    shown = [(row, asked.query(**{row.word[0]: row.word[1]}) if row.word else "") for row in rows[:FIRST]]
    return {"table": table, "rows": shown, "every": every, "more": every > FIRST}


def _word(asked: Asked, kind: str, value: str) -> dict[str, str]:
    match kind:
        case "page" | "entry":
            shown = inbox.titles().get(value, value)
        case "country":
            shown = tables.country(value)
        case "device":
            shown = str(tables.DEVICES.get(value, value)).lower()
        case "goal":
            shown = goals.title(value)
        case _:
            shown = value
    return {"words": str(asking.KINDS[kind]) % shown, "without": asked.query(**{kind: None})}


def _figures(total: reports.Totals, before: reports.Totals | None) -> list[dict[str, str]]:
    def against(value: float, other: float) -> str:
        if before is None:
            return ""
        if not other:
            return _("none before") if value else ""
        change = round(100 * (value - other) / other)
        if not change:
            return _("as before")
        words = _("%(share)s%% more than %(number)s") if change > 0 else _("%(share)s%% less than %(number)s")
        return words % {"share": numbers.number(abs(change)), "number": numbers.number(round(other, 1))}

    def time(value: float | None, other: float | None) -> str:
        if before is None or value is None or other is None:
            return ""
        if value == other:
            return _("as before")
        words = _("%(time)s longer") if value > other else _("%(time)s shorter")
        return words % {"time": reports.duration(abs(value - other))}

    def share(value: float, other: float) -> str:
        return "" if before is None else _("%(share)s before") % {"share": numbers.percent(other)}

    past = before or reports.Totals()
    return [
        {
            "title": _("Visits"),
            "value": numbers.number(total.visits),
            "note": against(total.visits, past.visits),
        },
        {
            "title": _("Visitors"),
            "value": numbers.number(total.visitors),
            "note": against(total.visitors, past.visitors),
        },
        {
            "title": _("Pages viewed"),
            "value": numbers.number(total.views),
            "note": against(total.views, past.views),
        },
        {
            "title": _("Pages a visit"),
            "value": numbers.number(round(total.pages, 1)),
            "note": ""
            if before is None
            else _("%(number)s before") % {"number": numbers.number(round(past.pages, 1))},
        },
        {
            "title": _("Saw one page only"),
            "value": numbers.percent(total.bounce),
            "note": share(total.bounce, past.bounce),
        },
        {
            "title": _("On the site, in the middle"),
            "value": "—" if total.length is None else reports.duration(total.length),
            "note": time(total.length, past.length),
        },
    ]  # fmt: skip


def _chart(asked: Asked) -> Bars:
    today = times.today()
    if asked.days == 1:
        hours = reports.hours(asked)
        return Bars(
            sentence=_("Visits by the hour on %(day)s: %(number)s in all.")
            % {"day": times.day(asked.first), "number": numbers.number(sum(hours))},
            what=_("Hour"),
            unit=_("Visits"),
            bars=[Bar(f"{hour:02}:00", count) for hour, count in enumerate(hours)],
        )
    counted = reports.days(asked)
    earlier = asked.earlier()
    before = [visits for _day, visits, _views, _whos in reports.days(earlier)] if earlier else []
    happened = marks.between(asked.first, asked.last)
    strong = {mark.day for mark in happened if mark.strong}
    most = max(counted, key=lambda one: one[1])
    sentence = _("Visits a day from %(first)s to %(last)s: %(number)s in all, most on %(most)s.") % {
        "first": times.day(asked.first),
        "last": times.day(asked.last),
        "number": numbers.number(sum(visits for _day, visits, _views, _whos in counted)),
        "most": times.day(most[0]),
    }
    return Bars(
        sentence=sentence,
        what=_("Day"),
        unit=_("Visits"),
        bars=[
            Bar(times.day(day, short=True), visits, strong=day in strong, open=day == today)
            for day, visits, _views, _whos in counted
        ],
        before=before if any(before) else (),
        before_words=_("What it is set beside"),
        events=[Event((mark.day - asked.first).days, mark.title, mark.words) for mark in happened],
        legend=(
            _("These days"),
            _("Something was held") if strong else "",
            _("Today, not over") if asked.first <= today <= asked.last else "",
        ),
    )


def _path(asked: Asked, page: str) -> dict[str, Any]:
    before, after = tables.path(asked, page)
    titles = inbox.titles()
    views = sum(row.cells[0] for row in before)
    listed = [(line.key, titles.get(line.key, line.key)) for line in reports.table(asked, "page")[:100]]
    return {
        "page": page,
        "title": titles.get(page, page),
        "views": views,
        "before": _side(before, views),
        "after": _side(after, views, leaves=True),
        "pages": listed
        if any(key == page for key, _title in listed)
        else [(page, titles.get(page, page)), *listed],
    }


def _side(rows: list[tables.Row], views: int, *, leaves: bool = False) -> list[dict[str, Any]]:
    """Return the first lines and the rest as one; a height is a share in steps of five, nine at least."""
    shown: list[dict[str, Any]] = [
        {"title": row.title, "count": row.cells[0], "left": leaves and row.word is None}
        for row in rows[:SIDE]
    ]
    if rest := sum(row.cells[0] for row in rows[SIDE:]):
        words = ngettext("One other", "%(count)s others", len(rows) - SIDE) % {"count": len(rows) - SIDE}
        shown.append({"title": words, "count": rest, "left": False})
    for one in shown:
        one["share"] = max(10, 5 * round(20 * one["count"] / views)) if views else 10
    return shown


def _funnels(asked: Asked) -> list[dict[str, Any]]:
    with gate.using("visits.improve", what="visits.funnels"):
        return [{"funnel": one, "steps": reports.funnel(asked, one)} for one in goals.funnels()]


# --- tables ---------------------------------------------------------------------------------------------


def _table_of(what: str) -> tables.Table:
    try:
        return tables.TABLES[what]
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
        "words": [_word(asked, kind, value) for kind, value in asked.words],
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
