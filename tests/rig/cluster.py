"""A private PostgreSQL: no port, no fsync, gone with the process that started it."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from .folders import run_folder

PR_SET_PDEATHSIG = 1
ROLE = "leadrush"
OPTIONS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "jit=off",
    "max_connections=150",
    "shared_buffers=64MB",
)


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs, 15 or newer; say what to install if there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]))
    if found and int(found[-1].parts[-3]) >= 15:
        return found[-1].parent
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    raise SystemExit(
        "PostgreSQL 15 is missing. On Debian: apt-get install --no-install-recommends postgresql-15"
    )


def account() -> dict[str, Any]:
    """Return how to start PostgreSQL, which refuses to run as root: as `postgres`, else `nobody`."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise SystemExit("PostgreSQL refuses to run as root, and there is no account called postgres or nobody.")


def _die_with_parent() -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)

    def set_signal() -> None:
        # SIGQUIT is PostgreSQL's immediate shutdown: it takes its children along.
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)

    return set_signal


class Reached:
    """A PostgreSQL that runs, known by the folder of its socket."""

    def __init__(self, socket: str) -> None:
        self.socket = socket

    def superuser(self, *statements: str) -> None:
        """Run statements as the cluster's owner, each in a transaction of its own."""
        with psycopg.connect(host=self.socket, user="postgres", dbname="postgres", autocommit=True) as link:
            for statement in statements:
                link.execute(statement)

    def run(self, *statements: str, dbname: str = "postgres") -> None:
        """Run statements as the role that owns the test databases, each in a transaction of its own."""
        with psycopg.connect(host=self.socket, user=ROLE, dbname=dbname, autocommit=True) as link:
            for statement in statements:
                link.execute(statement)

    def url(self, name: str) -> str:
        """Return the address of a database as the site's environment variables take it."""
        return f"postgresql://{ROLE}@{self.socket.replace('/', '%2F')}/{name}"


class Cluster(Reached):
    """A running PostgreSQL whose data lie in `folder`; reached through a socket inside it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.folder = folder
        self._log = folder / "server.log"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(binaries() / "postgres"),
                    *("-D", str(folder)),
                    *("-k", str(folder)),
                    *(part for option in OPTIONS for part in ("-c", option)),
                ],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent(),
                **account(),
            )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + 20
        while True:
            try:
                self.superuser("select 1")
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"PostgreSQL did not start:\n{self._log.read_text()}") from None
                time.sleep(0.02)

    def stop(self) -> None:
        """End it cleanly, so that its files can be copied."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def init(folder: Path) -> None:
    """Make the files of a new cluster in `folder`, which must not exist."""
    who = account()
    folder.mkdir(mode=0o700)
    if who:
        os.chown(folder, who["user"], who["group"])
    subprocess.run(
        [
            str(binaries() / "initdb"),
            *("-D", str(folder), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"),
            *("--no-sync", "--wal-segsize=1"),
        ],
        cwd="/",
        check=True,
        stdout=subprocess.DEVNULL,
        **who,
    )


def copy(source: Path, target: Path) -> None:
    """Copy the files of a stopped cluster, owners and modes included."""
    subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(target)], check=True)


@contextmanager
def of_a_site(name: str) -> Iterator[tuple[Cluster, dict[str, str]]]:
    """Run a PostgreSQL for one site of its own; yield it, and what the environment has to say to the site."""
    folder = run_folder() / name
    init(folder)
    running = Cluster(folder)
    try:
        running.superuser(f"create role {ROLE} login createdb nosuperuser nobypassrls")
        names = {"DATABASE_URL": "site", "KEYS_URL": "keys", "LEDGER_URL": "ledger"}
        running.run(*(f"create database {database}" for database in names.values()))
        yield running, {variable: running.url(database) for variable, database in names.items()}
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)
