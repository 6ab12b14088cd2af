"""The chat of a room: said once, sealed, shown to all who are there."""

from __future__ import annotations

import unicodedata
import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, vault
from leadrush.gate import evidence
from leadrush.live import telling, texts
from leadrush.live.answering import NotTaken
from leadrush.live.entering import seated
from leadrush.live.models import Guest, Line, Room

USE = "live.room"
CLAUSE = "live-chat"
CATEGORY = "lr:RoomTalk"
WHAT = "live.chat"
LONGEST = 1000
SHOWN = 100
"""So many of the last lines are shown to who comes."""


def read(text: str) -> str:
    """Return what somebody typed as it is kept: without control characters and empty ends. Raises `NotTaken`
    for nothing, and for more than 1,000 characters."""
    kept = "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cs"))
    kept = kept.strip()
    if not kept:
        raise NotTaken("empty", _("Write something first."))
    if len(kept) > LONGEST:
        raise NotTaken("long", _("At most %(most)d characters at a time.") % {"most": LONGEST})
    return kept


def say(*, guest: int, text: str, once: uuid.UUID) -> int:
    """Say something in the chat; the same `once` again is the line that is there. Returns its key.

    Raises `NotTaken` for what is too long, said by somebody who is muted, too soon after their last line, or
    where there is no chat; `cards.CardNumber` for the number of a card; `evidence.Stopped` while `live-chat`
    is broken.
    """
    kept = read(text)
    evidence.demand_open(CLAUSE)
    with transaction.atomic(), gate.using(USE, what="live.say"):
        there = seated(guest)
        known = Line.objects.filter(guest=there, once=once).values_list("pk", flat=True).first()
        if known is not None:
            return int(known)
        _demand_may_speak(there)
        line = Line(person_id=there.person_id, giving=there.giving, room=there.room, guest=there, once=once)
        line.sealed = vault.seal(there.person_id, kept, Line.CONTEXT)
        line.save()
        telling.tell(there.room_id, "line", **shown(line, there, kept))
        transaction.on_commit(lambda: texts.add(Line.CONTEXT, there.room_id, line.pk, kept))
    return line.pk


def _demand_may_speak(guest: Guest) -> None:
    room: Room = guest.room
    if not room.chat and not guest.may_host:
        raise NotTaken("chat", _("There is no chat here at the moment."))
    if guest.muted_at is not None:
        raise NotTaken("muted", _("Who holds this has muted you in the chat."))
    if room.slow and not guest.may_host:
        last = Line.objects.filter(guest=guest).order_by("-pk").values_list("at", flat=True).first()
        wait = last + timedelta(seconds=room.slow) - timezone.now() if last else timedelta()
        if timedelta() < wait <= timedelta(seconds=room.slow):
            seconds = int(wait.total_seconds()) + 1
            said = _("One line in %(slow)d seconds here. Send it in %(wait)d seconds.")
            raise NotTaken("slow", said % {"slow": room.slow, "wait": seconds}, wait=seconds)


def shown(line: Line, guest: Guest, text: str) -> dict[str, Any]:
    """Return a line as everybody in the room gets it."""
    return {
        "line": line.pk,
        "guest": guest.pk,
        "name": guest.name,
        "role": guest.role,
        "at": line.at,
        "text": text,
    }


def _last(room: Room) -> list[Line]:
    rows = Line.objects.filter(room=room, hidden_at__isnull=True).select_related("guest")
    return list(rows.order_by("-pk")[:SHOWN])[::-1]


def recent(room: Room) -> list[dict[str, Any]]:
    """Return the last 100 lines that nobody hid, oldest first, under the use in force. Clause `live-chat`."""
    rows = _last(room)
    opened = texts.opened(
        rows, room=room.pk, about=room.about, context=Line.CONTEXT, category=CATEGORY, what=WHAT
    )
    return [shown(row, row.guest, text) for row, text in zip(rows, opened, strict=True)]


def gone(room: int) -> set[int]:
    """Return which lines that this process shows are no more, and let go of their texts: erased ones leave
    every window within seconds."""
    held = texts.keys(Line.CONTEXT, room)
    if not held:
        return set()
    with gate.using(USE, what="live.beat"):
        live = Line.objects.filter(pk__in=held, hidden_at__isnull=True).values_list("pk", flat=True)
        over = held - set(live)
    texts.drop(Line.CONTEXT, room, over)
    return over


def hide(*, guest: int, line: int) -> None:
    """Hide somebody's line from everybody, as who holds the room. Twice is once."""
    with transaction.atomic(), gate.using("live.host", what="live.hide"):
        there = seated(guest, hosts=True)
        rows = Line.objects.filter(pk=line, room=there.room)
        if not rows.exists():
            raise NotTaken("gone", _("That line is gone."))
        rows.filter(hidden_at__isnull=True).update(hidden_at=timezone.now())
        telling.tell(there.room_id, "hidden", line=line)
        transaction.on_commit(lambda: texts.drop(Line.CONTEXT, there.room_id, {line}))


def replayed(room: Room) -> list[dict[str, Any]]:
    """Return all that was said and not hidden, oldest first, each with `seconds` since the room went live,
    for who watches the replay. Needs the use `live.replay`."""
    found = Line.objects.filter(room=room, hidden_at__isnull=True).select_related("guest")
    rows: list[Line] = list(found.order_by("pk"))
    opened = vault.unseal(
        [(row.person_id, row.sealed) for row in rows],
        context=Line.CONTEXT,
        category=CATEGORY,
        what="live.replay",
        about=room.about,
    )
    began = room.live_at or room.made_at
    return [
        shown(row, row.guest, text) | {"seconds": max(0, round((row.at - began).total_seconds()))}
        for row, text in zip(rows, opened, strict=True)
    ]
