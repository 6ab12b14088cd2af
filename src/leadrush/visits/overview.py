"""What the visits page is drawn with: figures, the chart, tables, paths and funnels of one question."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadrush import gate
from leadrush.look import numbers, times
from leadrush.look.charts import Bar, Bars, Event
from leadrush.visits import asking, counting, goals, inbox, marks, now, reports, tables
from leadrush.visits.asking import Asked
from leadrush.visits.models import Import, Note
from leadrush.visits.tallies import TALLIES

FIRST = 7
"""Lines of a table on the page; all of them stand on a page of their own."""
SIDE = 5
"""Lines before and after a page that have a place of their own; the rest is one."""
DOUBT = 0.01
"""The share of pages that nothing explains from which on the page says so in its first line."""


def drawn(asked: Asked, path: str = "") -> dict[str, Any]:
    """Return what the page is drawn with; `path` is the page whose before and after it shows, else the first.

    Raises `reading.TooMuch` and `reading.Unreadable`.
    """
    earlier = asked.earlier()
    whole = ("hour", "length", "page", "believed", *(name for name in tables.TABLES if name in TALLIES))
    counting.tally(asked, *whole)
    if earlier:
        counting.tally(earlier, *whole)
    total, before = reports.totals(asked), reports.totals(earlier) if earlier else None
    believed = reports.believed(asked)
    pages = tables.TABLES["pages"].rows(asked, FIRST)
    first = (pages[0].word or ("", ""))[1] if pages else ""
    page = path[: asking.LONGEST] or dict(asked.words).get("page") or first
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


def word(asked: Asked, kind: str, value: str) -> dict[str, str]:
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
        "query": asked.query(page=page),
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
