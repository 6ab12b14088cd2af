"""Under which words rooms and people stand at the media server: numbers, and never names."""

from __future__ import annotations

import re
import secrets

from leadrush.live.models import Connection, Room

ROOM = re.compile(r"r\d+-[0-9a-f]{8}", re.ASCII)
CAMERA, SCREEN = Connection.What.CAMERA, Connection.What.SCREEN


def room(there: Room) -> str:
    """Return a room's word, drawn when it is first needed.

    Part of it is drawn by lot: recordings lie under it, and a restored database gives numbers out again.
    """
    if not there.provider_room:
        drawn = f"r{there.pk}-{secrets.token_hex(4)}"
        Room.objects.filter(pk=there.pk, provider_room="").update(provider_room=drawn)
        there.provider_room = Room.objects.values_list("provider_room", flat=True).get(pk=there.pk)
    return there.provider_room


def participant(guest: int, what: str = CAMERA) -> str:
    """Return the word for what somebody publishes: `g12`, and `g12-screen` for a screen beside it."""
    return f"g{guest}-screen" if what == SCREEN else f"g{guest}"


def read(word: str) -> tuple[int, str]:
    """Return whose word that is, and for what: a guest's key, `camera` or `screen`."""
    guest, dash, _screen = word.removeprefix("g").partition("-")
    return int(guest), (SCREEN if dash else CAMERA).value


def person(word: str) -> str:
    """Return the word of the same person's camera, under which they agreed to be recorded."""
    return participant(read(word)[0])
