"""What is counted to show that this room's clause is kept. Runs under `accountability.check`."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count as Rows
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.gate import evidence
from leadrush.gate.evidence import Count
from leadrush.gate.versions import version_of
from leadrush.guides.asking import days_kept
from leadrush.guides.models import Copy

GRACE = timedelta(hours=1)
"""How long a lapsed row may still be there before that counts as a miss; the eraser comes once a minute."""


@evidence.check(
    words=_("%(missed)s of %(of)s copies have no day on which they go, or are past it."),
    mend=_("See whether the worker runs: it erases once a minute what is due."),
    stops="collection",
)
def copies_lapse() -> Count:
    """Count the copies, and among them those without a day on which they go, past it, or due too late."""
    missed = 0
    rows = Copy.objects.values_list("giving__version_id").annotate(rows=Rows("pk")).order_by()
    of = sum(many for _version, many in rows)
    for version, _many in rows:
        given = Copy.objects.filter(giving__version=version)
        longest = timedelta(days=days_kept(given=version_of(version)))
        wrong = [
            lapses_at is None or lapses_at < timezone.now() - GRACE or lapses_at > at + longest + GRACE
            for lapses_at, at in given.values_list("giving__lapses_at", "giving__at").iterator()
        ]
        missed += sum(wrong)
    return Count(missed=missed, of=of)
