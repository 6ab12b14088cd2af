"""Which addresses a search engine may find: each room says its own, one list is made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

# Yields (path, when it last changed or None).
Source = Callable[[], Iterable[tuple[str, datetime | None]]]

_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Add the public addresses of a part; register in `AppConfig.ready`."""
    _sources[name] = source


def addresses() -> list[tuple[str, datetime | None]]:
    """Return every public address, part by part."""
    return [entry for name in sorted(_sources) for entry in _sources[name]()]
