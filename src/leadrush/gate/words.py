"""The condition's words: the one piece of SQL that every read of a personal table carries."""

from __future__ import annotations

from leadrush.gate.tables import MASK
from leadrush.gate.use import Door, NoUse, explain, in_force

# Bit 62 is no use's: it tells PostgreSQL's policies that a statement writes and carries its own condition.
WRITING = 1 << 62


def words(alias: str, value: int) -> str:
    """Return the condition on an alias that is quoted already; `value` is the use's bit as a mask."""
    return f'({alias}."{MASK}" & {value}) <> 0'


def condition(alias_or_table: str, door: Door | None = None) -> str:
    """Return the condition for raw SQL on a table or its alias: `WHERE {condition("t")} AND (...)`.

    Raises `NoUse` where no use is in force.
    """
    door = door or in_force()
    if door is None or door.ended:
        raise NoUse(explain(f"The table {alias_or_table}"))
    alias = alias_or_table.strip('"')
    if '"' in alias:
        raise ValueError(f"{alias_or_table!r} is no table's name.")
    return words(f'"{alias}"', door.value)
