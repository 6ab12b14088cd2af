"""What is said in a film, read from its captions: to be read along, searched and clicked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leadrush.media import captions, clocks
from leadrush.media.captions import Said
from leadrush.media.clocks import clock


@dataclass(frozen=True)
class Cue:
    """Some words, and from when until when they are said, in seconds."""

    start: float
    end: float
    words: str

    @property
    def second(self) -> int:
        """The whole second at which they begin."""
        return int(self.start)

    @property
    def clock(self) -> str:
        """The same as one reads it: `10:12`."""
        return clock(self.second)


def cues(text: str) -> list[Cue]:
    """Return what is said, in its order; words without marks, in one line. Raises as `captions.read` does."""
    return [Cue(one.start, one.end, one.text) for one in captions.read(text)]


def words_in(said: list[Cue]) -> int:
    """Return how many words are said."""
    return sum(len(one.words.split()) for one in said)


def plain(said: list[Cue]) -> str:
    """Return what is said as plain text: a line a caption, with its time."""
    return "".join(f"{one.clock}\t{one.words}\n" for one in said)


def read(text: str, *, seconds: float) -> list[Said]:
    """Return what somebody typed is said in a film of so many seconds: WebVTT, or a line for each thing that
    is said, `12:30 Frost lifts the soil.` Such a line lasts until the next one.

    Raises `ValidationError`, of lines with a sentence for each that is wrong.
    """
    text = re.sub(r"\r\n?", "\n", text).replace("\x00", "").strip()
    if text.removeprefix("\ufeff").startswith("WEBVTT"):
        return captions.read(text + "\n")
    begun: list[tuple[float, str]] = []
    wrong: list[ValidationError] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        time, _space, words = line.strip().partition(" ")
        said = {"number": number, "end": clock(int(seconds))}
        try:
            second = clocks.read(time)
        except ValueError:
            wrong.append(
                ValidationError(_("Line %(number)d: write it like 12:30 Frost lifts the soil."), params=said)
            )
            continue
        if not words.strip():
            fault = _("Line %(number)d: write what is said after the time.")
        elif second >= max(seconds, 1):
            fault = _("Line %(number)d: the film ends at %(end)s.")
        elif begun and second <= begun[-1][0]:
            fault = _("Line %(number)d begins no later than the one above it. Put them in their order.")
        else:
            begun.append((second, " ".join(words.split())))
            continue
        wrong.append(ValidationError(fault, params=said))
    if wrong:
        raise ValidationError(wrong)
    ends = [second for second, _words in begun[1:]] + [max(seconds, begun[-1][0] + 1)] if begun else []
    return [Said(second, end, "", words) for (second, words), end in zip(begun, ends, strict=True)]


def typed(said: Sequence[Said]) -> str:
    """Return what is said as it is typed: lines where each lasts until the next and whole seconds say it all,
    else WebVTT."""
    lasts = all(one.end == later.start and not one.voice for one, later in pairwise(said))
    if lasts and said and not said[-1].voice and all(one.start == int(one.start) for one in said):
        return "\n".join(f"{clock(int(one.start))} {one.text}" for one in said)
    return captions.written(said) if said else ""
