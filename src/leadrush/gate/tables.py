"""The register of personal tables: whose rows nobody reads without a use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

MASK = "mask"


@dataclass(frozen=True, slots=True)
class Table:
    """A personal table: `open` columns are keys and the mask; `masked` is False without a mask of its own."""

    name: str
    open: frozenset[str]
    masked: bool = True


# Read on every query, so a plain dictionary and no function in front of it.
HELD: dict[str, Table] = {}
_watchers: list[Callable[[], None]] = []


def hold(table: str, open_columns: Iterable[str] = (), *, masked: bool = True) -> Table:
    """Put a table under the gate. `open_columns` (keys) stay readable to the database itself; so does the
    mask.

    A table without a mask of its own (`masked=False`: the child of multi-table inheritance) is refused
    outright. Holding a table again adds to its open columns.
    """
    name = table.strip('"').lower()
    known = HELD.get(name)
    columns = {column.lower() for column in open_columns} | {MASK} | (known.open if known else set())
    held = Table(name, frozenset(columns), masked and (known is None or known.masked))
    if known != held:
        HELD[name] = held
        if name != table:
            HELD[table] = held
        for watcher in _watchers:
            watcher()
    return held


def watch(watcher: Callable[[], None]) -> None:
    """Call `watcher` whenever the register changes: what was decided before may be wrong now."""
    _watchers.append(watcher)


def all() -> dict[str, Table]:
    """Return every personal table, by name."""
    return {name: HELD[name] for name in sorted(HELD) if HELD[name].name == name}
