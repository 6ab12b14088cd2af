"""A database as one part of a backup: copied as of one moment while others write, and put in place again.

What was there is moved aside and stays until everything else is done. Each step may be taken again: what was
moved already is found moved.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import Error

from leadrush.gate.postgresql.policies import SETTING
from leadrush.gate.words import WRITING
from leadrush.website.running.folder import Stop

BEFORE = ".before"
ASIDE = "leadrush_before"
WAIT = 20  # seconds for the write lock of another
LEAVES = 3.0
"""Seconds in which a connection that is over has left the server."""
SIDES = ("-wal", "-shm", "-journal", "")


def engine(alias: str) -> str:
    """Return what keeps this database: `sqlite` or `postgresql`."""
    return str(connections[alias].vendor)


def part_name(alias: str) -> str:
    """Return the name of this database in a backup."""
    name = "site" if alias == "default" else alias
    return f"{name}.{'sqlite3' if engine(alias) == 'sqlite' else 'pgdump'}"


def file_of(alias: str) -> Path:
    """Return the file of a SQLite database."""
    return Path(connections[alias].settings_dict["NAME"])


def exists(alias: str) -> bool:
    """Say whether this database holds a site's tables; one that cannot be opened does not."""
    if engine(alias) == "sqlite" and not file_of(alias).exists():
        return False  # opening it would make it
    try:
        with connections[alias].cursor() as cursor:
            return "django_migrations" in connections[alias].introspection.table_names(cursor)
    except (Error, sqlite3.Error):
        return False


def ready() -> None:
    """Stop where a migration waits: the tables here are not yet those of this program."""
    plans = MigrationExecutor(connections["default"])
    if plans.migration_plan(plans.loader.graph.leaf_nodes()):
        raise Stop("The tables here are of an older LeadRush: run `leadrush prepare` first.")


def copy(alias: str, target: Path) -> None:
    """Write the database down as it is at one moment; others go on writing. Free pages are left out."""
    if engine(alias) == "sqlite":
        with closing(_open(file_of(alias))) as link:
            link.execute("VACUUM INTO ?", (str(target),))
    else:
        # Row-level security binds the site's own role; bit 62 shows every row, as for RETURNING.
        every = {"PGOPTIONS": f"-c {SETTING}={WRITING}"}  # gate: copies whole, sealed as it lies
        _run(
            alias,
            "pg_dump",
            *("--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--schema=public"),
            *("--enable-row-security", f"--file={target}"),
            **every,
        )
    target.chmod(0o600)


def _open(file: Path) -> sqlite3.Connection:
    if not file.exists():
        raise Stop(f"There is no database {file}.")
    return sqlite3.connect(file, timeout=WAIT)  # gate: copies whole for the owner, sealed as it lies


def claim(alias: str) -> None:
    """Make sure that nobody else has the database open. Raises `Stop`."""
    connections[alias].close()
    if engine(alias) == "sqlite":
        _claim_file(file_of(alias))
        return
    # What was closed a moment ago, by ourselves too, stands there until its process has ended.
    until = time.monotonic() + LEAVES
    while (others := _others(alias)) and time.monotonic() < until:
        time.sleep(0.1)
    connections[alias].close()
    if others:
        raise Stop(f"Something else is connected to the {alias} database ({others}): end the site first.")


def _others(alias: str) -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND usename = current_user AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def _claim_file(file: Path) -> None:
    if not file.exists():
        return
    try:
        # Leaving WAL needs the file alone, and brings what the WAL holds into it.
        link = sqlite3.connect(file, timeout=1)  # gate: no query; asks whether it is open elsewhere
        with closing(link):
            link.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as fault:
        if "locked" in str(fault):
            raise Stop(f"Something else has {file} open: end the site first.") from None
    except sqlite3.DatabaseError:
        pass  # a broken one is what a restore is for


def put(alias: str, new: Path) -> None:
    """Move the database that is there aside, and this part of a backup into its place."""
    if engine(alias) == "sqlite":
        bring(new, file_of(alias))
    elif new.exists():
        _load(alias, new)


def bring(new: Path, target: Path) -> None:
    """Move a file or a folder into its place, and what stood there aside; again is no harm."""
    if not new.exists():
        return
    for end in SIDES:
        there = target.with_name(target.name + end)
        if there.exists():
            aside = there.with_name(there.name + BEFORE)
            if aside.is_dir():
                shutil.rmtree(aside)
            there.replace(aside)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if new.is_dir() or new.stat().st_dev == target.parent.stat().st_dev:
        new.rename(target)
        return
    near = target.with_name(target.name + ".restored")
    shutil.copyfile(new, near)
    near.chmod(0o600)
    near.replace(target)
    new.unlink()


def _load(alias: str, dump: Path) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [ASIDE])
        if not cursor.fetchone()[0]:
            cursor.execute(f"ALTER SCHEMA public RENAME TO {ASIDE}")
        cursor.execute("CREATE SCHEMA IF NOT EXISTS public")
        cursor.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL")
        (there,) = cursor.fetchone()
    connections[alias].close()
    if not there:
        _run(
            alias,
            "pg_restore",
            *("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"),
            *("--schema=public", f"--dbname={connections[alias].settings_dict['NAME']}", str(dump)),
        )
    dump.unlink()


def forget_aside(alias: str) -> None:
    """Destroy what was moved aside: it may hold what was erased since the backup."""
    if engine(alias) == "sqlite":
        remove_aside(file_of(alias))
        return
    with connections[alias].cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE")


def remove_aside(target: Path) -> None:
    """Remove the file or folder that was moved aside from here."""
    for end in SIDES:
        aside = target.with_name(target.name + end + BEFORE)
        if aside.is_dir():
            shutil.rmtree(aside)
        else:
            aside.unlink(missing_ok=True)


def _run(alias: str, program: str, *arguments: str, **more: str) -> None:
    """Run one of PostgreSQL's programs; how to reach it goes by environment: arguments can be read by all."""
    found = newest(program)
    done = subprocess.run(  # noqa: S603
        [found, "--no-password", *arguments],
        env=os.environ | _reach(alias) | more,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise Stop(f"{program} could not do its work on the {alias} database. It says: {said}")


def newest(program: str) -> str:
    """Return the newest of PostgreSQL's programs of this name; raises `Stop` where there is none."""
    installed = Path("/usr/lib/postgresql").glob(f"*/bin/{program}")
    versions = sorted(
        (path for path in installed if path.parts[-3].isdigit()), key=lambda p: int(p.parts[-3])
    )
    found = str(versions[-1]) if versions else shutil.which(program)
    if found is None:
        raise Stop(f"{program} is missing. On Debian: apt-get install postgresql-client.")
    return found


def _reach(alias: str) -> dict[str, str]:
    settings: dict[str, Any] = connections[alias].settings_dict
    named = {key: settings[key.upper()] for key in ("host", "port", "user", "password")}
    given = {f"PG{key.upper()}": str(value) for key, value in named.items() if value}
    ways = ("sslmode", "sslrootcert", "sslcert", "sslkey", "passfile", "service", "connect_timeout")
    given |= {f"PG{key.upper()}": str(settings["OPTIONS"][key]) for key in ways if key in settings["OPTIONS"]}
    return given | {"PGDATABASE": str(settings["NAME"])}
