"""What is written down about an erasure while it goes on, and its receipt afterwards."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from django.utils import timezone

from leadrush import gate
from leadrush.vault.models import Erasure

SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and figures that nobody takes for one another, for a code that is typed from paper."""


def code() -> str:
    """Return the code of a new receipt: random, and made from nothing of whoever it is for."""
    groups = ("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(3))
    return f"E-{'-'.join(groups)}"


def begin(what: str, asked_at: datetime) -> Erasure:
    """Return an erasure of this moment, unsaved."""
    return Erasure(code=code(), what=what, asked_at=asked_at, version=gate.force().number)


def may_be_over(person_id: uuid.UUID) -> None:
    """Note that the last giving of a person has ended, so that they are looked at within the hour: whoever
    has nothing left goes wholly."""
    over = begin(Erasure.What.OVER, timezone.now())
    over.gone_at, over.pending = over.asked_at, person_id
    Erasure.objects.bulk_create([over], ignore_conflicts=True)


def pending(*what: str) -> list[Erasure]:
    """Return erasures that wait for a key to go or to change, oldest first."""
    return list(Erasure.objects.filter(what__in=what, pending__isnull=False).order_by("asked_at"))


def done(erasures: list[Erasure]) -> None:
    """Note that no key is left of what these erased; from now on they name nobody."""
    codes = [one.code for one in erasures]
    Erasure.objects.filter(code__in=codes, what=Erasure.What.OVER).delete()
    Erasure.objects.filter(code__in=codes, done_at__isnull=True).update(done_at=timezone.now(), pending=None)
