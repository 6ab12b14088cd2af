"""The cursors of the gate's engines: nothing is executed, or fetched, without being judged.

Judging sits in the cursor itself and not in an `execute_wrapper`: it is the last thing before the driver, so
that no wrapper can change a statement after it was judged, and none can take it off the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.backends.utils import CursorWrapper

from leadrush.gate.judging import judged, spelled
from leadrush.gate.use import Door, Refused, in_force


class Gated(CursorWrapper):
    """A cursor that knows under which door its rows were asked for."""

    door: Door | None = None
    let_through: Callable[..., Any]
    """Execute a statement on personal tables that was judged; each engine does it in its way."""

    def _execute(self, sql: Any, params: Any, *ignored: Any) -> Any:
        if not isinstance(sql, str):
            sql = spelled(sql, self.db.connection)
        verdict, self.door = judged(self.db.vendor, sql)
        if verdict is None:
            return super()._execute(sql, params)  # type: ignore[misc]
        return self.let_through(verdict, sql, params)

    def _executemany(self, sql: Any, param_list: Any, *ignored: Any) -> Any:
        if not isinstance(sql, str):
            sql = spelled(sql, self.db.connection)
        verdict, self.door = judged(self.db.vendor, sql)
        if verdict is None:
            return super()._executemany(sql, param_list)  # type: ignore[misc]
        return self.let_through(verdict, sql, param_list, many=True)

    def again(self) -> None:
        """Check before rows are handed out that the use they were asked for is still the one in force."""
        asked = self.door
        if asked is None:
            return
        door = in_force()
        if door is None or door.bit != asked.bit or asked.ended:
            raise Refused(
                f"These rows were asked for under the use {asked.use.name!r}, which is no longer in force: "
                "read them inside its block."
            )

    def fetchone(self) -> Any:
        self.again()
        with self.db.wrap_database_errors:
            return self.cursor.fetchone()

    def fetchmany(self, *size: Any, **named: Any) -> Any:
        self.again()
        with self.db.wrap_database_errors:
            return self.cursor.fetchmany(*size, **named)

    def fetchall(self) -> Any:
        self.again()
        with self.db.wrap_database_errors:
            return self.cursor.fetchall()

    def __iter__(self) -> Iterator[Any]:
        for row in super().__iter__():
            self.again()
            yield row
