"""Places in a film as people read and type them: `10:12`, `1:02:05`."""

from __future__ import annotations

import re

TYPED = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):([0-5]?\d(?:[.,]\d{1,3})?)", re.ASCII)


def clock(seconds: int) -> str:
    """Return a place in a film as one reads it: `10:12`, `1:02:05`."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def cue(seconds: float) -> str:
    """Return a place as captions have it: `00:10:12.500`."""
    rest, last = divmod(round(seconds * 1000), 1000)
    return f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}.{last:03}"


def read(text: str) -> float:
    """Return the second that somebody typed as `mm:ss` or `h:mm:ss`, with tenths or without. Raises
    `ValueError`."""
    found = TYPED.fullmatch(text.strip())
    if found is None or (found[1] and int(found[2]) > 59):
        raise ValueError(f"no place in a film: {text[:20]!r}")
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + float(found[3].replace(",", "."))
