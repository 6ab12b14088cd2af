"""What is said in a lesson, read from its captions (WebVTT): to be read along, searched and clicked."""

from __future__ import annotations

import html
from dataclasses import dataclass

import webvtt
from django.utils.translation import gettext as _


class BadCaptions(ValueError):
    """A text that is no WebVTT; the message says what is wrong, to whoever brought it."""


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


def clock(seconds: int) -> str:
    """Return a place in a video as one reads it: `10:12`, `1:02:05`."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def cues(text: str) -> list[Cue]:
    """Return what is said, in its order; words without marks, in one line. Raises `BadCaptions`."""
    try:
        found = webvtt.from_string(text.lstrip("\ufeff").replace("\r\n", "\n")).captions
    except webvtt.errors.MalformedFileError:
        raise BadCaptions(_("This is no WebVTT: its first line has to be WEBVTT.")) from None
    except (ValueError, AttributeError, IndexError):
        raise BadCaptions(_("This WebVTT cannot be read. Export the captions again.")) from None
    made = [
        Cue(_seconds(one.start_time), _seconds(one.end_time), " ".join(html.unescape(one.text).split()))
        for one in found
    ]
    if not made:
        raise BadCaptions(_("There is no caption in it. Each has a line like 00:01.000 --> 00:04.000."))
    for one in made:
        if one.end < one.start:
            raise BadCaptions(_("The caption at %(clock)s ends before it begins.") % {"clock": one.clock})
    return made


def _seconds(stamp: webvtt.models.Timestamp) -> float:
    return float(stamp.hours * 3600 + stamp.minutes * 60 + stamp.seconds + stamp.milliseconds / 1000)


def words_in(said: list[Cue]) -> int:
    """Return how many words are said."""
    return sum(len(one.words.split()) for one in said)


def plain(said: list[Cue]) -> str:
    """Return what is said as plain text: a line a caption, with its time."""
    return "".join(f"{one.clock}\t{one.words}\n" for one in said)
