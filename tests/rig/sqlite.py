"""SQLite for tests: three real files, copied from the template, in WAL like those of the site."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connections

from .folders import run_folder
from .template import migrate, prepared

FILES = {"default": "site.sqlite3", "keys": "keys.sqlite3", "ledger": "ledger.sqlite3"}
VARIABLES = {"default": "DATABASE_URL", "keys": "KEYS_URL", "ledger": "LEDGER_URL"}


def _build(folder: Path) -> None:
    migrate({VARIABLES[alias]: f"sqlite:///{folder / file}" for alias, file in FILES.items()})
    for file in FILES.values():
        with closing(sqlite3.connect(folder / file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode=DELETE")


class Files:
    """The three databases of this process; `restore` brings them back to the template."""

    def __init__(self) -> None:
        self.template = prepared("sqlite", _build)
        self.folder = run_folder()
        for alias, file in FILES.items():
            shutil.copy(self.template / file, self.folder / file)
            connections.settings[alias]["NAME"] = str(self.folder / file)
            connections[alias].settings_dict["NAME"] = str(self.folder / file)

    def restore(self) -> None:
        """Overwrite every database with the template, under SQLite's own locks: open connections live on."""
        for alias, file in FILES.items():
            connections[alias].close()
            with (
                closing(sqlite3.connect(f"file:{self.template / file}?mode=ro", uri=True)) as template,
                closing(sqlite3.connect(self.folder / file, timeout=10)) as target,
            ):
                template.backup(target)

    def close(self) -> None:
        """Forget the files."""
        for alias in FILES:
            connections[alias].close()
        shutil.rmtree(self.folder, ignore_errors=True)
