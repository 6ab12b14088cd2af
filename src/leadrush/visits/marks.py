"""What stands beside days in the chart: what rooms held on them, and what the owner wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from leadrush.visits.models import Note


@dataclass(frozen=True)
class Mark:
    """Something that happened on a day: its title, a few words below, and the note's key where it is one.

    `strong` ones draw their day in ink: a webinar was held.
    """

    day: date
    title: str
    words: str = ""
    strong: bool = False
    note: int | None = None


Source = Callable[[date, date], Iterable[Mark]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Let `source(first, last)` name what a room held between two days; it reads no personal table."""
    _sources.append(source)


def between(first: date, last: date) -> list[Mark]:
    """Return what happened between two days, in order."""
    found = [mark for source in _sources for mark in source(first, last)]
    notes = Note.objects.filter(day__gte=first, day__lte=last)
    found += [Mark(note.day, note.words, note=note.pk) for note in notes]
    return sorted(found, key=lambda mark: (mark.day, mark.title))
