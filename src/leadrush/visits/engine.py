"""DuckDB, in memory, with the limits that this machine was given; nothing of it is ever stored."""

from __future__ import annotations

import os
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@lru_cache(maxsize=2)
def _database(pid: int, memory: str, threads: int, spill: str) -> DuckDBPyConnection:
    import duckdb

    Path(spill).mkdir(mode=0o700, parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "threads": threads,
        "temp_directory": spill,
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "preserve_insertion_order": "false",
    }
    return duckdb.connect(":memory:", config=config)


_making = threading.Lock()


def connect() -> DuckDBPyConnection:
    """Return a connection of this process's database; it has the tables of no other."""
    with _making:
        held = _database(
            os.getpid(),
            settings.VISITS_MEMORY,
            min(os.cpu_count() or 1, 4),
            str(Path(settings.VISITS) / "spill"),
        )
        return held.cursor()
