"""The house: what the gate, the vault and the ledger cost, and how many questions a page asks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from bench.measuring import Figure


def figures(size: int) -> Iterator[Figure]:
    """Measure the house on the databases of this process, which hold `size` persons."""
    from bench.house import counting, deciding, opening, reading, requests, writing

    yield from chain(
        deciding.figures(),
        reading.figures(size),
        requests.figures(size),
        counting.figures(),
        opening.figures(size),
        writing.figures(size),
    )
