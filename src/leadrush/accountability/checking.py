"""Checking by the clock: what is due is counted in a process of its own, so that a check which throws, hangs
or brings its process down costs itself and nobody else. Clause `evidence`.

The worker forks, goes on with its mail, and comes by to collect what was counted. The kernel itself ends a
check that takes longer than it may: no code of the check's can talk it out of that.
"""

from __future__ import annotations

import json
import logging
import math
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connections
from django.utils import timezone

from leadrush import gate
from leadrush.accountability import counting
from leadrush.accountability.counting import Result
from leadrush.accountability.models import Counted
from leadrush.statement import Clause

AGAIN = 60.0
"""Seconds after which a broken clause is counted again, so that what it stopped opens soon."""
TOO_LONG, DIED = "TookTooLong", "Died"
OWN = "evidence"
"""The clause of this very clock; it is counted when no other is due, so that it finds what is left out."""

log = logging.getLogger(__name__)


def due(now: datetime | None = None) -> list[Clause]:
    """Return the clauses in force whose count is due, those that waited longest first."""
    now = now or timezone.now()
    rows = {row.clause: row for row in Counted.objects.all()}
    found = [clause for clause in gate.force().clauses if _is_due(clause, rows.get(clause.slug), now)]
    if len(found) > 1:
        found = [clause for clause in found if clause.slug != OWN]
    never = datetime.min.replace(tzinfo=now.tzinfo)
    return sorted(found, key=lambda clause: (clause.slug in rows and rows[clause.slug].begun_at) or never)


def _is_due(clause: Clause, row: Counted | None, now: datetime) -> bool:
    if row is None or row.begun_at is None or row.begun_at > now:
        return True
    if row.clause_digest != counting.digest(clause):
        return True  # a version with other words, or another check, was published
    every = counting.sign(clause).every
    return (now - row.begun_at).total_seconds() >= (min(every, AGAIN) if row.broken else every)


def claim(clauses: Sequence[Clause], now: datetime | None = None) -> list[Clause]:
    """Take those of the clauses that nobody else takes at this moment; return them."""
    now = now or timezone.now()
    slugs = [clause.slug for clause in clauses]
    known = {row.clause: row for row in Counted.objects.filter(clause__in=slugs)}
    taken = []
    for clause in clauses:
        row, ours = known.get(clause.slug), {"begun_at": now, "clause_digest": counting.digest(clause)}
        if row is None:
            _row, free = Counted.objects.get_or_create(clause=clause.slug, defaults=ours)
        else:
            seen = Counted.objects.filter(pk=row.pk, begun_at=row.begun_at, clause_digest=row.clause_digest)
            free = _is_due(clause, row, now) and bool(seen.update(**ours))
        if free:
            taken.append(clause)
    return taken


def release(clauses: Sequence[Clause]) -> None:
    """Let clauses that were taken and not counted be due again."""
    Counted.objects.filter(clause__in=[clause.slug for clause in clauses]).update(begun_at=None)


@dataclass
class Batch:
    """Clauses that a process of their own counts, one after the other; the first of `left` is at hand."""

    left: list[Clause]
    process: int
    pipe: int
    text: bytes = b""
    results: list[Result] = field(default_factory=list)

    def poll(self) -> bool:
        """Keep what was counted since the last time; return whether the process has ended."""
        while True:
            try:
                read = os.read(self.pipe, 65536)
            except BlockingIOError:
                self._keep()
                return False
            if not read:
                break
            self.text += read
        self._keep()
        os.close(self.pipe)
        _process, status = os.waitpid(self.process, 0)
        if self.left:
            killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
            self._took(Result(self.left[0].slug, fault=TOO_LONG if killed else DIED))
            release(self.left)
        return True

    def _keep(self) -> None:
        *lines, self.text = self.text.split(b"\n")
        for line in lines:
            self._took(Result(**json.loads(line)))

    def _took(self, result: Result) -> None:
        clause = self.left.pop(0)
        assert clause.slug == result.clause
        if result.fault:
            log.error("The check of the clause %s failed: %s", clause.slug, result.fault)
        counting.keep(result, clause)
        self.results.append(result)


def begin(clauses: Sequence[Clause]) -> Batch:
    """Count these clauses in a process of their own; `poll` collects what it counted."""
    if any(one.in_atomic_block for one in connections.all(initialized_only=True)):
        raise RuntimeError("Checks are counted outside of transactions: they see what is committed.")
    # A connection that two processes hold is broken by the first that closes it: each opens its own.
    connections.close_all()
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(read)
        _apart(clauses, write)
    os.close(write)
    os.set_blocking(read, False)
    return Batch(list(clauses), process, read)


def _apart(clauses: Sequence[Clause], write: int) -> None:
    """Count, write each result as a line, and end: the life of the process that `begin` makes."""
    try:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        longest = max(counting.sign(clause).limit for clause in clauses)
        for connection in connections.all(initialized_only=False):
            if connection.vendor == "postgresql":
                # The server does not notice at once that its client was ended.
                connection.settings_dict["OPTIONS"]["options"] = f"-c statement_timeout={longest * 1000:.0f}"
        for clause in clauses:
            signal.setitimer(signal.ITIMER_REAL, math.ceil(counting.sign(clause).limit))
            result = counting.count(clause)
            signal.setitimer(signal.ITIMER_REAL, 0)
            os.write(write, json.dumps(result.__dict__).encode() + b"\n")
    finally:
        os._exit(0)


class Clock:
    """What the worker is counting at the moment."""

    batch: Batch | None = None

    def tick(self, now: datetime | None = None) -> None:
        """Collect what was counted; set out for what is due, if nothing is under way."""
        if self.batch is not None:
            if not self.batch.poll():
                return
            self.batch = None
        taken = claim(due(now), now)
        if taken:
            self.batch = begin(taken)


CLOCK = Clock()


def run_all(told: Callable[[Result], None] = lambda result: None) -> list[Result]:
    """Count every clause in force now, whatever the clock says, and wait; `told` hears of each."""
    clauses = gate.force().clauses
    found: list[Result] = []
    # The one about this clock comes last, when all others were just counted.
    for some in ([one for one in clauses if one.slug != OWN], [one for one in clauses if one.slug == OWN]):
        while some:
            Counted.objects.filter(clause__in=[one.slug for one in some]).update(begun_at=timezone.now())
            batch, heard, ended = begin(some), 0, False
            while not ended:
                ended = batch.poll()
                for result in batch.results[heard:]:
                    told(result)
                heard = len(batch.results)
                if not ended:
                    time.sleep(0.05)
            found += batch.results
            some = batch.left  # all after one that brought its process down
    return found


def late(now: datetime | None = None) -> tuple[int, int]:
    """Return how many clauses in force were not counted for three periods, and how many there are."""
    from leadrush.accountability.evidence import PERIODS
    from leadrush.gate.versions import row_in_force

    now = now or timezone.now()
    at = dict(Counted.objects.exclude(at=None).values_list("clause", "at"))
    since = row_in_force().published_at
    clauses = gate.force().clauses
    missed = 0
    for clause in clauses:
        longest = timedelta(seconds=PERIODS * counting.sign(clause).every)
        # One that is counted for the first time now is not late: this count is part of the same.
        counted = at.get(clause.slug) or (now if clause.slug == OWN else since)
        missed += clause.slug != OWN and now - counted > longest
    return missed, len(clauses)
