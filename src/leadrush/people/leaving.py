"""Leaving: what an erasure ends beside the vault, the letter that tells of it, its receipt."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from leadrush import gate, look, mailbox
from leadrush.look import times
from leadrush.mailbox.models import Message, State
from leadrush.people import sessions
from leadrush.people.models import Asked, Joining, SignIn
from leadrush.vault import copies, erasing, erasures, pointing
from leadrush.vault.keys import derived
from leadrush.vault.models import Erasure, Giving

TEMPLATE = "people.farewell"
ON_ITS_WAY = timedelta(minutes=10)
"""A message that left so shortly before may still arrive after the erasure."""


def register() -> None:
    """Register what ends, is told and is looked for with an erasure; called once, when the app is ready."""
    erasing.farewell(say)
    erasing.ends(SignIn, end_sessions)
    erasing.also(half_joined)
    erasing.just_left(left_before)
    pointing.column(Asked, "person")
    pointing.column(Joining, "kept")
    pointing.column(Joining, "gone")


def say(giving: Giving, erasure: Erasure) -> None:
    """Post the one letter that tells of an erasure: its receipt."""
    stays = ""
    if erasure.kept and erasure.kept_until:
        stays = times.day(erasure.kept_until)
    mailbox.post(
        person=giving.person,
        giving=giving,
        use="rights.own",
        template=TEMPLATE,
        key=f"{TEMPLATE}:{erasure.code}",
        context={
            "business": look.business().name,
            "code": erasure.code,
            "asked": times.when(erasure.asked_at),
            "things": erasure.things,
            "kept": erasure.kept,
            "stays": stays,
            "copies": times.day(over_by(erasure)),
            "receipt": mailbox.absolute(reverse("people:erasure", args=[erasure.code])),
        },
    )


def end_sessions(rows: Any) -> None:
    """End the session of each of these sign-ins."""
    sessions.end(list(rows.values_list("session", flat=True)))


def half_joined(person_id: uuid.UUID) -> Iterable[uuid.UUID]:
    """Return the other half of a record that is being joined: both were proven to be one person's."""
    rows = Joining.objects.filter(Q(kept=person_id) | Q(gone=person_id))
    return {number for pair in rows.values_list("kept", "gone") for number in pair}


def left_before(numbers: set[uuid.UUID], asked_at: datetime) -> int:
    """Return how many messages had just left, or were leaving, and may arrive all the same."""
    rows = Message.objects.filter(person__in=numbers, moved_at__gte=asked_at - ON_ITS_WAY)
    return rows.filter(state__in=[State.LEFT, State.LEAVING, State.UNSURE]).count()


def finish() -> int:
    """Erase each farewell that was said, or whose time is over, with its key; return how many."""
    over = []
    for erasure in erasures.pending(Erasure.What.EVERYTHING):
        waits = Message.objects.filter(
            person=erasure.pending, state__in=[State.WAITING, State.LEAVING]
        ).exists()
        if not waits or erasure.asked_at < timezone.now() - erasing.FAREWELL:
            over.append(erasure)
    erasing.forget(one.pending for one in over if one.pending)
    erasures.done(over)
    if over:
        # What a browser that was asking for a code remembers lies sealed, under a number that is nobody's.
        sessions.SessionStore.clear_expired()
    return len(over)


# --- the receipt --------------------------------------------------------------------------------------


def over_by(erasure: Erasure) -> datetime:
    """Return when no copy of a key that this site makes can give back what was erased."""
    return (erasure.gone_at or erasure.asked_at) + timedelta(hours=1) + copies.LAPSE


def signature(erasure: Erasure) -> str:
    """Return the receipt's signature over what it says: HMAC-SHA-256, 64 hex; made from nobody's data."""
    told = {
        "code": erasure.code,
        "what": erasure.what,
        "asked": erasure.asked_at.isoformat(),
        "gone": erasure.gone_at.isoformat() if erasure.gone_at else "",
        "things": erasure.things,
        "kept": erasure.kept,
        "until": erasure.kept_until.isoformat() if erasure.kept_until else "",
        "version": erasure.version,
    }
    text = json.dumps(told, sort_keys=True).encode()
    return hmac.new(derived("receipts"), text, hashlib.sha256).hexdigest()


def by_the_owner(person_id: uuid.UUID) -> Erasure | None:
    """Erase everything about a person whose wish came by another way; the terminal's `leadrush erase`."""
    with gate.using("rights.own", actor=gate.Actor("program", "leadrush erase"), what="people.erase"):
        return erasing.erase_everything(person_id)
