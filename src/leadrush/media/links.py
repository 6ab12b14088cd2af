"""Words that let somebody have one file for a while: signed, of one room, without a trace of who they are.

A room that hands files out registers what is to be counted when one is taken, and what closes a word early.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from leadrush.media.models import File

SALT = "leadrush.media"
ARRIVED = "leadrush.media.arrived"
DAY = timedelta(days=1)

Taken = Callable[[HttpRequest, str], object]
_taken: dict[str, Taken] = {}
_while: dict[str, Callable[[Handed], bool]] = {}


@dataclass(frozen=True)
class Handed:
    """What a word says: the file's key, until when (seconds since 1970), for which room, and what of it."""

    file: int
    until: int
    room: str
    about: str


def when_taken(room: str, taken: Taken) -> None:
    """Register what happens when somebody begins to take a file of a room: `taken(request, about)`."""
    _taken[room] = taken


def only_while(room: str, holds: Callable[[Handed], bool]) -> None:
    """Register what says whether a room's file may be had still, before its word is over: asked each time."""
    _while[room] = holds


def link(file: File, *, name: str, room: str, about: str = "", lasts: timedelta = DAY) -> str:
    """Return a path under which a file is had under this name until `lasts` is over."""
    said = [file.pk, int(time.time() + lasts.total_seconds()), room, about]
    return reverse("media:file", args=[signing.dumps(said, salt=SALT), name])


def read(word: str) -> Handed | None:
    """Return what a word says, or None where it was not written here. It may be over."""
    try:
        file, until, room, about = signing.loads(word, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Handed(file, until, room, about)


def holds(handed: Handed) -> bool:
    """Say whether a word is good still: its time is not over, and its room has not closed it."""
    still = _while.get(handed.room)
    return handed.until >= time.time() and (still is None or still(handed))


def taken(request: HttpRequest, handed: Handed) -> None:
    """Let the room know that somebody begins to take its file."""
    if handed.room in _taken:
        _taken[handed.room](request, handed.about)


def arrived(file: int, name: str) -> str:
    """Return a word by which a form hands in a file that came in before it; good for a day."""
    return signing.dumps([file, name], salt=ARRIVED)


def handed_in(word: str) -> tuple[File, str] | None:
    """Return the file that such a word means, and the name it came under; None where it is over or forged."""
    try:
        key, name = signing.loads(word, salt=ARRIVED, max_age=DAY)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    file = File.objects.filter(pk=key).first()
    return (file, name) if file else None
