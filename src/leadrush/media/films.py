"""Films that rooms let others show: each known by a word, asked for anew at every look.

A room that has films says so under a kind (`register`): `live.room` for what was recorded in live rooms.
Whoever shows one keeps its word, `about`, and never its file, and asks `find` each time: what was taken down
is gone from all places at once, from players that run already, too, since each piece is asked for anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.utils.functional import Promise

from leadrush.media import links
from leadrush.media.clocks import clock
from leadrush.media.links import Handed
from leadrush.media.models import File

ROOM = "films"
LASTS = timedelta(hours=8)
"""How long a link works: longer than anybody sits over one film."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a film: the whole second at which it begins, and its title."""

    second: int
    title: str

    @property
    def clock(self) -> str:
        """Where it begins, as one reads it: `10:12`."""
        return clock(self.second)


@dataclass(frozen=True, slots=True)
class Slide:
    """A page of slides beside a film: from which whole second on, its number, its address; 0 is none."""

    second: int
    page: int
    src: str

    @property
    def clock(self) -> str:
        """From when on, as one reads it: `10:12`."""
        return clock(self.second)


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A film that may be shown to others: `transcript` is WebVTT, empty where there is none; `recorded_at` is
    when it was recorded, where that is known."""

    about: str
    title: str
    file: File
    seconds: float
    chapters: tuple[Chapter, ...] = ()
    transcript: str = ""
    slides: tuple[Slide, ...] = ()
    recorded_at: datetime | None = None

    @property
    def minutes(self) -> int:
        """How long it is, in whole minutes, at least one."""
        return max(1, round(self.seconds / 60))


class Source(Protocol):
    """What a room says of its films. Each method opens the uses that it needs."""

    def find(self, about: str) -> Film | None:
        """Return a film that may be shown to others; None for one that may not, is being made, or is none."""

    def all(self) -> Iterable[Film]:
        """Return the films that may be shown to others, newest first."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What can be done with a film elsewhere on the site: the words of its button, and the page that it leads
    to, for whoever has this role."""

    words: str | Promise
    address: Callable[[str], str]
    role: str


_sources: dict[str, Source] = {}
_deeds: list[Deed] = []


def register(kind: str, source: Source) -> None:
    """Say who knows the films whose words begin with `kind` and a colon; once, in `ready`."""
    _sources[kind] = source


def find(about: str) -> Film | None:
    """Return a film as it may be shown to others now; None where it was taken down, is being made (again), is
    for those who were there alone, or never was."""
    source = _sources.get(about.partition(":")[0])
    return source.find(about) if source else None


def all() -> list[Film]:
    """Return the films that may be shown to others now."""
    return [film for kind in sorted(_sources) for film in _sources[kind].all()]


def link(film: Film, *, lasts: timedelta = LASTS) -> str:
    """Return a path under which a film is had, until `lasts` is over or it may not be shown any more."""
    return links.link(film.file, name="film.mp4", room=ROOM, about=film.about, lasts=lasts)


def _still(handed: Handed) -> bool:
    film = find(handed.about)
    return film is not None and film.file.pk == handed.file


links.only_while(ROOM, _still)


def can(deed: Deed) -> None:
    """Let something be done with films; rooms that have films offer it beside each. Once, in `ready`."""
    _deeds.append(deed)


def deeds() -> list[Deed]:
    """Return what can be done with a film, in the order in which it was said."""
    return list(_deeds)
