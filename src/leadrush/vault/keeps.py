"""The checks that count whether the vault's clauses are kept. Run under `accountability.check`."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.utils import timezone

from leadrush import statement
from leadrush.gate.evidence import Count
from leadrush.vault import collects
from leadrush.vault.folding import categories_of, choices_of, keep_only, mask
from leadrush.vault.keys import FORM
from leadrush.vault.models import Given, Giving, Item, PersonKey

GRACE = timedelta(hours=1)
"""The lapsing program runs each minute; what is an hour late was missed."""


def masks_are_true() -> Count:
    """Count rows whose mask allows other uses than statement and choices do. Clause `your-version`."""
    missed = of = 0
    choices: dict[uuid.UUID, dict[str, statement.Choice]] = {}
    for declared in collects.gated():
        for row in declared.model._default_manager.select_related("giving").iterator(chunk_size=2000):
            of += 1
            if row.person_id not in choices:
                choices[row.person_id] = choices_of(row.person_id)
            givings = [row.giving]
            if isinstance(row, Item):
                rests = Given.objects.filter(item=row, giving__ended_at__isnull=True)
                givings = [given.giving for given in rests.select_related("giving")]
            held = choices[row.person_id]
            true = mask(categories_of(row), givings, held) if givings else keep_only()
            missed += row.mask != true
    return Count(missed, of)


def sealed_values_have_keys() -> Count:
    """Count sealed items that are not in sealed form, or whose key is missing. Clause `sealed`."""
    held = set(PersonKey.objects.filter(kind=PersonKey.LIVING).values_list("person", flat=True).iterator())
    missed = of = 0
    for person, sealed in Item.objects.values_list("person_id", "sealed").iterator(chunk_size=2000):
        of += 1
        missed += bytes(sealed[:1]) != FORM or person not in held
    return Count(missed, of)


def nothing_is_late() -> Count:
    """Count givings that should have lapsed and have not. Clause `until-when`."""
    lapsing = Giving.objects.filter(lapses_at__isnull=False)
    late = lapsing.filter(lapses_at__lt=timezone.now() - GRACE, ended_at__isnull=True)
    return Count(late.count(), lapsing.count())
