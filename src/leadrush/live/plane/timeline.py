"""When a film shows what of a recording.

Times in which nobody was recorded, as in a pause, are left out of the film. Of pictures, the film shows one
at a time: that of whoever comes first in the order given, then of whoever showed theirs longest.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from leadrush.live.plane.pieces import Piece

PAUSE = 1.0  # seconds; less than that in which nothing arrived is no pause, and the film goes on
HELD = 2.0  # seconds for which the last picture stays where none is
RATE = 30  # pictures a second
LEAST = 0.1  # seconds; less than that is left of no time when something is cut out


@dataclass(frozen=True)
class Span:
    """A time, in seconds since 1970, that the film shows without a break."""

    begun: float
    ended: float


@dataclass(frozen=True)
class Shot:
    """So many pictures of one piece, from some seconds into it on; nothing but black without one."""

    piece: Piece | None
    start: float
    pictures: int


def spans(pieces: Sequence[Piece]) -> tuple[Span, ...]:
    """Return the times that a film of these pieces shows."""
    found: list[Span] = []
    for piece in sorted(pieces, key=lambda piece: piece.begun):
        if found and piece.begun - found[-1].ended <= PAUSE:
            found[-1] = Span(found[-1].begun, max(found[-1].ended, piece.ended))
        else:
            found.append(Span(piece.begun, piece.ended))
    return tuple(found)


def position(shown: Sequence[Span], at: float) -> float:
    """Return how many seconds into the film something comes that happened at a time.

    What happened in a pause comes at its end, what was before or after all at the beginning or the end.
    """
    film = 0.0
    for span in shown:
        if at < span.begun:
            break
        film += min(at, span.ended) - span.begun
        if at <= span.ended:
            break
    return film


def time_at(shown: Sequence[Span], second: float) -> float:
    """Return when it was, in seconds since 1970, what a film shows at a second of it."""
    for span in shown:
        if second < span.ended - span.begun or span is shown[-1]:
            return min(span.begun + second, span.ended)
        second -= span.ended - span.begun
    return 0.0


def without(shown: Sequence[Span], cuts: Sequence[Span]) -> tuple[Span, ...]:
    """Return what is left of these times when others are cut out."""
    left = list(shown)
    for cut in cuts:
        parts = []
        for span in left:
            parts += [
                Span(span.begun, min(span.ended, cut.begun)),
                Span(max(span.begun, cut.ended), span.ended),
            ]
        left = [part for part in parts if part.ended - part.begun >= LEAST]
    return tuple(sorted(left, key=lambda span: span.begun))


def ranked(pieces: Sequence[Piece], order: Sequence[str]) -> list[str]:
    """Return who has pictures, those who come first in the film first."""
    seconds: dict[str, float] = {}
    for piece in pieces:
        if piece.kind == "video":
            seconds[piece.participant] = seconds.get(piece.participant, 0.0) + piece.seconds
    first = [one for one in order if one in seconds]
    return first + sorted(seconds.keys() - set(first), key=lambda one: -seconds[one])


def shots(pieces: Sequence[Piece], shown: Sequence[Span], order: Sequence[str] = ()) -> list[Shot]:
    """Return what the film shows, shot after shot."""
    place = {one: number for number, one in enumerate(ranked(pieces, order))}
    pictures = sorted(
        (piece for piece in pieces if piece.kind == "video"), key=lambda p: place[p.participant]
    )
    made: list[Shot] = []
    frames = 0  # of the whole film, so that rounding never adds up
    film = 0.0
    for span in shown:
        for piece, begun, ended in _held(_cut(pictures, span)):
            film += ended - begun
            count = round(film * RATE) - frames
            if count > 0:
                made.append(Shot(piece, begun - piece.begun if piece else 0.0, count))
                frames += count
    return made


Cut = tuple[Piece | None, float, float]


def _cut(pictures: Sequence[Piece], span: Span) -> list[Cut]:
    """Return what is shown from when to when in a span: of the pieces at each moment, the first."""
    edges = {span.begun, span.ended}
    edges.update(t for p in pictures for t in (p.begun, p.ended) if span.begun < t < span.ended)
    times = sorted(edges)
    cuts: list[Cut] = []
    for begun, ended in itertools.pairwise(times):
        middle = (begun + ended) / 2
        piece = next((p for p in pictures if p.begun <= middle < p.ended), None)
        if cuts and cuts[-1][0] is piece:
            cuts[-1] = (piece, cuts[-1][1], ended)
        else:
            cuts.append((piece, begun, ended))
    return cuts


def _held(cuts: Sequence[Cut]) -> list[Cut]:
    """Give a short time without a picture to the one before, else to the one after."""
    made: list[Cut] = []
    begin: float | None = None
    for number, (piece, begun, ended) in enumerate(cuts):
        if piece is None and ended - begun <= HELD and len(cuts) > 1:
            if made:
                made[-1] = (made[-1][0], made[-1][1], ended)
                continue
            if number + 1 < len(cuts):
                begin = begun
                continue
        made.append((piece, begin if begin is not None else begun, ended))
        begin = None
    return made
