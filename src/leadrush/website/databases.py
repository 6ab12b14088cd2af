"""How a database is opened: through the gate's engines, with the pragmas that were measured."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dj_database_url

# WAL lets readers go on beside a writer; secure_delete overwrites what is erased; IMMEDIATE takes the write
# lock at once, because a transaction that upgrades later fails under load instead of waiting.
PRAGMAS = "PRAGMA journal_mode=WAL;PRAGMA synchronous={};PRAGMA secure_delete=ON;PRAGMA cache_size=-8000;"


def database(variable: str, file: Path, synchronous: str = "NORMAL") -> dict[str, Any]:
    """Return Django's settings for the database named by the environment, or for the SQLite file.

    `synchronous` is SQLite's own word (NORMAL or FULL); FULL survives a power cut after the commit.
    """
    url = os.environ.get(variable)
    if url and not url.startswith("sqlite"):
        settings = dict(dj_database_url.parse(url, conn_max_age=None))
        settings["ENGINE"] = "leadrush.gate.postgresql"
        return settings
    name = dj_database_url.parse(url)["NAME"] if url else str(file)
    return {
        "ENGINE": "leadrush.gate.sqlite3",
        "NAME": name,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": PRAGMAS.format(synchronous),
        },
    }
