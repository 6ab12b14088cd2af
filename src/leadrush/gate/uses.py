"""The register of uses: every use that a room has declared, by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

MOST = 62  # bits 0..61: the mask is a signed 64-bit integer, and bit 62 belongs to the engines


class Use(Protocol):
    """What the gate needs to know about a use; `leadrush.statement.Use` is one."""

    @property
    def name(self) -> str: ...
    @property
    def bit(self) -> int: ...
    @property
    def heading(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def recipient(self) -> str: ...


_BY_NAME: dict[str, Use] = {}
_BY_BIT: dict[int, Use] = {}


def register(*declared: Use) -> None:
    """Add uses; registering the same one again changes nothing.

    Raises ValueError when a bit lies outside 0..61, or when a name or a bit is taken by another use: two uses
    that share a bit would share their permissions.
    """
    for use in declared:
        if not 0 <= use.bit < MOST:
            raise ValueError(f"{use.name}: bit {use.bit} is not between 0 and {MOST - 1}.")
        for taken in (_BY_NAME.get(use.name), _BY_BIT.get(use.bit)):
            if taken is not None and (taken.name, taken.bit) != (use.name, use.bit):
                raise ValueError(
                    f"{use.name} (bit {use.bit}) and {taken.name} (bit {taken.bit}) share a name or a bit."
                )
        _BY_NAME[use.name] = use
        _BY_BIT[use.bit] = use


def forget(names: Iterable[str]) -> None:
    """Take uses out of the register again, for tests that invent some."""
    for name in names:
        del _BY_BIT[_BY_NAME.pop(name).bit]


def get(name: str) -> Use:
    """Return the use of that name; raise KeyError."""
    return _BY_NAME[name]


def all() -> list[Use]:
    """Return every use, by bit."""
    return [_BY_BIT[bit] for bit in sorted(_BY_BIT)]
