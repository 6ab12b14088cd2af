"""The gate inside Django's SQL compilers: the condition is added when SQL is compiled, for whichever use is
open.

The use is read here and not where the query was written, so that lazy templates and pickled queries are
judged when they run. Managers would miss joins, `F`, `exclude`, cascades and bare queries; all of them
compile.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import compiler as postgresql
from django.db.models.constants import OnConflict
from django.db.models.sql import compiler as plain
from django.db.models.sql.datastructures import Join
from django.db.models.sql.where import AND, WhereNode

from leadrush.gate.making import UPSERT
from leadrush.gate.tables import HELD
from leadrush.gate.use import NoUse, Refused, explain, in_force
from leadrush.gate.words import words


class Condition:
    """The condition on one alias, as a leaf of a WHERE."""

    contains_aggregate = False
    contains_over_clause = False

    def __init__(self, table: str, alias: str) -> None:
        self.table = table
        self.alias = alias

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return demand(self.table, compiler.quote_name_unless_alias(self.alias)), []


def value_for(name: str) -> int:
    """Return the value of the open use for the personal table `name`; raise `NoUse` or `Refused`."""
    door = in_force()
    if door is None:
        raise NoUse(explain(f"The table {name}"))
    if not HELD[name].masked:
        raise Refused(
            f"The table {name} holds personal data without a mask of its own: "
            "give its model the columns of its parent instead of inheriting from a personal table."
        )
    return door.value


def demand(name: str, quoted_alias: str) -> str:
    """Return the condition on `quoted_alias` of the personal table `name`; raise `NoUse` or `Refused`."""
    return words(quoted_alias, value_for(name))


def both(table: str, alias: str, where: Any) -> WhereNode:
    """Return a WHERE that holds the condition beside whatever `where` says."""
    parts: list[Any] = [Condition(table, alias), where]
    return WhereNode(parts)


class GatedSelect:
    """Adds the condition to WHERE for tables that are selected from, to ON for tables that are joined.

    In ON, so that a LEFT JOIN stays one: the row on the left remains, with nothing beside it.
    """

    query: Any
    where: Any
    connection: Any

    def pre_sql_setup(self, with_col_aliases: bool = False) -> Any:
        setup = super().pre_sql_setup(with_col_aliases=with_col_aliases)  # type: ignore[misc]
        counts = self.query.alias_refcount
        conditions: list[Any] = []
        for alias, table in self.query.alias_map.items():
            # Not base_table alone: the trimmed subqueries of exclude() select from another alias.
            if table.join_type is None and table.table_name in HELD and counts[alias]:
                value_for(table.table_name)
                conditions.append(Condition(table.table_name, alias))
        if conditions:
            gated = WhereNode(conditions)
            if self.where is not None:
                # Beside what is joined by AND already, rather than around it: one node less to compile.
                gated.add(self.where, AND)
            self.where = gated
        return setup

    def compile(self, node: Any) -> Any:
        # Django's own two lines and no call of super(): a query compiles some twenty nodes.
        vendors = getattr(node, "as_" + self.connection.vendor, None)
        sql, params = vendors(self, self.connection) if vendors else node.as_sql(self, self.connection)
        if isinstance(node, Join) and node.table_name in HELD:
            alias = self.quote_name_unless_alias(node.table_alias)  # type: ignore[attr-defined]
            # Join.as_sql ends with the parenthesis of `ON (a = b AND (...))`.
            assert sql.endswith(")")
            sql = f"{sql[:-1]} AND {demand(node.table_name, alias)})"
        return sql, params


class GatedUpdate(GatedSelect):
    """Adds the condition to the WHERE of an UPDATE; compiled again, it is that of the use open then."""

    def pre_sql_setup(self) -> None:  # type: ignore[override]
        plain.SQLUpdateCompiler.pre_sql_setup(self)  # type: ignore[arg-type]
        name = self.query.base_table
        table = self.query.alias_map[name].table_name
        if table in HELD:
            self.query.where = both(table, name, self.query.where)


class GatedDelete(GatedSelect):
    """Adds the condition to the WHERE of a DELETE; compiled again, it is that of the use open then."""

    def _as_sql(self, query: Any) -> Any:
        query.get_initial_alias()
        name = query.base_table
        table = query.alias_map[name].table_name
        if table in HELD:
            query.where = both(table, name, query.where)
        return super()._as_sql(query)  # type: ignore[misc]


class GatedInsert:
    """Demands a use before a personal row is written; an upsert leaves rows that it may not see."""

    query: Any
    connection: Any

    def as_sql(self) -> Any:
        options = self.query.get_meta()
        if options.db_table not in HELD:
            return super().as_sql()  # type: ignore[misc]
        value_for(options.db_table)
        statements = super().as_sql()  # type: ignore[misc]
        if self.query.on_conflict != OnConflict.UPDATE:
            return statements
        suffix = self.connection.ops.on_conflict_suffix_sql(
            self.query.fields,
            self.query.on_conflict,
            (f.column for f in self.query.update_fields),
            (f.column for f in self.query.unique_fields),
        )
        alias = self.connection.ops.quote_name(options.db_table)
        gated = f"{suffix} WHERE {demand(options.db_table, alias)}"
        return [(sql.replace(suffix, gated), params) for sql, params in statements]

    def execute_sql(self, returning_fields: Any = None) -> Any:
        rows = super().execute_sql(returning_fields)  # type: ignore[misc]
        if (
            returning_fields
            and self.query.on_conflict == OnConflict.UPDATE
            and len(rows) < len(self.query.objs)
        ):
            raise Refused(UPSERT)
        return rows


class SQLCompiler(GatedSelect, plain.SQLCompiler):
    """SELECT, on SQLite."""


class SQLAggregateCompiler(GatedSelect, plain.SQLAggregateCompiler):
    """An aggregate over a subquery; the subquery carries the condition."""


class SQLUpdateCompiler(GatedUpdate, plain.SQLUpdateCompiler):  # type: ignore[misc]
    """UPDATE, on both."""


class SQLDeleteCompiler(GatedDelete, plain.SQLDeleteCompiler):
    """DELETE, on both."""


class SQLInsertCompiler(GatedInsert, plain.SQLInsertCompiler):  # type: ignore[misc]
    """INSERT, on SQLite."""


class PostgreSQLCompiler(GatedSelect, postgresql.SQLCompiler):
    """SELECT, on PostgreSQL."""


class PostgreSQLInsertCompiler(GatedInsert, postgresql.SQLInsertCompiler):  # type: ignore[misc]
    """INSERT, on PostgreSQL."""
