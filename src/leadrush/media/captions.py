"""Captions: a WebVTT file as a list of what is said, when, and by whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape, unescape
from typing import IO

import webvtt
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leadrush.media.clocks import cue

MOST = 4 << 20
"""Bytes of a file of captions; ten hours of talk have one."""
TIME = r"(?:\d{2,4}:)?[0-5]\d:[0-5]\d\.\d{3}"
TIMES = re.compile(rf"\s*({TIME})[ \t]+-->[ \t]+({TIME})(?:[ \t].*)?")
VOICE = re.compile(r"<v(?:\.[^\s>]*)*\s+([^>]*)>")
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Said:
    """What somebody says: from when until when, in seconds; by whom, where that is said; the words."""

    start: float
    end: float
    voice: str
    text: str


def text_of(file: IO[bytes], size: int) -> str:
    """Return a file of captions as text, with one kind of line end, once all of it can be read.

    Raises `ValidationError` with the number of the line that is wrong and what to write there.
    """
    if size > MOST:
        raise ValidationError(
            _("These captions are larger than 4 MB. Choose the file that has only the words.")
        )
    file.seek(0)
    try:
        text = file.read(MOST).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(
            _("These captions are not in UTF-8. Save them in UTF-8, and choose them again.")
        ) from None
    text = re.sub(r"\r\n?", "\n", text).replace("\x00", "")
    read(text)
    return text


def read(text: str) -> list[Said]:
    """Return what captions say, in order. Raises as `text_of` does."""
    text = text.removeprefix("\ufeff")
    _well_timed(text)
    try:
        cues = webvtt.from_string(text)
    except (webvtt.errors.MalformedFileError, webvtt.errors.MalformedCaptionError, ValueError, IndexError):
        raise ValidationError(
            _("The first line of captions is WEBVTT, and an empty line follows it.")
        ) from None
    said = [one for caption in cues.captions for one in _voices(caption)]
    if not said:
        raise ValidationError(
            _("Nothing is said in these captions. Write the times and under them the words.")
        )
    return said


def written(said: Iterable[Said]) -> str:
    """Return what is said as WebVTT."""
    cues = (f"{cue(one.start)} --> {cue(one.end)}\n{_voice(one)}{_plain(one.text)}\n" for one in said)
    return "WEBVTT\n\n" + "\n".join(cues)


def _voice(one: Said) -> str:
    return f"<v {_plain(one.voice)}>" if one.voice else ""


def _plain(text: str) -> str:
    return escape(text, quote=False)


def _well_timed(text: str) -> None:
    """Look at each line of times: both can be read, the end is later, none begins before the one above."""
    before = 0.0
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if "-->" not in line:
            continue
        times = TIMES.fullmatch(line)
        if times is None:
            raise ValidationError(
                _("Line %(number)d: write the times like 00:01:02.500 --> 00:01:05.000."),
                params={"number": number},
            )
        start, end = (_seconds(time) for time in times.groups())
        if end <= start:
            raise ValidationError(
                _("Line %(number)d: the end (%(end)s) is not later than the start (%(start)s)."),
                params={"number": number, "start": times[1], "end": times[2]},
            )
        if start < before:
            raise ValidationError(
                _("Line %(number)d begins at %(start)s, before the one above it. Put them in their order."),
                params={"number": number, "start": times[1]},
            )
        before = start


def _seconds(time: str) -> float:
    *hours, minutes, seconds = time.split(":")
    return int(hours[0] if hours else 0) * 3600 + int(minutes) * 60 + float(seconds)


def _voices(caption: webvtt.Caption) -> Iterator[Said]:
    """Yield a cue's words, apart where several speak in it."""
    first, *rest = VOICE.split(caption.raw_text)
    for voice, words in (("", first), *zip(rest[::2], rest[1::2], strict=True)):
        text = " ".join(unescape(TAG.sub("", words)).split())
        if text:
            yield Said(_seconds(caption.start), _seconds(caption.end), unescape(voice.strip()), text)
