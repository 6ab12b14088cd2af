"""Evidence as the statement's page and its machine-readable form show it: sentences, thirty days, breaks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadrush import gate
from leadrush.accountability import evidence
from leadrush.accountability.counting import DAYS
from leadrush.accountability.evidence import Evidence
from leadrush.accountability.models import Break, CountedDay
from leadrush.look import times

FEW = 5
"""So many of a clause's breaks are told; of more, the newest."""


@dataclass(frozen=True)
class Stroke:
    """One day of a strip: `kept`, `broken`, or `none` where nothing was counted."""

    state: str


@dataclass(frozen=True)
class Happened:
    """A break in words: from when until when, what was counted, what it stopped."""

    began: datetime
    ended: datetime | None
    counted: str
    stopped: str


@dataclass(frozen=True)
class Shown:
    """A clause's evidence: its sentence with proofs, the strip and what it says, age, and its breaks."""

    known: Evidence
    sentence: SafeString
    age: str
    strip: tuple[Stroke, ...]
    strip_words: str
    breaks: tuple[Happened, ...]
    days: tuple[CountedDay, ...]

    @property
    def state(self) -> str:
        return self.known.state

    @property
    def state_words(self) -> str:
        """The state in a word, since no colour says it alone."""
        return {"kept": _("Kept."), "due": _("Waiting."), "broken": _("Broken.")}[self.known.state]

    @property
    def at(self) -> datetime | None:
        return self.known.row.at if self.known.row else None

    @property
    def todo(self) -> str:
        """What the owner can do about it."""
        row = self.known.row
        if row is not None and row.fault:
            words = _("The check ended in %(fault)s: the worker’s log says where. Tell whoever maintains it.")
            return words % {"fault": row.fault}
        return str(self.known.sign.mend)

    @property
    def stopped(self) -> str:
        """What it stops for now."""
        return _("Until then nothing new is taken under it.") if self.known.stops else _("It stops nothing.")


@dataclass(frozen=True)
class Page:
    """All clauses in force, by name, and what thirty days add up to."""

    clauses: dict[str, Shown] = field(default_factory=dict)
    kept: int = 0
    broken: int = 0
    idle: int = 0
    checks: int = 0
    breaks: int = 0
    at: datetime | None = None

    @property
    def total(self) -> int:
        """How many could be counted; the others have nothing to count yet."""
        return len(self.clauses) - self.idle


def page(now: datetime | None = None) -> Page | None:
    """Return what is known of every clause in force; None before anything was counted on this site."""
    now = now or timezone.now()
    known = evidence.all_of(now)
    if all(one.row is None for one in known):
        return None
    first = times.at_home(now).date() - timedelta(days=DAYS - 1)
    days: dict[str, list[CountedDay]] = defaultdict(list)
    for day in CountedDay.objects.filter(day__gte=first).order_by("day"):
        days[day.clause].append(day)
    breaks: dict[str, list[Break]] = defaultdict(list)
    for one in Break.objects.order_by("-began_at"):
        breaks[one.clause].append(one)
    clauses = {
        it.clause.slug: _shown(it, days[it.clause.slug], breaks[it.clause.slug], first, now) for it in known
    }
    states = [it.state for it in known]
    return Page(
        clauses=clauses,
        kept=states.count("kept"),
        broken=states.count("broken"),
        idle=sum(it.empty for it in known),
        checks=sum(day.checks for it in clauses.values() for day in it.days),
        breaks=sum(len(breaks[slug]) for slug in clauses),
        at=max((it.at for it in clauses.values() if it.at), default=None),
    )


def _shown(known: Evidence, days: list[CountedDay], breaks: list[Break], first: date, now: datetime) -> Shown:
    strip, words = _strip(days, first)
    row = known.row
    return Shown(
        known=known,
        sentence=_proven(known),
        age=evidence.ago(row.at, now) if row and row.at else "",
        strip=strip,
        strip_words=words,
        breaks=tuple(_happened(known, one) for one in breaks[:FEW]),
        days=tuple(days),
    )


