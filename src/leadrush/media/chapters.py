"""Chapters of a film: typed as lines, `12:30 What frost does`, and given to players as a track."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leadrush.media import clocks
from leadrush.media.films import Chapter

MOST, LONGEST = 100, 120


def read(text: str, *, seconds: float) -> tuple[Chapter, ...]:
    """Return the chapters that somebody typed for a film of so many seconds, a line each, in their order.

    Raises `ValidationError` with a sentence for each line that is wrong.
    """
    found: list[Chapter] = []
    wrong: list[ValidationError] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        time, _space, title = line.strip().partition(" ")
        title = " ".join(title.split())
        said = {"number": number, "end": clocks.clock(int(seconds))}
        try:
            second = int(clocks.read(time))
        except ValueError:
            wrong.append(
                ValidationError(_("Line %(number)d: write it like 12:30 What frost does."), params=said)
            )
            continue
        if not title or len(title) > LONGEST:
            words = _("Line %(number)d: write a title of 1 to 120 characters after the time.")
        elif second > seconds:
            words = _("Line %(number)d: the film ends at %(end)s.")
        elif found and second <= found[-1].second:
            words = _("Line %(number)d begins no later than the one above it. Put them in their order.")
        else:
            found.append(Chapter(second, title))
            continue
        wrong.append(ValidationError(words, params=said))
    if len(found) > MOST:
        wrong.append(ValidationError(_("At most %(most)d chapters."), params={"most": MOST}))
    if wrong:
        raise ValidationError(wrong)
    return tuple(found)


def typed(chapters: Sequence[Chapter]) -> str:
    """Return chapters as somebody types them."""
    return "\n".join(f"{one.clock} {one.title}" for one in chapters)


def track(chapters: Sequence[Chapter], *, seconds: float) -> str:
    """Return chapters as the track of a player: WebVTT."""
    ends = [one.second for one in chapters[1:]] + [max(seconds, chapters[-1].second + 1)] if chapters else []
    cues = (
        f"{clocks.cue(one.second)} --> {clocks.cue(end)}\n{one.title.replace('-->', '→')}\n"
        for one, end in zip(chapters, ends, strict=True)
    )
    return "WEBVTT\n\n" + "\n".join(cues)
