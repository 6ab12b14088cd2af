"""What the house counts for the overview: new people, their forms, the statement. No personal value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leadrush import gate, ledger, look
from leadrush.console import overview
from leadrush.console.overview import Row, Told
from leadrush.look import times
from leadrush.look.charts import Bar, Bars
from leadrush.vault import backups, clocks
from leadrush.vault.models import Giving, Person
from leadrush.vault.rights import form_words

DAYS = 30
FEW = 5


def register() -> None:
    """Put these on the overview; called once, when the app is ready."""
    overview.figure("console.new", gettext_lazy("New people"), new_people, order=10)
    overview.figure("console.forms", gettext_lazy("Forms filled in"), forms_filled, order=11)
    overview.figure("console.people", gettext_lazy("People in all"), everybody, order=12)
    overview.figure("console.statement", gettext_lazy("Statement"), statement_number, order=90)
    overview.figure("console.clock", gettext_lazy("Clock"), clock_doubted, order=0)
    overview.figure("console.backups", gettext_lazy("Backups"), backups_made, order=91)
    overview.chart(
        "console.days",
        gettext_lazy("New people a day"),
        new_by_day,
        empty=(
            gettext_lazy("Nobody new in 30 days"),
            gettext_lazy("Each day gets a bar here, as high as the number of people who came that day."),
        ),
        caption=gettext_lazy(
            "Somebody is new on the day of their first form. No name and no address is read."
        ),
    )
    overview.listing(
        "console.which",
        gettext_lazy("Which form new people filled in"),
        which_forms,
        empty=(
            gettext_lazy("No form yet"),
            gettext_lazy("The forms that new people filled in stand here, with their number."),
        ),
        order=20,
    )
    overview.block(
        "console.clauses", gettext_lazy("Statement"), "console/overview/clauses.html", clauses, order=90
    )
    overview.block(
        "console.newest",
        gettext_lazy("Newest forms"),
        "console/overview/newest.html",
        newest,
        order=40,
        wide=True,
    )


def first_day(back: int = DAYS - 1) -> date:
    """Return the day that lies `back` days before today, for the business."""
    return times.today() - timedelta(days=back)


def start_of(day: date) -> datetime:
    """Return the instant at which a day begins for the business."""
    return datetime.combine(day, time.min, tzinfo=look.business().zone)


def clock_doubted() -> Told | None:
    """Say that nothing is erased by the clock, as long as that is so."""
    since = clocks.doubted()
    if since is None:
        return None
    note = _("It jumped from %(since)s: nothing lapses until the owner runs leadrush clock --confirm")
    return Told(_("Not believed"), note % {"since": times.when(since)})


def backups_made() -> Told:
    """Count the backups that exist, and say when the keys were copied last: nothing opens without them."""
    found = backups.copies()
    newest = next((copy for copy in found if copy.kind == backups.KEYS), None)
    if newest is None:
        return Told(len(found), _("None of the keys yet"))
    return Told(len(found), _("The newest of the keys: %(when)s") % {"when": times.when(newest.made_at)})


def new_people() -> Told:
    """Count who is new in 30 days, and how that differs from the 30 days before."""
    now = Person.objects.filter(joined_at__gte=start_of(first_day())).count()
    before = Person.objects.filter(
        joined_at__gte=start_of(first_day(2 * DAYS - 1)), joined_at__lt=start_of(first_day())
    ).count()
    if not before:
        return Told(now)
    if now == before:
        return Told(now, _("as many as before"))
    if now > before:
        return Told(now, ngettext("%(count)s more", "%(count)s more", now - before) % {"count": now - before})
    return Told(now, ngettext("%(count)s fewer", "%(count)s fewer", before - now) % {"count": before - now})


def forms_filled() -> Told:
    """Count the forms of 30 days, and how many of them were confirmed."""
    since = Giving.objects.filter(at__gte=start_of(first_day()))
    sums = since.aggregate(all=Count("pk"), confirmed=Count("confirmed_at"))
    return Told(sums["all"], _("%(count)s confirmed") % {"count": sums["confirmed"]})


def everybody() -> Told:
    """Count everybody."""
    return Told(Person.objects.count())


def statement_number() -> Told:
    """Say which version is in force."""
    force = gate.force()
    since = times.day(force.published)
    return Told(_("Version %(number)s") % {"number": force.number}, _("since %(day)s") % {"day": since})


def new_by_day() -> Bars | None:
    """Count new people by the business's days, over 30; None where there were none."""
    zone = look.business().zone
    rows = (
        Person.objects.filter(joined_at__gte=start_of(first_day()))
        .annotate(day=TruncDate("joined_at", tzinfo=zone))
        .values_list("day")
        .annotate(Count("pk"))
    )
    by_day = dict(rows)
    if not by_day:
        return None
    days = [first_day() + timedelta(days=n) for n in range(DAYS)]
    most = max(days, key=lambda day: by_day.get(day, 0))
    sentence = _(
        "New people a day from %(first)s to %(last)s: %(sum)s in all, most on %(day)s with %(most)s."
    ) % {
        "first": times.day(days[0]),
        "last": times.day(days[-1]),
        "sum": sum(by_day.values()),
        "day": times.day(most),
        "most": by_day[most],
    }
    return Bars(
        sentence=sentence,
        what=_("Day"),
        unit=_("New people"),
        bars=[Bar(times.day(day, short=True), by_day.get(day, 0)) for day in days],
    )


def which_forms() -> list[Row]:
    """Count the people who are new in 30 days by the forms that they filled in."""
    rows = (
        Giving.objects.filter(person__joined_at__gte=start_of(first_day()))
        .values("where")
        .annotate(people=Count("person", distinct=True))
        .order_by("-people", "where")[:FEW]
    )
    return [Row(form_words(row["where"]), num=row["people"]) for row in rows]


def newest() -> Mapping[str, Any]:
    """Return the newest forms: which, about what, under which version. Who filled them in is not asked."""
    givings = list(Giving.objects.select_related("version").order_by("-at")[:FEW])
    titles = ledger.titles({giving.about for giving in givings if giving.about})
    rows = [
        {
            "where": form_words(giving.where),
            "about": titles.get(giving.about, ""),
            "version": giving.version.number,
            "clause": giving.clause if gate.force().number_of(giving.clause) else "",
            "confirmed": giving.confirmed,
            "at": giving.at,
        }
        for giving in givings
    ]
    return {"rows": rows}


def clauses() -> Mapping[str, Any]:
    """Return the clauses in force, for their marks."""
    return {"version": gate.force()}
