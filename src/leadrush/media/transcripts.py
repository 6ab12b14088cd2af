"""What is said in a film, read from its captions: to be read along, searched and clicked."""

from __future__ import annotations

from dataclasses import dataclass

from leadrush.media import captions
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
