"""Making two records of one person one: begun here, finished by the clock where it died."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

from django.utils import timezone

from leadrush.people import sign_ins
from leadrush.people.models import Joining
from leadrush.vault import erasing, merging, tombstones
from leadrush.vault.keys import KeyFault
from leadrush.vault.models import Person

log = logging.getLogger(__name__)
QUIET = timedelta(minutes=1)
"""A joining that has stood for longer was left by a process that died."""


def join(kept: Person, gone: uuid.UUID) -> None:
    """Join another record to this person's. Both addresses were proven. Raises `merging.TooMany`."""
    Joining.objects.get_or_create(gone=gone, defaults={"kept": kept.pk})
    try:
        _do(kept.pk, gone)
    except merging.TooMany:
        Joining.objects.filter(gone=gone).delete()
        raise


def _do(kept: uuid.UUID, gone: uuid.UUID) -> None:
    other = Person.objects.filter(pk=gone).first()
    if other is not None:
        sign_ins.end(other)
    merging.merge(kept, gone)
    Joining.objects.filter(gone=gone).delete()


def finish() -> None:
    """Take up again what died. What cannot be finished any more, an erased record, is dropped and logged."""
    for row in Joining.objects.filter(at__lt=timezone.now() - QUIET):
        try:
            _do(row.kept, row.gone)
        except KeyFault as fault:
            # Both were proven to be one person's. Who had the one erased while the two were becoming one had
            # the other erased as well.
            if tombstones.erased({row.kept, row.gone}):
                erasing.forget({row.kept, row.gone})
            log.warning("Joining two records was given up: %s", type(fault).__name__)
            row.delete()
        except merging.TooMany as fault:
            log.warning("Joining two records was given up: %s", type(fault).__name__)
            row.delete()
