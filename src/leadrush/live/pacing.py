"""How fast one window may send: some at once, then so many a second."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """A measure that fills again with time: `burst` messages at once, `rate` a second after that."""

    __slots__ = ("_clock", "_left", "_since", "burst", "rate")

    def __init__(self, burst: float, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.burst, self.rate = burst, rate
        self._left, self._since, self._clock = burst, clock(), clock

    def takes(self) -> bool:
        """Say whether one more may come now, and count it."""
        now = self._clock()
        self._left = min(self.burst, self._left + (now - self._since) * self.rate)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
