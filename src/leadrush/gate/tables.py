"""The register of personal tables: whose rows nobody reads without a use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

MASK = "mask"


@dataclass(frozen=True, slots=True)
class Table:
    """A personal table: `open` columns are keys and the mask; `masked` is False where the mask lies elsewhere."""

    name: str
    open: frozenset[str]
    masked: bool = True


# Read on every query, so a plain dictionary and no function in front of it.
HELD: dict[str, Table] = {}
_watchers: list[Callable[[], None]] = []


def hold(table: str, open_columns: Iterable[str] = (), *, masked: bool = True) -> Table:
    """Put a table under the gate. `open_columns` (keys) stay readable to the database itself; so does the mask.

    A table without a mask of its own (`masked=False`: the child of multi-table inheritance) is refused outright.
    """
    name = table.strip('"').lower()
    held = Table(name, frozenset({column.lower() for column in open_columns} | {MASK}), masked)
    if HELD.get(name) != held:
        HELD[name] = held
        if name != table:
            HELD[table] = held
        for watcher in _watchers:
            watcher()
    return held


def watch(watcher: Callable[[], None]) -> None:
    """Call `watcher` whenever the register changes: what was decided before may be wrong now."""
    _watchers.append(watcher)


def all() -> list[Table]:  # noqa: A001 - `tables.all()` reads well
    """Return every personal table, by name."""
    return [HELD[name] for name in sorted(HELD) if HELD[name].name == name]
