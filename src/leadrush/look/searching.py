"""Finding public words on this site: each room says what of its own answers to some words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

LEAST, LONGEST = 2, 100
"""Letters that are looked for at least, and at most."""
MOST = 50
"""Answers of all rooms together."""
WORDS = 6
"""So many words are looked for one by one."""


@dataclass(frozen=True)
class Found:
    """One answer: its title, where it stands, and a sentence of it."""

    title: str
    url: str
    words: str = ""


Source = Callable[[str], Iterable[Found]]
_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Let `source(words)` answer for a room; it reads public words only. In `AppConfig.ready`."""
    _sources[name] = source


def search(words: str) -> list[Found]:
    """Return what rooms have for some words, the best of each room first; nothing for a single letter."""
    if len(words) < LEAST:
        return []
    return [one for name in sorted(_sources) for one in _sources[name](words)][:MOST]


def published(words: str) -> list[str]:
    """Return those of some words that stand in what the site publishes, each asked for by itself."""
    return [word for word in words.split()[:WORDS] if search(word)]
