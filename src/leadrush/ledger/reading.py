"""Reading the ledger: what was written down about one person."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from leadrush.ledger.models import Entry


def of(mark: str, batches: Iterable[int] = ()) -> QuerySet[Entry]:
    """Return the entries about the person with this mark, and those of these batches, newest first."""
    about = Q(pk__in=list(batches))
    if mark:
        about |= Q(subject=mark)
    return Entry.objects.filter(about).order_by("-id")
