"""The crowd of a room, which sees it by HLS some seconds later: who gets it, and ffmpeg that makes it.

A player asks for the playlist every two seconds and can send no header: a signed word in the path says
whose player it is. The word is good for some minutes, so that one that was passed on ends; whoever it is
for asks for a new one with their ticket. Whether they still may be there is asked again every ten seconds,
and known in between.
"""

from __future__ import annotations

import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate
from leadrush.live import entering, machines, media, placing, tickets
from leadrush.live.answering import NotLetIn
from leadrush.live.models import HOSTING, Connection, Guest, Room, RoomState
from leadrush.live.plane import machine
from leadrush.live.plane.crowd import PLAYLIST, Crowd, NotStarted
from leadrush.live.plane.provider import Gone, Handle, Refused, Unreachable

USE = "live.room"
SALT = "leadrush.live.hls"
GOOD_FOR = 300
"""Seconds for which a word is good."""
KNOWN_FOR = 10.0
"""Seconds for which it is not asked again whether somebody may be there."""
ASKED_FOR = timedelta(minutes=1)
"""How long after somebody last asked for it ffmpeg goes on."""
NOTED = timedelta(seconds=20)
"""How exactly it is noted when somebody asked."""
AGAIN = 10.0
"""Seconds after which a crowd that did not come up is tried again."""
SHOWN = (RoomState.LIVE, RoomState.PAUSED)

_known: dict[int, tuple[float, str]] = {}
_lock = threading.Lock()


def address(guest: Guest) -> str:
    """Return the path of a guest's playlist, with a new word in it; their room has to be at hand."""
    word = signing.dumps([guest.pk, guest.room_id], salt=SALT)
    return reverse("live:hls", args=[guest.room.about, word, PLAYLIST])


def folder(word: str) -> Path:
    """Return where a room's playlist and segments lie."""
    return machine.folder(Path(settings.DATA)) / "crowd" / word


def find(about: str, word: str, name: str) -> Path:
    """Return the file that a player asks for; it may not be there (yet). Raises `NotLetIn`."""
    try:
        guest, room = signing.loads(word, salt=SALT, max_age=GOOD_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotLetIn("expired", _("This page waited too long. Load it again.")) from None
    with _lock:
        until, place = _known.get(guest, (0.0, ""))
    if time.monotonic() >= until:
        place = _asked(guest, room, about)
        with _lock:
            _known[guest] = time.monotonic() + KNOWN_FOR, place
    if not place.startswith(f"{about}/"):
        raise NotLetIn("elsewhere", _("This page is for another room. Load it again."))
    return folder(place.rpartition("/")[2]) / name


def _asked(key: int, room: int, about: str) -> str:
    """Ask whether somebody may watch, and note that they do; return their room's name and its word."""
    forget(key)
    with gate.using(USE, what="live.hls"):
        guest = entering.seated(key)
        if (guest.room_id, guest.room.about) != (room, about):
            raise NotLetIn("elsewhere", _("This page is for another room. Load it again."))
        ticket = tickets.Ticket(key, room, about, guest.person_id, guest.role)
        there = entering.still_in(ticket, guest).room
    if there.state not in SHOWN:
        raise NotLetIn("state", _("This has not begun yet."))
    now = timezone.now()
    if there.crowd_at is None or there.crowd_at < now - NOTED:
        Room.objects.filter(pk=room).update(crowd_at=now)
    return f"{about}/{there.provider_room}"


def forget(key: int | None = None) -> None:
    """Ask again whether somebody may be there, or everybody; and let go of those who left."""
    now = time.monotonic()
    with _lock:
        for one in [one for one, (until, _place) in _known.items() if key in (None, one) or until < now - 60]:
            del _known[one]


# --- ffmpeg, in the worker ----------------------------------------------------------------------------------


@dataclass
class Running:
    """The HLS of one room in this process, and of which feeds it is made."""

    crowd: Crowd
    feeds: tuple[str, ...] = ()
    again_at: float = field(default=0.0)


_running: dict[str, Running] = {}


def run() -> None:
    """Let ffmpeg run for each room that is on and that somebody asked for, and for no other. Under
    `live.host`.

    It takes a fifth of a core, so it does not run beforehand: whoever is the first to ask waits some seconds.
    """
    asked = Room.objects.filter(state__in=SHOWN, crowd_at__gt=timezone.now() - ASKED_FOR)
    wanted = {room.provider_room: room for room in asked.exclude(provider_room="")}
    for word in _running.keys() - wanted.keys():
        _stop(word)
    for word, room in wanted.items():
        with suppress(machine.NotSet, Unreachable):
            _keep_going(word, room)


def stop() -> None:
    """End all of it, as the process does."""
    for word in list(_running):
        _stop(word)


def _stop(word: str) -> None:
    _running.pop(word).crowd.stop()
    shutil.rmtree(folder(word), ignore_errors=True)


def _keep_going(word: str, room: Room) -> None:
    picture, sounds = _shown(room)
    feeds = tuple(handle.feed for handle in (*([picture] if picture else []), *sounds))
    stands = placing.standing(room)
    with media.provider(stands) as provider:
        one = _running.get(word)
        if one is None:
            if not feeds:
                return
            shutil.rmtree(folder(word), ignore_errors=True)
            one = _running[word] = Running(Crowd(provider, folder(word)))
        one.crowd.media, one.crowd.address = provider, machines.heard_at(stands)
        if feeds == one.feeds and one.crowd.alive():
            return
        if not feeds or time.monotonic() < one.again_at:
            return
        try:
            one.again_at = time.monotonic() + AGAIN
            one.crowd.start(picture, sounds)
            one.feeds, one.again_at = feeds, 0.0
        except (NotStarted, Gone, Refused):
            one.feeds = ()


def _shown(room: Room) -> tuple[Handle | None, list[Handle]]:
    """Return whose picture the crowd sees, and whom it hears: the newest screen, else who holds it, else
    whoever came first."""
    rows = Connection.objects.filter(room=room, ended_at=None, up_at__isnull=False)
    found = list(
        rows.exclude(what=Connection.What.WATCH).order_by("pk").values_list("what", "guest__role", "handle")
    )
    handles = [Handle.of(plain) for _what, _role, plain in found]
    screens = [n for n, (what, _role, _plain) in enumerate(found) if what == Connection.What.SCREEN]
    hosts = [n for n, (_what, role, _plain) in enumerate(found) if role in HOSTING]
    first = [*screens[::-1], *hosts, *range(len(found))]
    return (handles[first[0]] if first else None), handles
