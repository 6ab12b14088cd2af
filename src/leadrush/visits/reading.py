"""The door to what was counted: nothing else opens the days, and it demands a use as every door does.

A use sees the columns of the kinds of data that the statement allows it, and rows of those versions that
allowed it when they were counted. Under `visits.monitor` the number of a browser serves to count; internet
addresses are read under `visits.trace` only, sealed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadrush import gate
from leadrush.gate.models import Version
from leadrush.gate.versions import numbered
from leadrush.visits import asking, days, engine, sums, tallies
from leadrush.visits.days import VIEW

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KIND = "BrowsingBehaviour"
APART = {"browser": "lr:Browser", "address": "IPAddress"}
"""Columns that are of another kind of data than the rest."""


class Unreadable(RuntimeError):
    """Days that cannot be read were set aside; the message names them. The next question goes without."""


TOO_MUCH = gettext_lazy(
    "There is not memory enough for this question: ask for fewer days, or raise VISITS_MEMORY."
)
Sums = dict[tuple[str, str], tuple[int, ...]]


class TooMuch(RuntimeError):
    """There is not memory enough for this question; the message says what to do."""


def versions(category: str) -> list[int]:
    """Return the versions under which data of a kind was given that the use in force may read.

    Raises `gate.NoUse` where none is in force, and `gate.Refused` where the statement does not allow it now.
    """
    use = gate.current().use.name
    if gate.force().find(category, use) is None:
        raise gate.Refused(f"The statement does not let {use} read what was counted ({category}).")
    numbers = Version.objects.values_list("number", flat=True)
    return sorted(number for number, text in numbered(numbers).items() if text.find(category, use))


def relation(first: date, last: date, *, staff: bool = False) -> str:
    """Return the SQL of all views between two days that the use in force may see, as a bracket."""
    listed = ", ".join(days.quoted(days.file(day)) for day in days.there(first, last))
    allowed = ", ".join(map(str, versions(KIND)))
    if not listed or not allowed:
        empty = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in days.COLUMNS.items())
        return f"(SELECT {empty} WHERE false)"
    put = []
    for column, category in APART.items():
        try:
            own = ", ".join(map(str, versions(category)))
        except gate.Refused:
            own = ""
        if own != allowed:
            kind = days.COLUMNS[column]
            shown = f"CASE WHEN version IN ({own}) THEN {column} END" if own else f"CAST(NULL AS {kind})"
            put.append(f"{shown} AS {column}")
    replaced = f" REPLACE ({', '.join(put)})" if put else ""
    return (
        f"(SELECT *{replaced} FROM read_parquet([{listed}]) WHERE version IN ({allowed}) "
        f"{'' if staff else 'AND NOT staff'})"
    )


def narrowed(asked: asking.Asked) -> str:
    """Return the SQL of the views that a question is about."""
    everything = relation(asked.first, asked.last, staff=asked.staff)
    if not asked.words:
        return everything
    conditions = []
    for kind, value in asked.words:
        text = tallies.quoted(value)
        match kind:
            case "page":
                within = f"kind = {VIEW} AND page = {text}"
            case "entry":
                within = f"entry AND page = {text}"
            case "goal":
                within = f"kind = {days.GOAL} AND goal = {text}"
            case _:
                conditions.append(f"{kind} = {text}")
                continue
        conditions.append(f"session IN (SELECT session FROM {everything} AS those WHERE {within})")
    return f"(SELECT * FROM {everything} AS these WHERE {' AND '.join(conditions)})"


@dataclass(frozen=True)
class Reader:
    """Answers questions under the use in force."""

    con: DuckDBPyConnection

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return what a question finds. Raises `TooMuch`, and `Unreadable` for a day that was set aside."""
        import duckdb

        try:
            return list(self.con.execute(sql, list(parameters)).fetchall())
        except duckdb.OutOfMemoryException:
            raise TooMuch(TOO_MUCH) from None
        except (duckdb.IOException, duckdb.InvalidInputException, duckdb.SerializationException):
            if broken := mend():
                raise Unreadable(aside(broken)) from None
            raise


def aside(broken: list[date]) -> str:
    """Say which days were set aside because they cannot be read."""
    return _(
        "The visits of %(days)s cannot be read: the disk may be damaged. They were set aside; everything "
        "else is shown when you load this page again. A backup may have them."
    ) % {"days": ", ".join(day.isoformat() for day in broken)}


@contextmanager
def opened() -> Iterator[Reader]:
    """Open what was counted, for the use in force. Raises `gate.NoUse` and `gate.Refused`."""
    versions(KIND)
    con = engine.connect()
    try:
        yield Reader(con)
    finally:
        con.close()


def mend() -> list[date]:
    """Set aside each day that cannot be read; return which. For whoever met an error while reading."""
    con, found = engine.connect(), []
    try:
        for day in days.there():
            days.mark(con, day)
            if not days.file(day).exists():
                found.append(day)
    finally:
        con.close()
    return found


# --- tallies --------------------------------------------------------------------------------------------


def tally(asked: asking.Asked, *names: str, key: str | None = None) -> dict[str, Sums]:
    """Return tallies of a question: by name, then by key and more, the counts in the order of `COUNTS`.

    All visits are added up from the sums of the days; some are counted on the views. `key` asks for one.
    """
    allowed = versions(KIND)
    if asked.narrow:
        return _counted(asked, names, key)
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
    """Have the sums of the days asked for as they are now. Raises `Unreadable`, `TooMuch`."""
    import duckdb

    try:
        sums.bring_up_to_date(days.there(asked.first, asked.last))
    except duckdb.OutOfMemoryException:
        raise TooMuch(TOO_MUCH) from None
    except duckdb.Error:
        if broken := mend():
            raise Unreadable(aside(broken)) from None
        raise


def _counted(asked: asking.Asked, names: Sequence[str], key: str | None) -> dict[str, Sums]:
    every, found = sums.every_tally(), {}
    with opened() as reader:
        reader.con.execute(f"CREATE OR REPLACE TEMP TABLE these AS SELECT * FROM {narrowed(asked)} AS v")
        for name in names:
            rows = reader.rows(every[name].format(v="these", group="", inner=""))
            found[name] = {(k, m): tuple(numbers) for k, m, *numbers in rows if key is None or k == key}
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
    with sums.opened() as held:
        row = held.execute(
            "SELECT count(DISTINCT browser) FROM whos WHERE day BETWEEN ? AND ? "
            f"AND version IN ({', '.join('?' * len(allowed))})",
            (asked.first.isoformat(), asked.last.isoformat(), *allowed),
        ).fetchone()
        return int(row[0])
