"""LeadRush's engine for PostgreSQL, telling row-level security nothing: for tables that have it off."""

from __future__ import annotations

from typing import Any

from leadrush.gate.cursors import Gated
from leadrush.gate.judging import Verdict
from leadrush.gate.postgresql import base


class Cursor(base.Cursor):
    """Judges as the engine does, and adds nothing to the statement."""

    def let_through(self, verdict: Verdict, sql: Any, params: Any, *, many: bool = False) -> Any:
        run = super(Gated, self)._executemany if many else super(Gated, self)._execute  # type: ignore[misc]
        return run(sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    def make_cursor(self, cursor: Any) -> Cursor:
        return Cursor(cursor, self)
