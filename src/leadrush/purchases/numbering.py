"""Numbers without a gap: the next one is taken in the transaction that uses it, or not at all."""

from __future__ import annotations

from django.db.models import F

from leadrush.purchases.models import Series


def following(name: str) -> int:
    """Return the next number of a series. Whoever asks meanwhile waits until this transaction has ended."""
    if not Series.objects.filter(pk=name).update(last=F("last") + 1):
        Series.objects.get_or_create(pk=name)
        Series.objects.filter(pk=name).update(last=F("last") + 1)
    return int(Series.objects.values_list("last", flat=True).get(pk=name))
