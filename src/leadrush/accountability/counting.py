"""Counting whether a clause is kept, and keeping what was counted. Clause `evidence`."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from leadrush import gate
from leadrush.accountability import evidence
from leadrush.accountability.models import Break, Counted, CountedDay
from leadrush.gate import rooms
from leadrush.gate.evidence import PLAIN, Check, Count, Sign, sign_of
from leadrush.look import times
from leadrush.statement import Clause

USE = "accountability.check"
DAYS = 30
NO_COUNT = "NoCount"
"""The fault of a check that returned something else than a count."""


@dataclass(frozen=True)
class Result:
    """What a check counted, or the kind of fault that ended it; `took` in milliseconds."""

    clause: str
    missed: int = 0
    of: int = 0
    took: int = 0
    fault: str = ""

    @property
    def broken(self) -> bool:
        """Whether something is amiss: a miss, or a check that failed."""
        return self.missed > 0 or self.fault != ""


def check_of(clause: Clause) -> Check:
    """Return the function that counts a clause: as the installed room names it, else as was published.

    Raises `ImportError` or `AttributeError` where there is none.
    """
    installed = (template for room in rooms.all() for template in room.clauses)
    path = next((template.check for template in installed if template.slug == clause.slug), clause.check)
    module, _dot, name = path.rpartition(".")
    found: Check = getattr(import_module(module), name)
    return found


def sign(clause: Clause) -> Sign:
    """Return what a clause's check says of itself; what cannot be found says nothing."""
    try:
        return sign_of(check_of(clause))
    except (ImportError, AttributeError, ValueError):
        return PLAIN


def digest(clause: Clause) -> str:
    """Return 32 hex digits that change with a clause's words, its terms and its check."""
    return hashlib.sha256(repr(clause).encode()).hexdigest()[:32]


def count(clause: Clause) -> Result:
    """Count one clause now, under its use.

    What seems amiss is counted once more: between two questions of one check somebody may have registered or
    left. A check that throws is told by the class of what it threw, whose words may quote a value.
    """
    began = time.monotonic()
    try:
        counts = check_of(clause)
        with gate.using(USE, actor=gate.Actor("program", "accountability.check"), what=clause.check[-64:]):
            found = counts()
            if isinstance(found, Count) and found.missed:
                found = counts()
    except Exception as fault:
        return Result(clause.slug, took=_since(began), fault=type(fault).__name__[:64])
    if not isinstance(found, Count):
        return Result(clause.slug, took=_since(began), fault=NO_COUNT)
    return Result(clause.slug, found.missed, found.of, _since(began))


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def keep(result: Result, clause: Clause, now: datetime | None = None) -> None:
    """Keep what was counted: as the newest, on its day, and as a break where one begins, lasts or ends."""
    now = now or timezone.now()
    with transaction.atomic():
        row, _made = Counted.objects.select_for_update().get_or_create(clause=clause.slug)
        if row.at is not None and row.at > now:
            return  # somebody else's is newer
        row.clause_digest = digest(clause)
        row.at, row.missed, row.of = now, result.missed, result.of
        row.took, row.fault = result.took, result.fault
        row.begun_at = row.begun_at or now
        row.save()
        _day(result, now)
        _break(result, now, sign(clause).stops)
    evidence.forget()


def _day(result: Result, now: datetime) -> None:
    today = times.at_home(now).date()
    day, _made = CountedDay.objects.select_for_update().get_or_create(clause=result.clause, day=today)
    worse = (result.broken, result.missed, result.of) >= (day.failed > 0, day.missed, day.of)
    day.checks, day.failed = day.checks + 1, day.failed + result.broken
    if worse:
        day.missed, day.of = result.missed, result.of
    day.save()


def _break(result: Result, now: datetime, stops: str) -> None:
    lasting = Break.objects.select_for_update().filter(clause=result.clause, ended_at=None).first()
    if not result.broken:
        if lasting is not None:
            lasting.ended_at = now
            lasting.save(update_fields=["ended_at"])
        return
    if lasting is None:
        lasting = Break(clause=result.clause, began_at=now, stopped=stops)
    if (result.missed, result.fault) > (lasting.missed, lasting.fault) or lasting.pk is None:
        lasting.missed, lasting.of, lasting.fault = result.missed, result.of, result.fault
    lasting.save()


def drop(now: datetime | None = None) -> None:
    """Drop days and breaks that are older than thirty days, and clauses that nobody counts any more."""
    now = now or timezone.now()
    CountedDay.objects.filter(day__lte=times.at_home(now).date() - timedelta(days=DAYS)).delete()
    Break.objects.filter(ended_at__lt=now - timedelta(days=DAYS)).delete()
    left = Q(begun_at__lt=now - timedelta(days=DAYS)) | Q(begun_at=None)
    gone = Counted.objects.filter(left).exclude(clause__in=[one.slug for one in gate.force().clauses])
    Break.objects.filter(clause__in=gone.values("clause"), ended_at=None).update(ended_at=now)
    gone.delete()
