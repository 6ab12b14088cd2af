"""The visits: a view taken in, a page counted, the visits page, reports over millions, logs, one erased.

They do not depend on the kind of database, so they are measured once, on SQLite. `BENCH_VIEWS` says how many
views the reports stand on (10,000,000: 300 MB, made in a minute).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain

from bench.measuring import Figure

AREA = "visits"
VIEWS = int(os.environ.get("BENCH_VIEWS", "10000000"))
FEW = min(VIEWS, 1_000_000)


def figures(size: int) -> Iterator[Figure]:
    """Measure what visits cost; the persons of the databases play no part."""
    from bench import ground
    from bench.visits import collecting, erasing, importing, paging, reporting, showing
    from bench.visits.standing import standing

    if ground.GROUND != "sqlite":
        return
    yield from chain(collecting.figures(), paging.figures(), importing.figures())
    with standing(FEW):
        yield from showing.figures()
    with standing(VIEWS):
        yield from chain(reporting.figures(), erasing.figures())
