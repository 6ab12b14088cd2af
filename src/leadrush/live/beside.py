"""What stands beside a film: the slides, its chapters, and what is said in it, typed or brought by its host.

Both count in the seconds of the film that they were written for, and move with what they are about where it
is made anew. A transcript has the words of those in the film: when one of them is taken out, it is closed
until its host has read it through again. Clause `live-recording`.
"""

from __future__ import annotations

from collections.abc import Sequence

from leadrush.live import slides
from leadrush.live.models import Recording
from leadrush.live.plane.timeline import Span, position, time_at
from leadrush.media import captions, chapters
from leadrush.media.captions import Said
from leadrush.media.films import Chapter, Slide


def spans(one: Recording) -> list[Span]:
    """Return the times that a film shows."""
    return [Span(begun, ended) for begun, ended in one.spans]


def keep(one: Recording, *, parts: Sequence[Chapter], said: Sequence[Said]) -> None:
    """Keep chapters and transcript as they are now, for the film as it is now; whoever says so has read it
    through, so that it is open to those who see the film."""
    Recording.objects.filter(pk=one.pk).update(
        chapters=[[part.second, part.title] for part in parts],
        transcript=captions.written(said) if said else "",
        timed=one.spans,
        said_by=one.words if said else [],
        closed_at=None,
    )


def chapters_of(one: Recording) -> tuple[Chapter, ...]:
    """Return the chapters of a film as it is now; those of which nothing is left are left out."""
    found: dict[int, Chapter] = {}
    for second, title in one.chapters:
        now = int(_moved(one, second))
        found[now] = Chapter(now, title)
    return tuple(found[now] for now in sorted(found))


def said_in(one: Recording) -> list[Said]:
    """Return what is said in a film as it is now, be it closed or not."""
    if not one.transcript:
        return []
    said = captions.read(one.transcript)
    if one.timed == one.spans:
        return said
    moved = (Said(_moved(one, it.start), _moved(one, it.end), it.voice, it.text) for it in said)
    return [it for it in moved if it.end > it.start]


def slides_of(one: Recording) -> tuple[Slide, ...]:
    """Return the pages of slides that were shown, by the seconds of a film as it is now; nothing where its
    times are not known, as of a copy that was brought."""
    shown, found = spans(one), dict[int, Slide]()
    for at, page, src in slides.turned(one.room_id) if shown else ():
        second = int(position(shown, at))
        found[second] = Slide(second, page, src)
    return tuple(found[second] for second in sorted(found))


def _moved(one: Recording, second: float) -> float:
    if one.timed == one.spans or not one.timed or not one.spans:
        return second
    then = [Span(begun, ended) for begun, ended in one.timed]
    return round(position(spans(one), time_at(then, second)), 3)


def is_closed(one: Recording) -> bool:
    """Say whether somebody whose words a transcript may have is in the film no more."""
    return bool(one.transcript) and not set(one.said_by) <= set(one.words)


def transcript_of(one: Recording) -> str:
    """Return what is said in a film, as WebVTT; nothing where that is closed."""
    if is_closed(one):
        return ""
    if one.timed == one.spans:
        return one.transcript
    said = said_in(one)
    return captions.written(said) if said else ""


def chapter_track(one: Recording) -> str:
    """Return a film's chapters as WebVTT; nothing where it has none."""
    parts = chapters_of(one)
    return chapters.track(parts, seconds=one.length) if parts else ""
