"""Reading captions (WebVTT) that staff bring: every error names its line and says what to write there."""

from __future__ import annotations

import re
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leadrush.training import transcripts

MOST = 4 << 20
"""Bytes of a file of captions; ten hours of talk have one."""
STAMP = r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
TIMES = re.compile(rf"\s*{STAMP}[ \t]+-->[ \t]+{STAMP}(?:[ \t].*)?")


def read(file: IO[bytes], size: int) -> str:
    """Return the captions as text. Raises `ValidationError` with the number of the line that is wrong."""
    if size > MOST:
        raise ValidationError(_("These captions are larger than 4 MB. Choose the file that has only words."))
    file.seek(0)
    try:
        text = file.read(MOST).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(_("These captions are not in UTF-8. Save them in UTF-8 first.")) from None
    return told(text)


def told(text: str) -> str:
    """Return captions with one kind of line end. Raises as `read` does."""
    text = re.sub(r"\r\n?", "\n", text).replace("\x00", "")
    lines = text.split("\n")
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise ValidationError(_("Line 1 has to be WEBVTT, and an empty line follows it."))
    before = 0.0
    for number, line in enumerate(lines, 1):
        if "-->" in line:
            before = _timed(number, line, before)
    try:
        transcripts.cues(text)
    except ValueError as wrong:
        raise ValidationError(str(wrong)) from None
    return text


def _timed(number: int, line: str, before: float) -> float:
    """Return when the words of a line of times begin."""
    times = TIMES.fullmatch(line)
    if times is None:
        raise ValidationError(
            _("Line %(number)d: write the times like 00:01:02.500 --> 00:01:05.000."),
            params={"number": number},
        )
    parts = [int(part or 0) for part in times.groups()]
    start, end = (h * 3600 + m * 60 + s + ms / 1000 for h, m, s, ms in (parts[:4], parts[4:]))
    if end <= start:
        raise ValidationError(
            _("Line %(number)d: its end is not later than its start."), params={"number": number}
        )
    if start < before:
        raise ValidationError(
            _("Line %(number)d begins before the one above it. Put them in their order."),
            params={"number": number},
        )
    return start
