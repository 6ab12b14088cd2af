"""The checks that count whether the clauses on visits are kept. Run under `accountability.check`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.gate import evidence
from leadrush.gate.evidence import Count
from leadrush.look import times
from leadrush.vault import tombstones
from leadrush.visits import addresses, bringing, clickhouse, days, engine, forgetting, remembering, salts
from leadrush.visits.models import DayKey, Import

SWEEP = timedelta(minutes=10)
"""By when the word of a day is gone, after its midnight."""
WITHIN = timedelta(minutes=10)
"""By when what was erased is gone from every day."""
RECENT = 30
"""Days whose views are looked at for cookies that nobody asked for, and for addresses."""


def _asked(sql: str, since: int = RECENT, *, older: bool = False) -> tuple[int, int]:
    """Return two counts over the days of late, or over those before them."""
    edge = times.today() - timedelta(days=since)
    which = days.there(last=edge - timedelta(days=1)) if older else days.there(first=edge)
    if not which:
        return 0, 0
    listed = ", ".join(days.quoted(days.file(day)) for day in which)
    with days.unswapped():
        ((missed, of),) = engine.apart(f"{sql} FROM read_parquet([{listed}])")
    return int(missed or 0), int(of or 0)


@evidence.check(
    words=_("%(missed)s of %(of)s random words are there although their day is over."),
    mend=_("See whether the worker runs: it destroys the word of a day within a minute after midnight."),
    stops="collection",
)
def words_are_destroyed() -> Count:
    """Count random words of days, and among them those whose day has been over for ten minutes.

    Days that were counted and whose word is gone count as kept. Clause `visits-counted`.
    """
    late = salts.over(times.at_home(timezone.now() - SWEEP).date())
    return Count(len(late), len(set(salts.there()) | {day.isoformat() for day in days.there()}))


@evidence.check(
    words=_("%(missed)s of %(of)s pages of the last 30 days set a cookie that nobody had asked for."),
    mend=_("See which page does: Visits, “Find a request”, lists it."),
    stops="collection",
)
def remembered_by_a_yes() -> Count:
    """Count pages that set a cookie without a yes, and numbers kept past their days. Clause
    `visits-remembered`."""
    missed, of = _asked("SELECT count_if(unasked), count_if(status > 0 AND NOT logged)")
    old, _of = _asked("SELECT count(browser), count(*)", remembering.days() + 2, older=True)
    return Count(missed + old, of + old)


@evidence.check(
    words=_("%(missed)s of %(of)s internet addresses can be opened past their time, or came without a yes."),
    mend=_("See whether the worker runs: it destroys the keys of days every ten minutes."),
    stops="collection",
)
def addresses_go() -> Count:
    """Count sealed addresses of the last 30 days: those of browsers without a number, and those whose day's
    key is there past its time. Clause `visits-address`."""
    missed, of = _asked("SELECT count_if(address IS NOT NULL AND browser IS NULL), count(address)")
    late = addresses.overdue(times.today() - timedelta(days=1))
    keys = DayKey.objects.count()
    return Count(missed + len(late), of + keys)


@evidence.check(
    words=_("%(missed)s of %(of)s log files left something behind when they were counted."),
    mend=_("Remove what lies in the folder `visits/logs` of the data and belongs to no import under way."),
)
def logs_leave_nothing() -> Count:
    """Count imports that are over and whose file or random words are still there, and views from logs that
    hold an address. Clause `visits-logs`."""
    over = Import.objects.filter(state__in=[Import.State.DONE, Import.State.STOPPED])
    folder = Path(settings.VISITS) / "logs"
    words = {name.split("-")[1] for name in salts.there() if name.startswith("import-")}
    left = sum(
        (folder / f"{pk}.log").exists() or str(pk) in words for pk in over.values_list("pk", flat=True)
    )
    missed, of = _asked(
        "SELECT count_if(logged AND (address IS NOT NULL OR browser IS NOT NULL)), count_if(logged)"
    )
    return Count(left + missed, over.count() + of)


@evidence.check(
    words=_("%(missed)s of %(of)s days still hold visits that somebody erased."),
    mend=_("See whether the worker runs: it writes anew within a minute the days that hold what was erased."),
)
def erased_visits_are_gone() -> Count:
    """Count days that hold what was forgotten more than ten minutes ago. Clause `visits-own`."""
    late = timezone.now() - WITHIN
    stones = [stone for stone in tombstones.read() if stone.when < late]
    due = forgetting.until_when(stones, forgetting.ERASED, forgetting.LET_GO)
    left = forgetting.left(due)
    behind = len(bringing.behind(since=late.timestamp())) if clickhouse.named() else 0
    of = len(days.there())
    return Count(min(left + behind, of), of)
