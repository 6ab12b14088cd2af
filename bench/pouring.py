"""Pouring invented rows into tables, past Django: as a backup is restored, many times as quick as the ORM."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections, models, router

Row = Sequence[Any]


def pour(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Add rows to a model's table; `columns` are all that have no default in the database."""
    alias = router.db_for_read(model)
    connection = connections[alias]
    names = ", ".join(f'"{column}"' for column in columns)
    table = f'"{model._meta.db_table}"'
    if connection.vendor == "postgresql":
        _copy(connection.settings_dict, f"COPY {table} ({names}) FROM STDIN", rows)
        return
    marks = ", ".join("?" * len(columns))
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=20)) as link, link:
        link.execute("PRAGMA cache_size=-200000")
        link.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})", ([_plain(v) for v in row] for row in rows)
        )


def _plain(value: Any) -> Any:
    """Return a value as Django writes it into SQLite."""
    if isinstance(value, UUID):
        return value.hex
    return str(value.replace(tzinfo=None)) if isinstance(value, datetime) else value


def _copy(settings: dict[str, Any], statement: str, rows: Iterable[Row]) -> None:
    # Row-level security binds the site's role and no superuser; COPY refuses to work under it.
    with (
        psycopg.connect(host=settings["HOST"], user="postgres", dbname=settings["NAME"]) as link,
        link.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(row)


def count_on(model: type[models.Model]) -> None:
    """Let PostgreSQL number a table's next row after those that were poured with a number."""
    connection = connections[router.db_for_read(model)]
    if connection.vendor != "postgresql":
        return
    settings, table = connection.settings_dict, model._meta.db_table
    with psycopg.connect(host=settings["HOST"], user="postgres", dbname=settings["NAME"]) as link:
        link.execute(
            f"""SELECT setval(pg_get_serial_sequence('"{table}"', 'id'), (SELECT max(id) FROM "{table}"))"""
        )
