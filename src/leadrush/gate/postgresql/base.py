"""The engine `leadrush.gate.postgresql`: Django's PostgreSQL, with every statement judged.

Two locks: the cursor judges text, and row-level security (`policies.py`) hides rows from whatever did not
come through the cursor. The use travels in the same message, before the statement, and is taken back behind
it: nothing is left on the connection, for the next statement or for whoever takes it over from a pooler.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db.backends.postgresql import base, creation, operations, schema
from psycopg import ServerCursor
from psycopg.pq import TransactionStatus

from leadrush.gate.cursors import Gated
from leadrush.gate.judging import Verdict
from leadrush.gate.making import GatedCreation, GatedOperations, ShapesTables
from leadrush.gate.postgresql.policies import SETTING

CHUNK = 100  # rows that come from the server at once
HUSH = f";SET LOCAL {SETTING} = ''"


def tell(value: int) -> str:
    """Return the statement that tells the policies the use; `HUSH` takes it back."""
    return f"SET LOCAL {SETTING} = '{value}';"


class Cursor(Gated):
    """Puts the use in front of each judged statement."""

    value = 0
    served = False  # whether judged rows still lie on the server, which asks the policies while it is read

    def let_through(self, verdict: Verdict, sql: str, params: Any, *, many: bool = False) -> Any:
        self.value = verdict.value
        self.served = isinstance(self.cursor, ServerCursor)
        if not self.value:
            return super(Gated, self)._execute(sql, params)  # type: ignore[misc]
        # DECLARE, and parameters that the server binds, cannot share their message.
        if many or self.served or self.db.features.uses_server_side_binding:
            return self.in_two(sql, params, many)
        # Outside a transaction the message is one of its own, and what it set ends with it.
        text = f"{tell(self.value)}{sql}{HUSH if self.open else ''}"
        result = super(Gated, self)._execute(text, params)  # type: ignore[misc]
        self.cursor.nextset()
        return result

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
        return bool(self.db.connection.pgconn.transaction_status != TransactionStatus.IDLE)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell the policies for a moment; a statement that fails takes it back with its transaction."""
        self.db.connection.execute(tell(self.value))
        yield
        self.db.connection.execute(HUSH)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Tell the policies while rows come from the server; what a commit held asks nobody."""
        self.again()
        with self.told() if self.door is not None and self.open else nullcontext():
            yield

    def fetchone(self) -> Any:
        if not self.served:
            return super().fetchone()
        with self.reading():
            return super().fetchone()

    def fetchmany(self, *size: Any, **named: Any) -> Any:
        if not self.served:
            return super().fetchmany(*size, **named)
        with self.reading():
            return super().fetchmany(*size, **named)

    def fetchall(self) -> Any:
        if not self.served:
            return super().fetchall()
        with self.reading():
            return super().fetchall()

    def __iter__(self) -> Iterator[Any]:
        if not self.served:
            yield from super().__iter__()
            return
        while rows := self.fetchmany(CHUNK):
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
