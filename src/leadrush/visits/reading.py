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
from leadrush.visits import asking, clickhouse, days, engine, tallies
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
    """Answers questions under the use in force, out of the files; without a connection ClickHouse answers."""

    con: DuckDBPyConnection | None

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return what a question finds. Raises `TooMuch`, and `Unreadable` for a day that was set aside."""
        import duckdb

        if self.con is None:
            return _elsewhere(sql, parameters)
        try:
            with days.unswapped():
                return list(self.con.execute(sql, list(parameters)).fetchall())
        except duckdb.OutOfMemoryException:
            raise TooMuch(TOO_MUCH) from None
        except duckdb.Error:
            if broken := mend():
                raise Unreadable(aside(broken)) from None
            raise

    def kept(self, views: str) -> str:
        """Return what stands for some views in further questions: read once, where that can be."""
        if self.con is None:
            return f"{views} AS these"
        self.rows(f"CREATE OR REPLACE TEMP TABLE these AS SELECT * FROM {views} AS v")
        return "these"


def _elsewhere(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    try:
        return clickhouse.ask(sql, parameters)
    except clickhouse.Away:
        raise Unreadable(
            _("The server that counts the visits cannot be reached. Nothing is lost meanwhile.")
        ) from None
    except clickhouse.Failed as fault:
        if fault.code == clickhouse.MEMORY:
            raise TooMuch(TOO_MUCH) from None
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
    if clickhouse.named():
        yield Reader(None)
        return
    con = engine.connect()
    try:
        yield Reader(con)
    finally:
        con.close()


def mend() -> list[date]:
    """Set aside each day that cannot be read; return which. For whoever met an error while reading."""
    con, found = engine.connect(), []
    try:
        with days.alone():  # a file that is being swapped is not one that cannot be read
            for day in days.there():
                days.mark(con, day)
                if not days.file(day).exists():
                    found.append(day)
    finally:
        con.close()
    return found
