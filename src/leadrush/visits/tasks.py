"""What visits do by the clock: days made, words forgotten, keys destroyed, what is erased taken out."""

from __future__ import annotations

import time

from leadrush import gate
from leadrush.look import times
from leadrush.vault import clocks
from leadrush.visits import (
    addresses,
    bringing,
    clickhouse,
    days,
    forgetting,
    making,
    remembering,
    salts,
    sums,
)

SHARE = 0.1
"""The most of the worker's time that making days may take."""
A_TURN = 5
"""Days whose sums are counted in one turn."""
_next = 0.0


@gate.task("visits.make", use=None, every=3, why="Rows of the inbox name nobody.")
def make() -> None:
    """Bring what was seen into its day; a long day is made less often."""
    global _next
    began = time.monotonic()
    if began < _next:
        return
    making.make_due()
    _next = time.monotonic() + (time.monotonic() - began) / SHARE


@gate.task("visits.count", use=None, every=10, why="Adds up the rows of days, which name nobody.")
def count() -> None:
    """Have the sums of the newest days at hand before somebody asks for them."""
    sums.bring_up_to_date(reversed(days.there()), most=A_TURN)


@gate.task("visits.forget_words", use=None, every=60, why="Destroys the words of days that are over.")
def forget_words() -> None:
    """Destroy the random words of days that are over. Clause `visits-counted`."""
    for name in salts.over(times.today()):
        salts.destroy(name)
    salts.forget(times.today())


@gate.task("visits.destroy_keys", use=None, every=600, why="Destroys keys of days, and reads nothing.")
def destroy_keys() -> None:
    """Destroy the keys of days whose addresses may not be opened any more. Clause `visits-address`."""
    if clocks.doubted() is None and (late := addresses.overdue(times.today())):
        addresses.destroy(late)


@gate.task("visits.forget", use=None, every=5, why="Takes out numbers by their digests, and reads no view.")
def forget() -> None:
    """Write anew the days that hold what somebody erased. Clauses `visits-own` and `visits-remembered`."""
    forgetting.forget_due()


@gate.task("visits.settle", use=None, every=3600, why="Takes numbers out of old days, and reads no view.")
def settle() -> None:
    """Take the numbers of browsers out of the days that are too old to know them."""
    if clocks.doubted() is None:
        try:
            kept = remembering.days()
        except gate.Unpublished:
            return
        forgetting.settle(times.today(), kept)


@gate.task("visits.push", use=None, every=30, why="Brings days as they are to the machine that counts them.")
def push() -> None:
    """Bring to ClickHouse, where there is one, the days that changed since; see `bringing`."""
    if clickhouse.named():
        bringing.push_due()
