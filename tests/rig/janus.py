"""A real Janus on loopback for tests, with ports, secrets and a folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from leadrush.live import machine
from leadrush.live.janus import Janus

WANTED = (
    "These tests need Janus, janus-pp-rec and ffmpeg: run setup/system as root, or install "
    "janus, janus-tools and ffmpeg."
)
PORTS = 400  # of UDP, for each Janus of a run


def ports_of(worker: str, number: int) -> str:
    """Return UDP ports for media that no other worker of this run uses."""
    place = int(worker.removeprefix("gw") or 0) if worker.startswith("gw") else 0
    first = 20000 + (place * 3 + number) % 30 * PORTS
    return f"{first}-{first + PORTS - 1}"


class Running:
    """A Janus that a test may kill and start again, as the supervisor does."""

    def __init__(self, data: Path, ports: str) -> None:
        assert machine.installed(), WANTED
        self.data = data
        self.ports = ports
        self.host = machine.prepare(data, {"LIVE_PORTS": ports})
        self.janus = Janus(self.host)
        self.start()

    def start(self) -> None:
        """Start it as `leadrush live` does, and wait until it answers."""
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import sys; from pathlib import Path; from leadrush.live import machine; "
                "machine.become(Path(sys.argv[1]))",
                str(self.data),
            ],
            env={**os.environ, "LIVE_PORTS": self.ports, "PYTHONPATH": str(Path("src").resolve())},
        )
        until = time.monotonic() + 20
        while not self.janus.answers():
            assert self.process.poll() is None and time.monotonic() < until, self.printed()
            time.sleep(0.02)

    def kill(self) -> None:
        """End it as a fault would: without a word to anybody, its files as they are."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def printed(self) -> str:
        """Return all that it has written into its log."""
        log = machine.log(self.data)
        return log.read_text(errors="replace") if log.exists() else ""

    def stop(self) -> None:
        """End it in order."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)


@contextmanager
def running(data: Path, ports: str) -> Iterator[Running]:
    """Run a Janus until the block ends."""
    janus = Running(data, ports)
    try:
        yield janus
    finally:
        janus.stop()


@pytest.fixture(scope="session")
def janus(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Running]:
    """Return the Janus of this worker, kept for all its tests."""
    with running(tmp_path_factory.mktemp("janus"), ports_of(worker_id, 0)) as one:
        yield one


@pytest.fixture(scope="session")
def second_janus(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Running]:
    """Return one more Janus of this worker, as on another machine."""
    with running(tmp_path_factory.mktemp("second-janus"), ports_of(worker_id, 1)) as one:
        yield one
