"""Asking for tallies: of all visits from the sums of their days, of some from the views themselves.

Whatever answers, `reading` is the door: it demands the use, and says which versions' rows it may see.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from leadrush import gate
from leadrush.visits import asking, days, sums, tallies
from leadrush.visits.days import VIEW
from leadrush.visits.reading import (
    APART,
    KIND,
    TOO_MUCH,
    TooMuch,
    Unreadable,
    aside,
    mend,
    narrowed,
    opened,
    versions,
)

Sums = dict[tuple[str, str], tuple[int, ...]]
"""The counts of each key and more, in the order of `tallies.COUNTS`."""


def tally(asked: asking.Asked, *names: str, key: str | None = None) -> dict[str, Sums]:
    """Return tallies of a question: by name, then by key and more, the counts in the order of `COUNTS`.

    All visits are added up from the sums of the days; some are counted on the views. `key` asks for one. The
    door in force remembers what it was told, so that a page asks for its tables at once.
    """
    told: dict[str, Sums] = gate.current().notes.setdefault(("visits", asked, key), {})
    if missing := [name for name in names if name not in told]:
        told |= (_counted if asked.narrow else _summed)(asked, missing, key)
    return {name: told[name] for name in names}


def _summed(asked: asking.Asked, names: Sequence[str], key: str | None) -> dict[str, Sums]:
    allowed = versions(KIND)
    _up_to_date(asked)
    total = ", ".join(f"sum({name})" for name in tallies.COUNTS)
    places = ", ".join("?" * len(allowed))
    found: dict[str, Sums] = {}
    with sums.opened() as held:
        for name in names:
            what, _colon, one = name.partition(":")
            asked_key = key if key is not None else one or None
            rows = held.execute(
                f"SELECT key, more, {total} FROM sums WHERE what = ? AND day BETWEEN ? AND ? "
                f"AND version IN ({places}) {'AND key = ?' if asked_key is not None else ''} "
                "GROUP BY key, more",
                (
                    what,
                    asked.first.isoformat(),
                    asked.last.isoformat(),
                    *allowed,
                    *(() if asked_key is None else (asked_key,)),
                ),
            )
            found[name] = {(one, more): tuple(numbers) for one, more, *numbers in rows}
    return found


def _up_to_date(asked: asking.Asked) -> None:
    """Have the sums of the days asked for as they are now, once a door. Raises `Unreadable`, `TooMuch`."""
    import duckdb

    notes, span = gate.current().notes, ("visits", asked.first, asked.last)
    if span in notes:
        return

    try:
        sums.bring_up_to_date(days.there(asked.first, asked.last))
        notes[span] = True
    except duckdb.OutOfMemoryException:
        raise TooMuch(TOO_MUCH) from None
    except duckdb.Error:
        if broken := mend():
            raise Unreadable(aside(broken)) from None
        raise


def _counted(asked: asking.Asked, names: Sequence[str], key: str | None) -> dict[str, Sums]:
    every, found, views = sums.every_tally(), {}, narrowed(asked)
    with opened() as reader:
        # Out of the files each tally reads its own columns alone, which is quicker unless few views are left.
        these = reader.kept(views) if asked.words and len(names) > 1 else f"{views} AS these"
        for name in names:
            sql = every[name].format(v=these, group="", inner="")
            if key is not None:
                sql = f"SELECT * FROM ({sql}) AS one WHERE key = {tallies.quoted(key)}"
            found[name] = {(k, m): tuple(numbers) for k, m, *numbers in reader.rows(sql)}
    return found


def by_day(asked: asking.Asked) -> dict[date, tuple[int, ...]]:
    """Return the counts of each day on which there were any, in the order of `COUNTS`."""
    allowed = versions(KIND)
    if asked.narrow:
        day = tallies.TALLIES["hour"].format(v="{v}", group="", inner="").replace("hour", "day")
        with opened() as reader:
            rows = reader.rows(day.format(v=narrowed(asked) + " AS v"))
        return {date.fromisoformat(str(key)): tuple(numbers) for key, _more, *numbers in rows}
    _up_to_date(asked)
    total = ", ".join(f"sum({name})" for name in tallies.COUNTS)
    with sums.opened() as held:
        summed = held.execute(
            f"SELECT day, {total} FROM sums WHERE what = 'hour' AND day BETWEEN ? AND ? "
            f"AND version IN ({', '.join('?' * len(allowed))}) GROUP BY day",
            (asked.first.isoformat(), asked.last.isoformat(), *allowed),
        )
        return {date.fromisoformat(day): tuple(numbers) for day, *numbers in summed}


def others(asked: asking.Asked) -> int:
    """Return how many visitors without a yes were there, each once a day.

    All of them are those whose first view of a day it was; of some visits the first may not be among them.
    """
    if not asked.narrow:
        whos = tallies.COUNTS.index("whos")
        return sum(numbers[whos] for numbers in tally(asked, "hour")["hour"].values())
    views = narrowed(asked)
    with opened() as reader:
        found = reader.rows(
            f"SELECT count(*) FROM (SELECT DISTINCT day, visitor FROM {views} AS v WHERE kind = {VIEW} "
            f"AND browser IS NULL AND session NOT IN "
            f"(SELECT session FROM {views} AS those WHERE browser IS NOT NULL)) AS whos"
        )
    return int(found[0][0])


def known_browsers(asked: asking.Asked) -> int:
    """Return how many browsers that said yes were there, each once however many days it came."""
    try:
        allowed = versions(APART["browser"])
    except gate.Refused:
        return 0
    if asked.narrow:
        with opened() as reader:
            found = reader.rows(
                f"SELECT count(DISTINCT browser) FROM {narrowed(asked)} AS v WHERE kind = {VIEW}"
            )
        return int(found[0][0])
    _up_to_date(asked)
    with sums.opened() as held:
        row = held.execute(
            "SELECT count(DISTINCT browser) FROM whos WHERE day BETWEEN ? AND ? "
            f"AND version IN ({', '.join('?' * len(allowed))})",
            (asked.first.isoformat(), asked.last.isoformat(), *allowed),
        ).fetchone()
        return int(row[0])
