"""The check that counts whether what the statement says of the ledger is true. Run every five minutes.

It must stay cheap on a ledger of millions, so it reads the newest places, and of the older ones as many as
come next by the clock: of a million, each has its turn within nine hours. `leadrush verify` reads them all.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.gate import evidence
from leadrush.gate.evidence import Count
from leadrush.ledger import verifying
from leadrush.ledger.chaining import BACK
from leadrush.ledger.faults import Report
from leadrush.ledger.following import Walk
from leadrush.ledger.models import Entry, Link

NEWEST = OLDER = 10_000
TURN = 300  # seconds
GRACE = timedelta(minutes=1)
"""The chaining program runs every other second."""


@evidence.check(
    words=_("%(missed)s of %(of)s places in the ledger do not fit the one before, or wait too long."),
    mend=_(
        "Run “leadrush verify” with an anchor that was kept elsewhere: it says what was changed and where."
    ),
)
def entries_are_chained() -> Count:
    """Count places and heads that do not fit, and entries that wait too long for a place. Clause `ledger`."""
    report = Report()
    with verifying.snapshot() as cursor:
        last = verifying.number(cursor, "SELECT coalesce(max(place), 0) FROM ledger_link")
        newest = max(0, last - NEWEST)
        _read(cursor, report, newest, last)
        if newest:
            after = int(time.time() // TURN) * OLDER % newest
            _read(cursor, report, after, min(after + OLDER, newest))
        verifying.heads(cursor, report, last=last)
        waiting = _waiting()
    missed = report.found + waiting
    # A place that is gone is missed and no longer there to be counted.
    return Count(missed, max(missed, report.chained + len(report.heads) + waiting))


def _read(cursor: Any, report: Report, after: int, to: int) -> None:
    """Read the places above `after` up to `to`."""
    walk = Walk(report)
    if after:
        walk.stand_at(after, next(verifying.chunks(cursor, after - 1, after), []))
    for rows in verifying.chunks(cursor, after, to):
        walk.take(rows)


def _waiting() -> int:
    """Return how many entries should have a place by now, those that were put among older ones left out."""
    newest = Link.objects.aggregate(newest=Max("entry"))["newest"] or 0
    entries = Entry.objects.filter(id__gt=newest - BACK, at__lt=timezone.now() - GRACE)
    return entries.exclude(Exists(Link.objects.filter(entry=OuterRef("id")))).count()
