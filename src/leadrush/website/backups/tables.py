"""A table read out of one part of a backup, without putting that into its place.

Rows come as they lie there, sealed and wrapped; no query of the site's reaches them, nor they the site.
"""

from __future__ import annotations

import sqlite3
import subprocess
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from leadrush.website.backups import engines
from leadrush.website.running.folder import Stop

NULL = "\\N"


def rows(part: Path, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Yield these columns of every row; nothing where a part of an older day has no such table or column."""
    if part.suffix == ".sqlite3":
        yield from _of_file(part, table, columns)
    else:
        yield from _of_dump(part, table, columns)


def _of_file(part: Path, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    place = f"{part.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(place, uri=True)) as link:  # gate: a copy in no place yet, only counted
        known = {name for _number, name, *_more in link.execute(f'PRAGMA table_info("{table}")')}
        if set(columns) <= known:
            named = ", ".join(f'"{column}"' for column in columns)
            yield from link.execute(f'SELECT {named} FROM "{table}"')  # noqa: S608  # names are our models'


def _of_dump(part: Path, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Read what `pg_restore` writes as text: a line that names the columns, rows, a line that ends them."""
    command = [engines.newest("pg_restore"), "--data-only", f"--table={table}", "--file=-", str(part)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:  # noqa: S603
        assert running.stdout is not None
        places: list[int] = []
        for line in running.stdout:
            if line.startswith(f"COPY public.{table} ("):
                names = [name.strip(' "') for name in line.partition("(")[2].partition(")")[0].split(",")]
                places = [names.index(column) for column in columns] if set(columns) <= set(names) else []
            elif line == "\\.\n":
                places = []
            elif places:
                told = line.rstrip("\n").split("\t")
                yield tuple(None if told[place] == NULL else told[place] for place in places)
    if running.returncode:
        raise Stop(f"pg_restore could not read {table} in {part.name}.")


def number(told: Any) -> uuid.UUID:
    """Return a person's number, from how either database writes it."""
    return uuid.UUID(str(told))


def binary(told: Any) -> bytes:
    """Return the bytes of a column, from how either database writes them."""
    if isinstance(told, str):
        return bytes.fromhex(told.removeprefix("\\\\x"))
    return bytes(told or b"")
