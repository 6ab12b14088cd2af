"""Sweeping: what was dropped from the keys database leaves its files too, within the hour.

SQLite overwrites what it deletes (`secure_delete`) and keeps what was written in its log until that is
emptied. PostgreSQL leaves deleted rows where they lay until their place is needed; so its few small tables
are written anew, at a moment in which nobody reads them, and never at the price of a long wait.
"""

from __future__ import annotations

import time
from typing import Any

from django.db import OperationalError, connections
from django.db.models import Model

from leadrush.vault.key_models import BlindIndex, MasterCheck, PersonKey

TABLES = [model._meta.db_table for model in (PersonKey, BlindIndex, MasterCheck)]
PATIENCE = 500  # milliseconds that others wait for at most while this one waits for its turn
LOOKS = 40
PAUSE = 0.05  # seconds from one look for a quiet moment to the next

CHANGED = (
    "SELECT coalesce(sum(n_tup_upd + n_tup_del), 0), current_setting('track_counts') "
    "FROM pg_stat_user_tables WHERE relname = ANY(%s)"
)
NEXT = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
# A table is written anew without what the oldest writer of the whole server cannot see any more, whichever of
# its databases that writes in.
BUSY = (
    "SELECT pg_snapshot_xmin(pg_current_snapshot()) < %s::xid8 "
    "OR EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL)"
)
_swept: dict[str, int] = {}
"""How many rows had been changed or deleted, by database, when its tables were last written anew."""


def also(model: type[Model]) -> None:
    """Register another table of the keys database of which rows are dropped; once, in `ready`."""
    if model._meta.db_table not in TABLES:
        TABLES.append(model._meta.db_table)


def sweep(*, always: bool = False) -> bool:
    """Let no file of the keys database hold what was dropped from it; say whether that could be done.

    Where somebody is in the way the next call does it. `always` does not ask whether anything was dropped.
    """
    connection = connections["keys"]
    if connection.vendor == "postgresql":
        return _rewrite(connection, always=always)
    return _empty_log(connection)


def _empty_log(connection: Any) -> bool:
    """Bring SQLite's log into the file, and cut it off."""
    with connection.cursor() as cursor:
        waits = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        try:
            busy, _pages, _done = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {waits}")
    return not busy


def _rewrite(connection: Any, *, always: bool) -> bool:
    """Write PostgreSQL's tables anew, if anything was dropped since this process did so last."""
    name = str(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, [TABLES])
        changed, counts = cursor.fetchone()
        if counts == "on" and not always and _swept.get(name) == changed:
            return True
        if not _quiet(cursor):
            return False
        try:
            cursor.execute(f"SET lock_timeout = {PATIENCE}")
            for table in TABLES:
                cursor.execute(f'VACUUM FULL "{table}"')
        except OperationalError:
            return False  # somebody held a table for longer than others should wait
        finally:
            cursor.execute("RESET lock_timeout")
    _swept[name] = changed
    return True


def _quiet(cursor: Any) -> bool:
    """Wait for a moment in which nobody looks: deleted rows that somebody still sees are not left out."""
    cursor.execute(NEXT)
    following = cursor.fetchone()
    for _look in range(LOOKS):
        cursor.execute(BUSY, following)
        if not cursor.fetchone()[0]:
            return True
        time.sleep(PAUSE)
    return False
