"""Forgetting: a browser's number taken out of every day that holds it, or its views with it.

Asking writes one line into the file of tombstones, durable before the page answers; it holds a digest of the
number, which leads to nobody. The worker then writes anew each day in which such a browser was. Because the
line outlives the erasure, a day that comes back from a backup is treated again. Clauses `visits-remembered`
and `visits-own`.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils import timezone

from leadrush.vault import tombstones
from leadrush.visits import days, engine, making, sums

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Forgotten = dict[uuid.UUID, datetime]
"""By digest, the last moment whose views are forgotten."""
ON_ITS_WAY = timedelta(seconds=30)
ERASED, LET_GO = tombstones.BROWSER, tombstones.LET_GO
DIGEST = "substr(sha256(concat('visits browser ', CAST(browser AS VARCHAR))), 1, 32)"


def digest(number: int) -> uuid.UUID:
    """Return what a browser's number is known by once it is forgotten."""
    return uuid.UUID(hashlib.sha256(f"visits browser {number}".encode()).hexdigest()[:32])


def let_go(number: int) -> None:
    """Take a browser's number out of what was counted; the views stay, as nobody's."""
    tombstones.append(tombstones.make(LET_GO, digest(number)))


def erase(numbers: Iterable[int]) -> None:
    """Take out every view of these browsers. Raises `tombstones.Unwritten`; then nothing is erased."""
    tombstones.append(*(tombstones.make(ERASED, digest(number)) for number in numbers))


def _marker() -> Path:
    """Return the file that says how far the tombstones are followed; it lies with the days, so that days of
    a backup, which come without it, are treated from the first line on."""
    return days.folder() / "followed"


def _place() -> int:
    try:
        return int(_marker().read_text())
    except (OSError, ValueError):
        return 0


def until_when(stones: Iterable[tombstones.Tombstone], *what: str) -> Forgotten:
    """Return the digests of these kinds of tombstones, each with the last moment that is forgotten."""
    found: Forgotten = {}
    for stone in stones:
        if stone.what in what:
            found[stone.whom] = max(stone.when, found.get(stone.whom, stone.when))
    return found


def waiting() -> tuple[Forgotten, Forgotten, int]:
    """Return whose views are to go, whose numbers are to go, and up to where that is done for good.

    The newest tombstones are followed again next time: of before them something may still be on its way.
    """
    stones, places = tombstones.since(_place())
    over = timezone.now() - ON_ITS_WAY
    settled = [place for stone, place in zip(stones, places, strict=True) if stone.when < over]
    return until_when(stones, ERASED), until_when(stones, LET_GO), settled[-1] if settled else _place()


def forget_due() -> int:
    """Write anew the days that hold what is to be forgotten; return how many. Killed anywhere, it begins
    again: a day is treated whole or not at all."""
    erased, let, until = waiting()
    if not erased and not let:
        if until != _place():
            _note(until)
        return 0
    while making.make_due():  # what waits in the inbox is of before
        pass
    con = engine.connect()
    try:
        with days.alone():
            treated = [day for day in days.there() if _treat(con, day, erased, let)]
    finally:
        con.close()
    _note(until)
    return len(treated)


def _treat(con: DuckDBPyConnection, day: date, erased: Forgotten, let: Forgotten) -> bool:
    until = days.mark(con, day)
    if not days.file(day).exists():
        return False
    gone, blank = _these(erased), _these(let)
    found = con.execute(
        f"SELECT count(*) FROM read_parquet({days.quoted(days.file(day))}) "
        f"WHERE browser IS NOT NULL AND ({gone} OR {blank})"
    ).fetchone()
    if not found or not found[0]:
        return False
    making.make(con, day, until, also="", without=gone, blank=blank)
    sums.drop([day])
    return True


def _these(forgotten: Forgotten) -> str:
    """Return the SQL of the views that are forgotten: of these browsers, up to the moment of each.

    A browser that goes on saying yes is counted anew from then on.
    """
    if not forgotten:
        return "false"
    listed = ", ".join(
        f"'{whom.hex}': TIMESTAMP '{when.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"
        for whom, when in sorted(forgotten.items())
    )
    return f"(coalesce(browser, 0) <> 0 AND coalesce(moment <= MAP {{{listed}}}[{DIGEST}], false))"


def _note(until: int) -> None:
    days.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    half = _marker().with_name(".followed")
    half.write_text(str(until))
    half.replace(_marker())


def settle(today: date, kept: int) -> int:
    """Take numbers and addresses out of the days that are older than `kept` days; return how many days."""
    last, count = today - timedelta(days=kept), 0
    con = engine.connect()
    try:
        for day in days.there(last=last - timedelta(days=1)):
            with days.alone(), suppress(FileNotFoundError):
                count += _settle(con, day)
    finally:
        con.close()
    return count


def _settle(con: DuckDBPyConnection, day: date) -> bool:
    until = days.mark(con, day)
    found = con.execute(
        f"SELECT count(browser) + count(address) FROM read_parquet({days.quoted(days.file(day))})"
    ).fetchone()
    if not found or not found[0]:
        return False
    making.make(con, day, until, also="", blank="(browser IS NOT NULL OR address IS NOT NULL)")
    sums.drop([day])
    return True


def left(forgotten: Forgotten) -> int:
    """Return how many days hold views that are forgotten."""
    files = [days.quoted(days.file(day)) for day in days.there()]
    if not files or not forgotten:
        return 0
    with days.unswapped():
        ((count,),) = engine.apart(
            f"SELECT count(DISTINCT day) FROM read_parquet([{', '.join(files)}]) "
            f"WHERE browser IS NOT NULL AND {_these(forgotten)}"
        )
    return int(count)
