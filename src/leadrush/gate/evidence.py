"""Evidence: what a clause's check counted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Count:
    """How many of how many things broke a clause: `Count(missed=0, of=12_431)`.

    Every check that a clause names returns one. Raises `ValueError` for a count that cannot be.
    """

    missed: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.missed <= self.of:
            raise ValueError(f"{self.missed} of {self.of} cannot have been counted")

    @property
    def kept(self) -> bool:
        """Whether nothing broke it."""
        return self.missed == 0
