"""Making, altering and emptying tables: the only places that enter the shaping state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps

from leadrush.gate.tables import HELD
from leadrush.gate.use import Refused, shaping

UPSERT = "This would write over a row that the use in force may not see."


class ShapesTables:
    """A schema editor whose statements pass, while code that a migration runs beside them stays gated."""

    def execute(self, sql: Any, params: Any = ()) -> Any:
        with shaping():
            return super().execute(sql, params)  # type: ignore[misc]


class GatedOperations:
    """Database operations: they may empty personal tables, for the flush of test databases."""

    def fetch_returned_insert_columns(self, cursor: Any, *more: Any) -> Any:
        row = super().fetch_returned_insert_columns(cursor, *more)  # type: ignore[misc]
        if row is None:
            raise Refused(UPSERT)
        return row

    def execute_sql_flush(self, sql_list: Iterable[str]) -> None:
        with shaping():
            super().execute_sql_flush(sql_list)  # type: ignore[misc]


class GatedCreation:
    """Test databases: what their serialised beginning contains is never personal."""

    def serialize_db_to_string(self) -> str:
        hidden = [model for model in apps.get_models() if model._meta.db_table in HELD]
        # Django asks each model whether it takes part; a personal one does not, for the time of this call.
        managed = [(model._meta, model._meta.managed) for model in hidden]
        for meta, _ in managed:
            meta.managed = False
        try:
            return str(super().serialize_db_to_string())  # type: ignore[misc]
        finally:
            for meta, was in managed:
                meta.managed = was
