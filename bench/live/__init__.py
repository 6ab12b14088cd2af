"""The live room on a real server with a real Janus: who sees how soon, what it costs, when the film is there.

Viewers are aiortc's, which compute more than Janus does: on two cores there are 20 of them instead of 100
(`BENCH_VIEWERS`), with a picture of 320 by 240. They share the machine with what is measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from bench.measuring import Figure

AREA = "live"


def figures(size: int) -> Iterator[Figure]:
    """Measure on a site of its own, on SQLite: what is measured depends on the kind of database little."""
    from bench import ground
    from bench.live import filming, meeting, talking, watching

    if ground.GROUND != "sqlite":
        return
    with meeting.site() as room:
        yield from chain(watching.figures(room), talking.figures(room))
    yield from filming.figures()
