"""The engine `leadrush.gate.postgresql`: Django's PostgreSQL, with every statement judged.

Two locks: the cursor judges text, and row-level security (`policies.py`) hides rows from whatever did not
come through the cursor. The use travels in the same message, before the statement, and is taken back behind
it: nothing is left on the connection, for the next statement or for whoever takes it over from a pooler.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.postgresql import base, creation, operations, schema
from psycopg import ServerCursor
from psycopg.pq import TransactionStatus

from leadrush.gate.cursors import Gated
from leadrush.gate.judging import Verdict
from leadrush.gate.making import GatedOperations, GatedCreation, ShapesTables
from leadrush.gate.postgresql.policies import SETTING
from leadrush.gate.use import shaping


HUSH = f";SET LOCAL {SETTING} = ''"


def tell(value: int) -> str:
    """Return the statement that tells the policies the use; `HUSH` takes it back."""
    return f"SET LOCAL {SETTING} = '{value}';"


class Cursor(Gated):
    """Puts the use in front of each judged statement."""

    value = 0

    def let_through(self, verdict: Verdict, sql: Any, params: Any, *, many: bool) -> Any:
        self.value = verdict.value
        if not self.value:
            return super(Gated, self)._execute(sql, params)  # type: ignore[misc]
        if many or self.apart:
            return self.in_two(sql, params, many)
        text = sql if isinstance(sql, str) else sql.as_string(self.db.connection)
        result = super(Gated, self)._execute(tell(self.value) + text + HUSH, params)  # type: ignore[misc]
        self.cursor.nextset()
        return result

    @property
    def apart(self) -> bool:
        """Whether the statement cannot share its message: DECLARE, or parameters bound by the server."""
        return isinstance(self.cursor, ServerCursor) or self.db.features.uses_server_side_binding

    def in_two(self, sql: Any, params: Any, many: bool) -> Any:
        """Execute in a transaction of its own where none is open: the use must not outlive the statement."""
        run = super(Gated, self)._executemany if many else super(Gated, self)._execute  # type: ignore[misc]
        if self.open:
            with self.told():
                return run(sql, params)
        with self.db.connection.transaction():
            # Not taken back before the commit: a cursor WITH HOLD reads its rows only then.
            self.db.connection.execute(tell(self.value))
            return run(sql, params)

    @property
    def open(self) -> bool:
        """Whether a transaction is open on this connection."""
        return bool(self.db.connection.info.transaction_status != TransactionStatus.IDLE)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell the policies for a moment; a statement that fails takes it back with its transaction."""
        self.db.connection.execute(tell(self.value))
        yield
        self.db.connection.execute(HUSH)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Tell the policies again where the rows still lie on the server, which asks them while it is read."""
        if self.door is None or not isinstance(self.cursor, ServerCursor) or not self.open:
            yield
        else:
            self.again()
            with self.told():
                yield

    def fetchone(self) -> Any:
        with self.reading():
            return super().fetchone()

    def fetchmany(self, *size: Any, **named: Any) -> Any:
        with self.reading():
            return super().fetchmany(*size, **named)

    def fetchall(self) -> Any:
        with self.reading():
            return super().fetchall()

    def __iter__(self) -> Iterator[Any]:
        if not isinstance(self.cursor, ServerCursor):
            yield from super().__iter__()
            return
        while rows := self.fetchmany(100):
            yield from rows


class DebugCursor(Cursor, base.CursorDebugWrapper):
    """The same, logged in `connection.queries`."""


class DatabaseOperations(GatedOperations, operations.DatabaseOperations):
    compiler_module = "leadrush.gate.postgresql.compiler"


class DatabaseSchemaEditor(ShapesTables, schema.DatabaseSchemaEditor):
    """Django's, in the shaping state."""


class DatabaseCreation(GatedCreation, creation.DatabaseCreation):
    """Django's; personal rows are not part of a test database's beginning."""


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    SchemaEditorClass = DatabaseSchemaEditor
    creation_class = DatabaseCreation

    def make_cursor(self, cursor: Any) -> Cursor:
        return Cursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> DebugCursor:
        return DebugCursor(cursor, self)

    def check_constraints(self, table_names: Any = None) -> None:
        with shaping():
            super().check_constraints(table_names)
