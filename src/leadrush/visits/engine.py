"""DuckDB, in memory, with the limits that this machine was given; nothing of it is ever stored.

It has threads, so it does not survive a fork: a process that was forked from one which has asked it something
asks in a process of its own (`apart`), as the checks of clauses do, which are counted in forks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


Config = dict[str, str | bool | int | float | list[str]]
ALONE = """
import json, sys, duckdb
config, sql = json.load(sys.stdin)
print(json.dumps(duckdb.connect(":memory:", config=config).execute(sql).fetchall()))
"""


class Forked(RuntimeError):
    """This process was forked from one that has asked DuckDB: it asks with `apart`."""


class Unanswered(RuntimeError):
    """A question that was asked apart was not answered."""


def limits(*, spill: str) -> Config:
    """Return within what DuckDB works: memory, threads, the folder it may spill to; it fetches nothing."""
    return {
        "memory_limit": settings.VISITS_MEMORY,
        "threads": min(os.cpu_count() or 1, 4),
        "temp_directory": spill,
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }


def _config() -> Config:
    spill = Path(settings.VISITS) / "spill"
    spill.mkdir(mode=0o700, parents=True, exist_ok=True)
    return limits(spill=str(spill)) | {"preserve_insertion_order": "false"}


@lru_cache(maxsize=2)
def _database(config: str) -> DuckDBPyConnection:
    import duckdb

    global _pid
    _pid = os.getpid()
    return duckdb.connect(":memory:", config=json.loads(config))


_pid = 0
"""The process in which DuckDB was begun."""


_making = threading.Lock()


def connect() -> DuckDBPyConnection:
    """Return a connection of this process's database; it has the tables of no other. Raises `Forked`."""
    with _making:
        if _pid not in (0, os.getpid()):
            raise Forked("DuckDB was begun in the process that this one was forked from.")
        return _database(json.dumps(_config())).cursor()


def apart(sql: str, patience: float = 50) -> list[list[Any]]:
    """Return the rows of a question, asked in a process of its own; numbers and texts only.

    Raises `Unanswered` when it fails or takes longer than `patience` seconds.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, and a script of ours
            [sys.executable, "-c", ALONE],
            input=json.dumps([_config(), sql]),
            capture_output=True,
            text=True,
            timeout=patience,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as fault:
        raise Unanswered(f"A question to the visits ended in {type(fault).__name__}.") from None
    return list(json.loads(done.stdout))
