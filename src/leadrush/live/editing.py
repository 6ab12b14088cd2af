"""What is left out of a film by its host, and what becomes of a transcript that nobody read through.

Times are typed as one reads them on the film, and kept as the time of day that it was: what is left out
stays out however the film is made anew. Clause `live-recording`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from leadrush.live import filming
from leadrush.live.beside import is_closed, spans
from leadrush.live.models import Recording
from leadrush.live.plane.timeline import Span, position, time_at, without

NEVER, EVER = 0.0, 1e11
"""From before the beginning, until after the end, in seconds since 1970."""
SHORTEST = 1.0
"""So many seconds of a film are left at least, and so many are cut out at least."""
MOST = 50


class CannotCut(ValueError):
    """A cut that is not made; `why` is `order`, `all`, `gone`, `changed` or `many`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


# --- what is left out ---------------------------------------------------------------------------------------


def cut(one: Recording, begin: float | None, end: float | None, *, looked_at: str) -> None:
    """Leave a part of a film out, from one second of it to another; None is its beginning, or its end.

    The film is made again. `looked_at` is the film that whoever says so has seen (`stamp`). Raises
    `CannotCut`.
    """
    with transaction.atomic():
        held = _held(one)
        if stamp(held) != looked_at:
            raise CannotCut("changed")
        seconds = held.seconds or 0.0
        start, stop = begin or 0.0, seconds if end is None else min(end, seconds)
        if stop - start < SHORTEST or start < 0:
            raise CannotCut("order")
        if len(held.cuts) >= MOST:
            raise CannotCut("many")
        shown = spans(held)
        part = [
            NEVER if start == 0 else time_at(shown, start),
            EVER if stop >= seconds else time_at(shown, stop),
            round(stop - start, 3),
        ]
        held.cuts = [*held.cuts, part]
        left = without(shown, [Span(begun, ended) for begun, ended, _seconds in held.cuts])
        if sum(span.ended - span.begun for span in left) < SHORTEST:
            raise CannotCut("all")
        _again(held)


def put_back(one: Recording, word: str) -> None:
    """Put back what was left out, by its word (`left_out`). Twice is once. Raises `CannotCut`."""
    with transaction.atomic():
        held = _held(one)
        left = [part for part in held.cuts if _word(part) != word]
        if len(left) < len(held.cuts):
            held.cuts = left
            _again(held)


def _word(part: Sequence[float]) -> str:
    return f"{part[0]}-{part[1]}"


def _held(one: Recording) -> Recording:
    return Recording.objects.select_for_update().select_related("room").get(pk=one.pk)


def _again(held: Recording) -> None:
    if not filming.again(held.room):
        raise CannotCut("gone" if held.originals_gone_at else "changed")
    Recording.objects.filter(pk=held.pk).update(cuts=held.cuts)


def stamp(one: Recording) -> str:
    """Return what names a film as it is: another one that was made has another."""
    return one.made_at.isoformat() if one.made_at else ""


def left_out(one: Recording) -> list[tuple[str, int, int]]:
    """Return what is left out: its word, at which second of the film that is, for how many seconds it was."""
    shown = spans(one)
    return [(_word(part), int(position(shown, part[0])), round(part[2])) for part in one.cuts]


def is_left_out(one: Recording, at: float) -> bool:
    """Say whether a moment, in seconds since 1970, is in what was cut out."""
    return any(begun <= at < ended for begun, ended, _seconds in one.cuts)


# --- closed transcripts go --------------------------------------------------------------------------------


def close() -> None:
    """Note since when a transcript is closed, and erase those that nobody read through in as many days as a
    recording is kept. Clause `live-recording`."""
    for one in Recording.objects.exclude(transcript=""):
        since = (one.closed_at or timezone.now()) if is_closed(one) else None
        if since != one.closed_at:
            Recording.objects.filter(pk=one.pk, closed_at=one.closed_at).update(closed_at=since)
    late = [one.pk for one in unread()]
    Recording.objects.filter(pk__in=late).update(transcript="", said_by=[], closed_at=None)


def unread(grace: timedelta = timedelta(0)) -> list[Recording]:
    """Return the closed transcripts that are past their day, and still there."""
    end = timezone.now() - grace - timedelta(days=filming.days_kept())
    late = Recording.objects.exclude(transcript="").filter(closed_at__lte=end)
    return [one for one in late if is_closed(one)]
