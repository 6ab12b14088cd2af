"""Every table of the visits page by its name: title, columns, lines; the same for the page, CSV and JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from babel import Locale
from django.utils.functional import Promise
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from leadrush import gate
from leadrush.look import locales
from leadrush.visits import asking, countries, goals, inbox, programs, reports, typed
from leadrush.visits.asking import Asked

Words = str | Promise
DEVICES: dict[str, Words] = {"phone": _("Phone"), "tablet": _("Tablet"), "computer": _("Computer")}
NOTHING = _("Nothing was counted in these days.")


@dataclass(frozen=True)
class Row:
    """One line: its title, the word that narrows the question to it (kind and value), and its numbers."""

    title: str
    cells: Sequence[Any]
    word: tuple[str, str] | None = None
    share: int = 0


@dataclass(frozen=True)
class Table:
    """A table: `columns` are code and title of each number, after the title of the lines."""

    name: str
    title: Words
    what: Words
    columns: Sequence[tuple[str, Words]]
    rows: Callable[[Asked, int | None], list[Row]]
    empty: Words = NOTHING


VISITS = [("visits", _("Visits")), ("before", _("Before")), ("bounced", _("One page only"))]
COUNTED = [("visits", _("Visits")), ("before", _("Before"))]


def _titled(what: str, title: Callable[[reports.Line], str], cells: Sequence[str]) -> Any:
    def rows(asked: Asked, most: int | None = None) -> list[Row]:
        lines = reports.table(asked, what)
        top = lines[0].visits if lines else 1
        kind = what if what in asking.KINDS else None
        return [
            Row(
                title(line),
                [getattr(line, name) for name in cells],
                (kind, line.key) if kind and line.key else None,
                round(100 * line.visits / top),
            )
            for line in lines[:most]
        ]

    return rows


def _source(line: reports.Line) -> str:
    return line.key or said("Direct, or not told")


def _country(line: reports.Line) -> str:
    return country(line.key)


def country(code: str) -> str:
    """Return a country's name as the reader's language says it."""
    if not code:
        return said("Not told")
    names: Locale = locales.in_use()
    return str(names.territories.get(code, code))


def _device(line: reports.Line) -> str:
    return str(DEVICES.get(line.key, said("Not told")))


def _plain(line: reports.Line) -> str:
    return line.key or said("Not told")


def _campaign(line: reports.Line) -> str:
    return f"{line.key} ({line.more.strip()})" if line.more.strip() else line.key


def _pages(asked: Asked, most: int | None = None) -> list[Row]:
    titles = inbox.titles()
    return [
        Row(
            titles.get(line.key, line.key),
            [line.visits, line.before, line.views, line.stay, line.began, line.ended],
            ("page", line.key),
        )
        for line in reports.pages(asked, most)
    ]


def _days(asked: Asked, most: int | None = None) -> list[Row]:
    return [Row(day.isoformat(), [visits, views]) for day, visits, views, _whos in reports.days(asked)[:most]]


def _goals(asked: Asked, most: int | None = None) -> list[Row]:
    all_visits = reports.totals(asked).visits
    return [
        Row(
            goals.title(line.key),
            [line.visits, line.before, line.visits / all_visits if all_visits else 0.0],
            ("goal", line.key),
        )
        for line in reports.reached(asked)[:most]
    ]


def _searches(asked: Asked, most: int | None = None) -> list[Row]:
    """Return words that at least three visits searched for; those of fewer may say who asked."""
    lines = reports.table(asked, "search")
    shown = [line for line in lines if line.visits >= typed.FEW and line.key != "…"]
    rare = [line for line in lines if line not in shown]
    rows = [Row(line.key, [line.visits, line.before, line.ended]) for line in shown[:most]]
    if rare:
        words = said("Words of fewer than three visits, and what may name somebody")
        rows.append(Row(words, [sum(line.visits for line in rare), None, sum(line.ended for line in rare)]))
    return rows


def _programs(asked: Asked, most: int | None = None) -> list[Row]:
    lines = reports.table(asked, "program", reports.VIEWS)
    return [Row(str(programs.TITLES.get(line.key, line.key)), [line.views]) for line in lines[:most]]


TABLES = {
    table.name: table
    for table in (
        Table("days", _("Day by day"), _("Day"), [("visits", _("Visits")), ("views", _("Pages viewed"))],
              _days),
        Table(
            "pages",
            _("Pages"),
            _("Page"),
            [
                *COUNTED,
                ("views", _("Views")),
                ("seconds", _("Read for")),
                ("began", _("Visits began here")),
                ("ended", _("and ended here")),
            ],
            _pages,
        ),
        Table("source", _("Where they came from"), _("Source"), VISITS,
              _titled("source", _source, ("visits", "before", "bounced"))),
        Table("referrer", _("Pages elsewhere that lead here"), _("Page"), VISITS,
              _titled("referrer", _plain, ("visits", "before", "bounced")),
              _("No page elsewhere was named. Search engines and mail do not name theirs.")),
        Table("campaign", _("Campaigns"), _("Campaign"), VISITS,
              _titled("campaign", _campaign, ("visits", "before", "bounced")),
              _("Links that end in ?utm_source=…&utm_campaign=… are counted here.")),
        Table("search", _("Searched for on the site"), _("Words"),
              [*COUNTED, ("nothing", _("Found nothing"))], _searches,
              _("Nobody searched the site in these days.")),
        Table("country", _("Countries"), _("Country"), COUNTED,
              _titled("country", _country, ("visits", "before"))),
        Table("device", _("Devices"), _("Device"), COUNTED, _titled("device", _device, ("visits", "before"))),
        Table("software", _("Browsers"), _("Browser"), COUNTED,
              _titled("software", _plain, ("visits", "before"))),
        Table("system", _("Systems"), _("System"), COUNTED, _titled("system", _plain, ("visits", "before"))),
        Table("goal", _("Goals"), _("Goal"), [*COUNTED, ("share", _("Of all visits"))], _goals,
              _("No visit reached a goal in these days.")),
        Table("program", _("Programs, counted apart"), _("Program"), [("requests", _("Requests"))], _programs,
              _("No program read a page in these days.")),
    )
}  # fmt: skip


def path(asked: Asked, page: str) -> tuple[list[Row], list[Row]]:
    """Return what came before a page and after it, under `visits.improve`."""
    titles = inbox.titles()
    with gate.using("visits.improve", what="visits.path"):
        before, after = reports.around(asked, page)

    def told(line: reports.Line, nowhere: str) -> Row:
        if line.key.startswith("@"):
            return Row(line.key[1:] or nowhere, [line.views])
        return Row(titles.get(line.key, line.key), [line.views], ("page", line.key))

    return (
        [told(line, said("Direct, or not told")) for line in before],
        [told(line, said("Left the site")) for line in after],
    )


def know_countries() -> bool:
    """Say whether countries can be told at all on this machine."""
    return countries.known()


def _before(asked: Asked, most: int | None = None) -> list[Row]:
    return path(asked, page_of(asked))[0][:most]


def _after(asked: Asked, most: int | None = None) -> list[Row]:
    return path(asked, page_of(asked))[1][:most]


def page_of(asked: Asked) -> str:
    """Return the page whose before and after are asked for: the one in the question, else the first."""
    named = dict(asked.words).get("page")
    if named:
        return named
    lines = reports.table(asked, "page")
    return lines[0].key if lines else ""


def _funnels(asked: Asked, most: int | None = None) -> list[Row]:
    with gate.using("visits.improve", what="visits.funnels"):
        return [
            Row(f"{one.title}: {step.step.title}", [step.visits, step.lost, step.share])
            for one in goals.funnels()
            for step in reports.funnel(asked, one)
        ][:most]


def _believed(asked: Asked, most: int | None = None) -> list[Row]:
    found = reports.believed(asked)
    return [
        Row(said("Sent by this site to people"), [found.sent]),
        Row(said("Ran no script, and fetched the plain dot instead"), [found.dot]),
        Row(said("Left for another page before this one was ready"), [found.left]),
        Row(said("Reported by browsers"), [found.heard]),
        Row(said("Not explained"), [found.unexplained]),
    ][:most]


VIEWS = [("views", _("Views"))]
EVERY = TABLES | {
    table.name: table
    for table in (
        Table("before", _("Before one page"), _("Page"), VIEWS, _before),
        Table("after", _("After one page"), _("Page"), VIEWS, _after),
        Table(
            "funnel",
            _("Steps, and who did not go on"),
            _("Step"),
            [("visits", _("Visits")), ("lost", _("Did not go on")), ("share", _("Of the first step"))],
            _funnels,
        ),
        Table(
            "believed",
            _("Can these numbers be believed?"),
            _("Two counts of the same pages"),
            VIEWS,
            _believed,
        ),
    )
}
"""All tables, those that the page draws in another form as well."""
