"""Votes that are counted and not kept: digests under a secret that is destroyed when they were counted."""

from __future__ import annotations

import hashlib
import hmac
import os
import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from leadrush.live.models import Poll, PollState, Room, RoomState, Secret


def name_of(of: Poll | Room) -> str:
    """Return the name of the secret of a poll, or of a room's questions."""
    return f"{type(of).__name__.lower()}:{of.pk}"


def digest(of: Poll | Room, person: uuid.UUID, about: int = 0) -> str:
    """Return under what somebody's vote is to stand until it is counted; 64 hex.

    Called while the poll, or the room, is held, so that nothing is written under a secret that has gone.
    """
    made, _new = Secret.objects.get_or_create(what=name_of(of), defaults={"secret": os.urandom(32)})
    return _mark(bytes(made.secret), person, about)


def marks(of: Poll | Room, person: uuid.UUID, abouts: Sequence[int] = (0,)) -> dict[str, int]:
    """Return under what somebody's votes stand, if they voted: what each is about by its digest. Empty once
    it was counted."""
    made = Secret.objects.filter(what=name_of(of)).first()
    return {_mark(bytes(made.secret), person, about): about for about in abouts} if made else {}


def _mark(secret: bytes, person: uuid.UUID, about: int) -> str:
    return hmac.new(secret, person.bytes + about.to_bytes(8, "big"), hashlib.sha256).hexdigest()


def forget(of: Poll | Room) -> None:
    """Destroy the secret of what was counted; from then on nobody can say whose a digest was."""
    Secret.objects.filter(what=name_of(of)).delete()


def needless(before: datetime | None = None) -> list[str]:
    """Return the secrets of what was counted (before a moment), or is no more: what a crash left."""
    polls = Poll.objects.exclude(_counted(PollState.CLOSED, "closed_at", before))
    rooms = Room.objects.exclude(_counted(RoomState.OVER, "ended_at", before))
    needed = {name_of(one) for some in (polls, rooms) for one in some.only("pk")}
    return [what for what in Secret.objects.values_list("what", flat=True) if what not in needed]


def _counted(state: str, column: str, before: datetime | None) -> Q:
    return Q(state=state) & (Q(**{f"{column}__lt": before}) if before else Q())


def sweep() -> int:
    """Destroy needless secrets; return how many."""
    needs_none = needless()
    return Secret.objects.filter(what__in=needs_none).delete()[0] if needs_none else 0