def _proven(known: Evidence) -> SafeString:
    """Return the sentence of a check, each figure in it drawn as one that was counted."""
    row = known.row
    if row is None or row.fault or not row.of:
        return conditional_escape(known.words)
    proofs = {
        name: format_html('<span class="proof">{}</span>', value)
        for name, value in evidence.figures(row.missed, row.of).items()
    }
    return mark_safe(evidence.said(known.sign, proofs, conditional_escape))  # noqa: S308 - escaped there


def _strip(days: Iterable[CountedDay], first: date) -> tuple[tuple[Stroke, ...], str]:
    by_day = {day.day: day for day in days}
    strokes, missed, counted = [], [], 0
    for at in (first + timedelta(days=number) for number in range(DAYS)):
        day = by_day.get(at)
        if day is not None and day.failed:
            missed.append(times.day(at))
        counted += day is not None
        state = "none" if day is None or not (day.of or day.failed) else "broken" if day.failed else "kept"
        strokes.append(Stroke(state))
    words = ngettext("%(count)s day counted", "%(count)s days counted", counted) % {"count": counted}
    if missed:
        listed = get_text_list(missed, _("and"))
        return tuple(strokes), _("%(days)s, broken on %(missed)s") % {"days": words, "missed": listed}
    return tuple(strokes), _("%(days)s, no check failed") % {"days": words}


def _happened(known: Evidence, one: Break) -> Happened:
    if one.fault:
        counted = _("The check itself failed (%(fault)s).") % {"fault": one.fault}
    else:
        counted = evidence.said(known.sign, evidence.figures(one.missed, one.of))
    stopped = (
        _("Nothing new was taken under this sentence meanwhile; nothing else stopped.")
        if one.stopped == "collection"
        else _("It stopped nothing.")
    )
    return Happened(one.began_at, one.ended_at, counted, stopped)


def to_mend() -> dict[str, Any] | None:
    """Return the broken clauses for the overview, each with what to do; None where all is well."""
    shown = page()
    if shown is None or not shown.broken:
        return None
    return {"broken": [it for it in shown.clauses.values() if it.state == "broken"]}


def stamp(now: datetime | None = None) -> str:
    """Return what a page with evidence on it is known by: it changes with each count, and with the minute,
    since the page says how long ago that was. Empty before anything was counted."""
    rows = evidence.NEWEST.get().values()
    newest = max((row.at for row in rows if row.at), default=None)
    return f"{newest} {(now or timezone.now()):%Y-%m-%d %H:%M}" if newest else ""


def linked() -> dict[str, Any]:
    """Return the evidence as `/privacy/evidence.json` gives it: numbers, states and times."""
    shown, force = page(), gate.force()
    return {
        "version": force.number,
        "digest": force.digest,
        "counted_at": shown.at if shown else None,
        "kept": shown.kept if shown else 0,
        "broken": shown.broken if shown else 0,
        "nothing_yet": shown.idle if shown else 0,
        "of": len(force.clauses),
        "clauses": [_clause(it) for it in shown.clauses.values()] if shown else [],
    }


def _clause(it: Shown) -> dict[str, Any]:
    row, sign = it.known.row, it.known.sign
    return {
        "number": it.known.number,
        "clause": it.known.clause.slug,
        "check": it.known.clause.check,
        "state": it.state,
        "sentence": it.known.words,
        "missed": row.missed if row else None,
        "of": row.of if row else None,
        "fault": row.fault if row else "",
        "counted_at": it.at,
        "took_ms": row.took if row else None,
        "every_seconds": sign.every,
        "stops": sign.stops,
        "days": [
            {"day": d.day, "checks": d.checks, "failed": d.failed, "missed": d.missed, "of": d.of}
            for d in it.days
        ],
        "breaks": [
            {"began_at": one.began, "ended_at": one.ended, "counted": one.counted} for one in it.breaks
        ],
    }
