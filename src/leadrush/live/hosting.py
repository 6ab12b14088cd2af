"""Keeping a room in order: hands, the stage, who is muted, who is taken out. What hosts do to guests."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, vault
from leadrush.live import crowding, settling, telling
from leadrush.live.answering import NotTaken
from leadrush.live.closing import ANEW, NOT_LET_IN
from leadrush.live.entering import seated
from leadrush.live.models import HOSTING, Connection, Guest, Role, Room

USE = "live.host"
CATEGORY = "lr:RoomName"


def hand(*, guest: int, up: bool) -> None:
    """Put somebody's own hand up, or down. Twice is once; only hosts are told whose it is."""
    with transaction.atomic(), gate.using("live.room", what="live.hand"):
        there = seated(guest)
        if (there.hand_at is not None) != up:
            there.hand_at = timezone.now() if up else None
            there.save(update_fields=["hand_at"])
            _tell(there)


def _tell(guest: Guest) -> None:
    """Tell hosts how a guest stands, and the guest, too."""
    telling.tell(guest.room_id, "guest", hosts=True, **shown(guest))
    telling.tell(guest.room_id, "you", to=guest.pk, **shown(guest))


def shown(guest: Guest) -> dict[str, Any]:
    """Return a guest as hosts, and the guest, get them."""
    return {
        "guest": guest.pk,
        "name": guest.name,
        "role": guest.role,
        "hand": guest.hand_at is not None,
        "muted": guest.muted_at is not None,
    }


def _two(guest: int, whom: int) -> Guest:
    """Return the guest whom a host does something to. Raises `NotTaken` where there is none, or a host."""
    there = seated(guest, hosts=True)
    found: Guest | None = Guest.objects.filter(pk=whom, room=there.room).select_related("room").first()
    if found is None:
        raise NotTaken("gone", _("Nobody of that number is here."))
    if found.may_host:
        raise NotTaken("host", _("That is not done to those who hold this."))
    return found


def stage(*, guest: int, whom: int, on: bool) -> None:
    """Invite a guest on stage, or send them back; their hand goes down. Twice is once."""
    with transaction.atomic(), gate.using(USE, what="live.stage"):
        there = _two(guest, whom)
        does = Role.SPEAKER if on else Role.GUEST
        if there.role != does or there.hand_at is not None:
            there.role, there.hand_at = does, None
            there.save(update_fields=["role", "hand_at"])
            _tell(there)
            telling.tell(there.room_id, "stage", guest=there.pk, name=there.name, on=on)
            if not on:
                settling.end(Connection.objects.filter(guest=there).exclude(what="watch"), "role")


def cohost(*, guest: int, whom: int, on: bool) -> None:
    """Let a guest hold the room, too, or be a guest again; for the host, not for whom they let hold it.

    Twice is once. Raises `NotTaken` for who did not confirm their address: anybody may have typed it.
    """
    with transaction.atomic(), gate.using(USE, what="live.cohost"):
        there = seated(guest, hosts=True)
        if there.role != Role.HOST:
            raise NotTaken("host", _("Only the host can do that."))
        found = Guest.objects.filter(pk=whom, room=there.room).exclude(role=Role.HOST)
        other: Guest | None = found.select_related("room", "giving").first()
        if other is None:
            raise NotTaken("gone", _("Nobody of that number is here."))
        if on and not other.giving.confirmed:
            raise NotTaken(
                "unconfirmed", _("They have not confirmed their address yet: their mail says how.")
            )
        _let_hold(other, on)


def let_hold(about: str, person: uuid.UUID, *, on: bool) -> None:
    """Do the same for somebody who entered already, where it was said outside of the room."""
    with transaction.atomic(), gate.using(USE, what="live.cohost"):
        found = Guest.objects.filter(room__about=about, person=person).exclude(role=Role.HOST)
        for guest in found.select_related("room", "giving"):
            _let_hold(guest, on)


def _let_hold(guest: Guest, on: bool) -> None:
    """Change what somebody does, and let their windows come back for what they may do now."""
    if (guest.role == Role.COHOST) == on or guest.removed_at is not None:
        return
    guest.role, guest.hand_at = Role.COHOST if on else Role.GUEST, None
    guest.save(update_fields=["role", "hand_at"])
    _tell(guest)
    telling.tell(guest.room_id, "stage", guest=guest.pk, name=guest.name, on=on)
    telling.tell(guest.room_id, "role", to=guest.pk, close=ANEW)
    if not on:
        settling.end(Connection.objects.filter(guest=guest).exclude(what="watch"), "role")


def mute(*, guest: int, whom: int, muted: bool) -> None:
    """Let a guest's lines and questions be refused, or taken again. Twice is once."""
    with transaction.atomic(), gate.using(USE, what="live.mute"):
        there = _two(guest, whom)
        if (there.muted_at is not None) != muted:
            there.muted_at = timezone.now() if muted else None
            there.save(update_fields=["muted_at"])
            _tell(there)


def remove(*, guest: int, whom: int) -> None:
    """Take a guest out of the room, at once; they do not come back in. Twice is once."""
    with transaction.atomic(), gate.using(USE, what="live.remove"):
        there = _two(guest, whom)
        if there.removed_at is None:
            on_stage = there.role == Role.SPEAKER
            there.removed_at, there.role, there.hand_at = timezone.now(), Role.GUEST, None
            there.save(update_fields=["removed_at", "role", "hand_at"])
            words = _("You were taken out of this room by who holds it.")
            telling.tell(there.room_id, "removed", to=there.pk, close=NOT_LET_IN, words=words)
            telling.tell(there.room_id, "guest", hosts=True, removed=True, **shown(there))
            if on_stage:
                telling.tell(there.room_id, "stage", guest=there.pk, name=there.name, on=False)
            settling.end(Connection.objects.filter(guest=there), "removed")
            transaction.on_commit(lambda: crowding.forget(there.pk), robust=True)


def people(*, guest: int) -> list[dict[str, Any]]:
    """Return who entered the room, by the names that they chose, for who holds it. One entry."""
    with gate.using(USE, what="live.people"):
        there = seated(guest, hosts=True)
        rows = list(Guest.objects.filter(room=there.room, removed_at=None).order_by("pk"))
        vault.note(categories=[CATEGORY], about=there.room.about, count=len(rows))
        return [shown(row) for row in rows]


def on_stage(room: Room) -> list[dict[str, Any]]:
    """Return who is on stage, for everybody: hosts and those whom they invited."""
    rows = Guest.objects.filter(room=room, role__in=[*HOSTING, Role.SPEAKER], removed_at=None)
    return [{"guest": row.pk, "name": row.name, "role": row.role} for row in rows.order_by("pk")]
