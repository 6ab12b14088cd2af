"""Real processes for tests: started with our own code, looked at by their number, never left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3]
OURS = ("LEADRUSH_", "DATABASE_URL", "KEYS_URL", "LEDGER_URL", "DJANGO_SETTINGS_MODULE", "PORT")


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without what the tests set for themselves."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
    return kept | {"PYTHONPATH": str(SOURCE), "PYTHONUNBUFFERED": "1"} | more


@contextlib.contextmanager
def running(*command: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """Run Python with these arguments; kill it, and its group, in the end."""
    process = subprocess.Popen(
        [sys.executable, *command],
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout:
            process.stdout.close()


def runs(pid: int) -> bool:
    """Say whether a process with this number runs; one that only waits to be noticed does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def eventually(true: Callable[[], object], seconds: float = 10.0) -> bool:
    """Say whether this becomes true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.02)
    return bool(true())
