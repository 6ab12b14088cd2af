"""Bringing the media server to what the tables say: what is over, and what is recorded.

The tables come first, in the transaction of whoever decides; the media server is told when it has committed.
Where it gives no answer then, the clock tells it again. No transaction waits for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from leadrush import gate
from leadrush.live import machines, media, naming, placing, telling
from leadrush.live.models import Connection, Recording, Room, RoomState
from leadrush.live.plane.machine import HERE, NotSet
from leadrush.live.plane.provider import Gone, Handle, Provider, Refused, Unreachable

USE = "live.host"
SILENT = timedelta(seconds=70)
"""After that without a ping the media server has let go of a connection by itself: its sessions last 60."""


def is_recorded(room: Room) -> bool:
    """Say whether what is published in a room is recorded now: only while it is live."""
    return room.recorded and room.state == RoomState.LIVE


# --- connections that are over ----------------------------------------------------------------------------


def end(rows: Any, why: str) -> None:
    """End these connections, in the transaction of whoever decided it, and tell the media server after it.

    Everybody in their rooms is told where something is not published any more.
    """
    live = list(rows.filter(ended_at=None))
    if not live:
        return
    keys = [one.pk for one in live]
    Connection.objects.filter(pk__in=keys).update(ended_at=timezone.now(), why=why)
    for room in {one.room_id for one in live if one.publishes}:
        tell(room)
    handles = [(one.pk, dict(one.handle)) for one in live]
    transaction.on_commit(partial(_let_go, handles), robust=True)


def rows_go(rows: Any) -> None:
    """Let the media server know of connections whose rows are about to be erased."""
    handles = [(0, dict(one.handle)) for one in rows if not one.gone]
    if handles:
        transaction.on_commit(partial(_let_go, handles), robust=True)


def _let_go(handles: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Tell the media servers which connections are over, and note those of which they know now."""
    told = []
    at: dict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for key, plain in handles:
        at[str(plain.get("host", HERE))].append((key, plain))
    for name, those in at.items():
        with suppress(NotSet, Unreachable), media.provider(name) as provider:
            for key, plain in those:
                remove(provider, plain)
                told.append(key)
    if told:
        with gate.using(USE, what="live.media"):
            Connection.objects.filter(pk__in=told).update(gone=True)


def remove(provider: Provider, plain: dict[str, Any]) -> None:
    """End a connection at the media server; one that is not there any more has. Raises `Unreachable`."""
    with suppress(Gone, Refused):
        provider.remove(Handle.of(plain))


# --- who publishes ----------------------------------------------------------------------------------------


def publishing(room: int) -> list[dict[str, Any]]:
    """Return what can be seen and heard in a room now: whose, and whether camera or screen."""
    rows = Connection.objects.filter(room=room, ended_at=None, up_at__isnull=False)
    found = rows.exclude(what=Connection.What.WATCH).order_by("pk").values_list("guest_id", "what")
    return [{"guest": guest, "what": what} for guest, what in found]


def tell(room: int) -> None:
    """Tell everybody in a room what can be seen and heard there from now on."""
    telling.tell(room, "media", publishing=publishing(room))


# --- rooms ------------------------------------------------------------------------------------------------


def after(room: Room) -> None:
    """Bring the media server to what a room says, once the transaction has committed."""
    if is_recorded(room):
        Recording.objects.get_or_create(room=room)
    if room.provider_room:
        transaction.on_commit(partial(settle, room.pk), robust=True)


def settle(key: int) -> None:
    """Close a room that is over, else record it or not. What cannot be done now, the clock does."""
    room = Room.objects.filter(pk=key).exclude(provider_room="").first()
    if room is not None:
        with suppress(NotSet, Unreachable, Gone, Refused), media.provider(placing.standing(room)) as provider:
            _bring(provider, room)


def _bring(provider: Provider, room: Room) -> None:
    if room.is_over:
        provider.close(room.provider_room)
    else:
        provider.record(room.provider_room, is_recorded(room))


def sweep() -> None:
    """Tell the media servers what they do not know yet, and forget what is long over. Under `live.host`.

    Rooms that stand there and are over, or are recorded otherwise, are brought to what they say; one that
    stands on another machine by now, as after its own was not reached for a while, is closed.
    """
    now = timezone.now()
    silent = Connection.objects.filter(ended_at=None, seen_at__lt=now - SILENT)
    with transaction.atomic():
        end(silent, "silent")
    late = Connection.objects.filter(ended_at__lt=now - timedelta(seconds=2), gone=False)
    waiting = list(late.values_list("pk", "handle"))
    if waiting:
        _let_go(waiting)
    _forget(now - SILENT)
    for name in machines.names():
        with suppress(NotSet, Unreachable, Gone, Refused), media.provider(name) as provider:
            _sweep(name, provider)


def _sweep(name: str, provider: Provider) -> None:
    for standing in provider.rooms():
        if not naming.ROOM.fullmatch(standing.room):
            continue
        room = Room.objects.filter(provider_room=standing.room).first()
        if room is None or placing.standing(room) != name:
            provider.close(standing.room)
        elif room.is_over or standing.recording != is_recorded(room):
            _bring(provider, room)


def _forget(before: Any) -> None:
    """Erase connections that were over by then, of which the media server has let go by itself meanwhile.

    One that somebody took over in another window stays while the newer one lives, so that the older window
    learns it and does not come back by itself.
    """
    over = Connection.objects.filter(ended_at__lt=before)
    newer = set(Connection.objects.filter(ended_at=None).values_list("guest_id", "what"))
    keys = [one.pk for one in over if one.why != "taken" or (one.guest_id, one.what) not in newer]
    if keys:
        Connection.objects.filter(pk__in=keys).delete()
