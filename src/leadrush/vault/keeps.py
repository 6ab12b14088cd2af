"""The checks that count whether the vault's clauses are kept. Run under `accountability.check`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import BinaryField, CharField, QuerySet
from django.db.models.functions import Cast, Substr
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush import gate
from leadrush.gate import evidence
from leadrush.gate.evidence import Count
from leadrush.gate.models import Coming
from leadrush.gate.versions import look_anew
from leadrush.vault import backups, collects, tombstones
from leadrush.vault.masks import Masks, alike, differing
from leadrush.vault.models import Giving, Item, Person, PersonKey, Rekeying
from leadrush.vault.sealing import FORM

TOGETHER = 200
"""Persons whose rows are looked at once more in one transaction."""
GRACE = timedelta(hours=1)
"""The lapsing program runs each minute; what is an hour late was missed."""
AT_ONCE = 500


@evidence.check(words=_("%(kept)s of %(of)s things are used as their version allows."))
def masks_are_true() -> Count:
    """Count rows whose mask allows other uses than statement and choices do. Clause `your-version`.

    While a version is on its way a mask may allow less, never more. Rows are counted by how they were given;
    what looks wrong is looked at once more with its persons held, since they may have chosen in between.
    """
    masks = Masks([gate.force()])
    of, suspects = 0, set[uuid.UUID]()
    for row in alike(masks):
        of += row.count
        if row.mask != row.true:
            suspects |= row.persons()
    return Count(sum(_wrong(sorted(suspects))), of)


def _wrong(persons: list[uuid.UUID]) -> Iterator[int]:
    """Yield how many rows of these persons are wrong, some persons at a time."""
    for start in range(0, len(persons), TOGETHER):
        with transaction.atomic():
            some = Person.objects.filter(pk__in=persons[start : start + TOGETHER]).order_by("pk")
            held = list(some.select_for_update(no_key=True).values_list("pk", flat=True))
            look_anew()
            less = Coming.objects.filter(live=True).exists()
            for rows, mask, true in differing(held, Masks([gate.force()])):
                if not less or mask & ~true:
                    yield rows.count()


@evidence.check(words=_("%(kept)s of %(of)s things that name somebody are sealed, each under a key."))
def sealed_values_have_keys() -> Count:
    """Count sealed values that are not in sealed form or whose key is missing, in every table that declares
    some, and keys that were to be exchanged more than an hour ago. Clause `sealed`.

    An erased person's values are on their way out; without a tombstone, a missing key is a loss.
    """
    keyed = PersonKey.objects.exclude(kind=PersonKey.FORMER)
    held = _numbers(keyed.values_list(Cast("person", CharField()), flat=True))
    missed = of = 0
    for declared in collects.gated():
        for column in ("sealed",) if declared.model is Item else (one.field for one in declared.sealed):
            form = Substr(column, 1, 1, output_field=BinaryField())
            values = declared.model._default_manager.exclude(**{column: b""}).annotate(form=form)
            of += values.count()
            missed += values.exclude(form=FORM).count()
            persons = values.order_by().values_list(Cast("person_id", CharField()), flat=True).distinct()
            missed += _lost(values.filter(form=FORM), _numbers(persons) - held)
    late = Rekeying.objects.filter(at__lt=timezone.now() - GRACE)
    return Count(missed + late.count(), of + Rekeying.objects.count())


def _numbers(persons: Iterable[str]) -> set[str]:
    """Return numbers of persons as 32 hex; as texts, since making a UUID of each is most of the work."""
    return {person.replace("-", "") for person in persons}


def _lost(values: QuerySet[Any], numbers: set[str]) -> int:
    """Return how many of these values are of persons without a key who were not erased."""
    whose = sorted({uuid.UUID(number) for number in numbers} - erased(numbers))
    parts = (whose[start : start + AT_ONCE] for start in range(0, len(whose), AT_ONCE))
    return sum(values.filter(person__in=part).count() for part in parts)


def erased(numbers: set[str]) -> set[uuid.UUID]:
    """Return those of these persons, 32 hex each, of whom a tombstone says that they were erased."""
    return tombstones.erased({uuid.UUID(number) for number in numbers}) if numbers else set()


@evidence.check(
    words=_("%(missed)s of %(of)s things that end on a day are past it."),
    mend=_("See whether the worker runs: it erases once a minute what is due."),
)
def nothing_is_late() -> Count:
    """Count givings that should have lapsed and have not. Clause `until-when`."""
    lapsing = Giving.objects.filter(lapses_at__isnull=False)
    late = lapsing.filter(lapses_at__lt=timezone.now() - GRACE, ended_at__isnull=True)
    return Count(late.count(), lapsing.count())


@evidence.check(
    words=_("%(missed)s of %(of)s copies that this site made are too old, or lie beside the other kind."),
    mend=_("Move or remove what lies in the wrong folder, and see whether the worker runs."),
)
def backups_stay_apart() -> Count:
    """Count backups of keys that are too old, and any that lie beside the other kind. Clause `backups`."""
    now = timezone.now()
    found = backups.copies()
    folders = {kind: {copy.file.parent for copy in found if copy.kind == kind} for kind in backups.KINDS}
    both = folders[backups.DATA] & folders[backups.KEYS]
    missed = sum(
        copy.file.parent in both or (copy.lapses_at is not None and copy.lapses_at < now) for copy in found
    )
    return Count(missed, len(found))
