"""The engine `leadrush.gate.sqlite3`: Django's SQLite, with every statement judged.

Two locks: the cursor judges text, and SQLite's authorizer refuses the columns of personal tables to whatever
did not come through the cursor. The authorizer is asked once, when a statement is prepared.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from django.db.backends.sqlite3 import base, creation, operations, schema
from django.db.backends.utils import CursorDebugWrapper

from leadrush.gate.cursors import Gated
from leadrush.gate.judging import EVERYTHING, Verdict
from leadrush.gate.making import GatedCreation, GatedOperations, ShapesTables
from leadrush.gate.tables import HELD
from leadrush.gate.use import shaping

NOTHING: frozenset[str] = frozenset()
PREPARED = 512  # statements that a connection remembers: preparing one asks the authorizer, in Python
WRITES = frozenset({sqlite3.SQLITE_INSERT, sqlite3.SQLITE_DELETE})


class Flag:
    """What the statement at hand may read: raised by the cursor for as long as it executes."""

    __slots__ = ("tables",)

    def __init__(self) -> None:
        self.tables: frozenset[str] = NOTHING

    def authorize(self, action: int, table: str | None, column: str | None, *where: Any) -> int:
        """Answer SQLite; an exception in here counts as a refusal."""
        if table is None or (
            action not in WRITES and action not in (sqlite3.SQLITE_READ, sqlite3.SQLITE_UPDATE)
        ):
            return sqlite3.SQLITE_OK
        held = HELD.get(table.lower())
        if held is None or held.name in self.tables or self.tables is EVERYTHING:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and column and column.lower() in held.open:
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY


class Cursor(Gated):
    """Raises the flag for as long as a judged statement executes."""

    def let_through(self, verdict: Verdict, sql: str, params: Any, *, many: bool = False) -> Any:
        flag = self.db.flag
        before, flag.tables = flag.tables, verdict.tables
        try:
            if many:
                return super(Gated, self)._executemany(sql, params)  # type: ignore[misc]
            return super(Gated, self)._execute(sql, params)  # type: ignore[misc]
        finally:
            flag.tables = before


class DebugCursor(Cursor, CursorDebugWrapper):
    """The same, logged in `connection.queries`."""


class DatabaseOperations(GatedOperations, operations.DatabaseOperations):
    compiler_module = "leadrush.gate.sqlite3.compiler"


class DatabaseSchemaEditor(ShapesTables, schema.DatabaseSchemaEditor):
    """Django's, in the shaping state."""


class DatabaseCreation(GatedCreation, creation.DatabaseCreation):
    """Django's; personal rows are not part of a test database's beginning."""


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    SchemaEditorClass = DatabaseSchemaEditor
    creation_class = DatabaseCreation
    flag: Flag

    def get_connection_params(self) -> dict[str, Any]:
        return {"cached_statements": PREPARED, **super().get_connection_params()}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        self.flag = Flag()
        connection.set_authorizer(self.flag.authorize)
        return connection

    def make_cursor(self, cursor: Any) -> Cursor:
        return Cursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> DebugCursor:
        return DebugCursor(cursor, self)

    def check_constraints(self, table_names: Any = None) -> None:
        with shaping():
            super().check_constraints(table_names)
