"""Where the rig keeps templates between runs, and a run's own files while it lasts."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def base() -> Path:
    """Return the folder that all runs of this account share; refuse one that another account has made.

    Anybody may pass through it, since PostgreSQL runs under an account of its own when tests run as root;
    the clusters inside are closed to everybody else.
    """
    folder = Path(tempfile.gettempdir()) / f"leadrush-tests-{os.getuid()}"
    folder.mkdir(mode=0o755, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise SystemExit(f"{folder} belongs to somebody else; remove it or set TMPDIR.")
    folder.chmod(0o755)
    return folder


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Let one process at a time do what `name` stands for; a killed process leaves no lock behind."""
    with (base() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def alive(pid: int) -> bool:
    """Say whether a process with this number runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def run_folder() -> Path:
    """Return this process's own folder, empty; also sweep what killed runs have left."""
    for old in base().glob("run-*"):
        if not alive(int(old.name.split("-")[1])):
            shutil.rmtree(old, ignore_errors=True)
    folder = base() / f"run-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o755)
    return folder


def keep_newest(pattern: str, count: int = 8) -> None:
    """Remove all but the newest templates that match, unless used in the last hour: others may copy."""
    found = sorted(base().glob(pattern), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for old in found[count:]:
        if time.time() - old.stat().st_mtime > 3600:
            shutil.rmtree(old, ignore_errors=True)
