"""The engine `leadrush.gate.postgresql`: Django's PostgreSQL, with every statement judged.

Two locks: the cursor judges text, and row-level security (`policies.py`) hides rows from whatever did not
come through the cursor. The use travels in the same message as the statement and ends with its transaction,
so nothing is left on a connection that somebody else takes over, behind a pooler neither.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base, creation, operations, schema
from psycopg import ServerCursor
from psycopg.pq import TransactionStatus

from leadrush.gate.cursors import Gated
from leadrush.gate.judging import Verdict
from leadrush.gate.making import FlushesShaping, GatedCreation, ShapesTables
from leadrush.gate.postgresql.policies import SETTING
from leadrush.gate.use import shaping


def tell(value: int) -> str:
    """Return the statement that tells the policies the use; it holds until the transaction ends."""
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
        result = super(Gated, self)._execute(tell(self.value) + text, params)  # type: ignore[misc]
        self.cursor.nextset()
        return result

    @property
    def apart(self) -> bool:
        """Whether the statement cannot share its message: DECLARE, or parameters bound by the server."""
        return isinstance(self.cursor, ServerCursor) or self.db.features.uses_server_side_binding

    def in_two(self, sql: Any, params: Any, many: bool) -> Any:
        """Execute in a transaction of its own where none is open: the use must not outlive the statement."""
        run = super(Gated, self)._executemany if many else super(Gated, self)._execute  # type: ignore[misc]
        raw = self.db.connection
        if raw.info.transaction_status != TransactionStatus.IDLE:
            raw.execute(tell(self.value))
            return run(sql, params)
        with raw.transaction():
            raw.execute(tell(self.value))
            return run(sql, params)

    def again(self) -> None:
        super().again()
        # A cursor on the server asks the policies when it is first read, and others may have spoken since.
        if self.door is not None and self.value and isinstance(self.cursor, ServerCursor):
            raw = self.db.connection
            if raw.info.transaction_status == TransactionStatus.INTRANS:
                raw.execute(tell(self.value))


class DebugCursor(Cursor, base.CursorDebugWrapper):
    """The same, logged in `connection.queries`."""


class DatabaseOperations(FlushesShaping, operations.DatabaseOperations):
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
