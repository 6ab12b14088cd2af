"""A room as one person sees it: what everybody sees, worked out once, and what is theirs."""

from __future__ import annotations

import threading
import time
from typing import Any

from django.db import transaction
from django.utils import timezone

from leadrush import gate
from leadrush.live import asking, changes, chatting, encoders, hosting, others, polling, staging, tickets
from leadrush.live.entering import seated
from leadrush.live.models import Guest, Room

VERSION = 1
"""Of the messages: raised when an older page would misread them."""
GOOD_FOR = 2.0
"""Seconds for which what everybody sees is taken from memory where nothing was told meanwhile."""

_known: dict[int, tuple[int, float, dict[str, Any]]] = {}
_lock = threading.Lock()


def state(*, guest: int) -> dict[str, Any]:
    """Return everything that somebody's page shows of their room, with a new ticket. Raises `NotLetIn`."""
    with gate.using("live.room", what="live.state"):
        there = seated(guest)
        seen = common(there.room)
        return {**seen, **_own(there, seen)}


def common(room: Room) -> dict[str, Any]:
    """Return what everybody in a room sees, under the use in force: the same for all who come at once."""
    with _lock:
        change, until, found = _known.get(room.pk, (-1, 0.0, {}))
    now = changes.of(room.pk)
    if change == now and time.monotonic() < until:
        return found
    with transaction.atomic():
        found = {
            "v": VERSION,
            "room": staging.facts(room),
            "lines": chatting.recent(room),
            "inquiries": asking.listed(room),
            "polls": polling.listed(room, hosts=False),
            "stage": hosting.on_stage(room),
        }
    with _lock:
        _known[room.pk] = now, time.monotonic() + GOOD_FOR, found
    return found


def _own(guest: Guest, seen: dict[str, Any]) -> dict[str, Any]:
    waiting = [one["inquiry"] for one in seen["inquiries"] if one["state"] in asking.WAITING]
    mine: dict[str, Any] = {
        "you": hosting.shown(guest),
        "ticket": tickets.issue(guest),
        "now": timezone.now(),
        "chosen": polling.chosen(guest.room, guest.person_id),
        "wished": asking.wished(guest.room, guest.person_id, waiting),
    }
    if guest.may_host:
        mine["polls"] = polling.listed(guest.room, hosts=True)
        mine["shown"] = others.has_agreed(guest)
        mine["encoder"] = encoders.shown(guest)
    return mine


def forget(room: int | None = None) -> None:
    """Let go of what was worked out of a room, or of every room."""
    with _lock:
        for key in [one for one in _known if room is None or one == room]:
            del _known[key]
