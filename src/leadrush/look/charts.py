"""Bars drawn by the server: an SVG with a sentence as its name, and the same numbers as a table behind it.

A second row of numbers may be set beside them as a dotted line; what happened on a day stands above its bar.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django_stubs_ext import StrOrPromise

WIDTH, HEIGHT = 1000, 262
LEFT, TOP, GROUND = 46, 28, 220
EVENTS = 44  # what is added above where something happened: a title and a line below it
LETTER = 7.2  # about how wide a letter of a title is
LABELS = 6  # at most so many words under the bars, so that they never touch


@dataclass(frozen=True)
class Bar:
    """One number: its words, its value (0 or more), whether it stands out, and what is written above it.

    `open` says that it is not over, so that it may grow yet; it is hatched.
    """

    label: str
    value: float
    strong: bool = False
    note: str = ""
    open: bool = False


@dataclass(frozen=True)
class Event:
    """What happened at a bar: a title, a few words, and which bar (from 0)."""

    at: int
    title: str
    words: str = ""


@dataclass(frozen=True)
class Drawn:
    """One bar, in the drawing's units."""

    bar: Bar
    x: float
    y: float
    width: float
    height: float
    middle: float
    note_y: float
    named: bool


@dataclass(frozen=True)
class Happened:
    """One event, in the drawing's units: its line, where its words stand and to which side of it."""

    event: Event
    x: float
    y: float
    words_x: float
    row: float
    end: bool


@dataclass(frozen=True)
class Line:
    """A line across the drawing at a round number."""

    value: float
    y: float


@dataclass(frozen=True)
class Bars:
    """A chart of bars.

    `sentence` names the drawing for whoever does not see it, and says what it shows: the range, the peaks.
    `what` and `unit` head the columns of the table behind it. `before` is what the bars are set beside, one
    number a bar, and `before_words` what it is called; `legend` names bar, strong bar and open bar.
    """

    sentence: StrOrPromise
    what: StrOrPromise
    unit: StrOrPromise
    bars: Sequence[Bar]
    before: Sequence[float] = ()
    before_words: StrOrPromise = ""
    events: Sequence[Event] = ()
    legend: tuple[StrOrPromise, StrOrPromise, StrOrPromise] = ("", "", "")

    @property
    def above(self) -> int:
        """How much room there is above the bars for what happened."""
        return EVENTS * 2 if self.events else 0

    @property
    def height(self) -> int:
        """The drawing's height."""
        return HEIGHT + self.above

    @property
    def rows(self) -> list[tuple[Bar, float | None]]:
        """Each bar with what it is set beside, for the table."""
        return [(bar, self.before[at] if at < len(self.before) else None) for at, bar in enumerate(self.bars)]

    @property
    def top(self) -> float:
        """The number at the upper edge: the next round one that no bar passes, at least 1."""
        most = max((*(bar.value for bar in self.bars), *self.before), default=0)
        return round_up(most) if most > 0 else 1

    @property
    def lines(self) -> list[Line]:
        """Ground, middle and top; no middle where it would not be a whole number."""
        middle = [self.top / 2] if self.top / 2 == int(self.top / 2) else []
        return [Line(value, self._y(value)) for value in [0, *middle, self.top]]

    @property
    def drawn(self) -> list[Drawn]:
        """Every bar with its place and size."""
        if not self.bars:
            return []
        step = (WIDTH - LEFT) / len(self.bars)
        width = round(min(step * 0.74, 60), 1)
        every = math.ceil(len(self.bars) / LABELS)
        tops = [self._y(bar.value) for bar in self.bars]
        found = []
        for at, bar in enumerate(self.bars):
            if bar.value < 0:
                raise ValueError(f"a bar is a number of 0 or more: {bar}")
            x, y = round(LEFT + at * step, 1), tops[at]
            found.append(
                Drawn(
                    bar,
                    x,
                    y,
                    width,
                    round(GROUND - y, 1),
                    middle=round(x + width / 2, 1),
                    note_y=min(tops[max(at - 1, 0) : at + 2]),  # clear of the bars beside it
                    named=at % every == 0,
                )
            )
        return found

    @property
    def dotted(self) -> str:
        """The points of the line that the bars are set beside."""
        drawn = self.drawn
        return " ".join(
            f"{it.middle},{self._y(value)}" for it, value in zip(drawn, self.before, strict=False)
        )

    @property
    def happened(self) -> list[Happened]:
        """What happened, above its bar, in two rows so that titles beside each other can be read."""
        drawn, ends, found = self.drawn, [0.0, 0.0], []
        for event in self.events:
            it = drawn[event.at]
            wide = LETTER * max(len(event.title), len(event.words)) + 16
            end = it.middle + wide > WIDTH
            begin = it.middle - wide if end else it.middle
            row = 0 if ends[0] <= begin or ends[0] <= ends[1] else 1
            ends[row] = begin + wide
            words_x = it.middle - 6 if end else it.middle + 6
            found.append(Happened(event, it.middle, it.y, round(words_x, 1), row * EVENTS - self.above, end))
        return found

    def _y(self, value: float) -> float:
        return round(GROUND - (GROUND - TOP - 10) * value / self.top, 1)


def round_up(number: float) -> float:
    """Return the next of 1, 2, 4, 6, 10, 20, 40, 60, 100 ... that is not less than a positive number."""
    ten = 10 ** math.floor(math.log10(number))
    return float(next(step * ten for step in (1, 2, 4, 6, 10) if step * ten >= number))
