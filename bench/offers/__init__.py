"""Offers: how many questions their pages ask, and what it costs to send a large file and to take one in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from bench.measuring import Figure

AREA = "offers"


def figures(size: int) -> Iterator[Figure]:
    """Measure what offers cost; what does not depend on the kind of database is measured on SQLite."""
    from bench import ground
    from bench.offers import asking, buying, paying, receiving, sending

    if ground.GROUND == "sqlite":
        yield from chain(asking.figures(), sending.figures(), receiving.figures(), paying.figures())
    yield from buying.figures()
