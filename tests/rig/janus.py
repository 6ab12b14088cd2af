"""A real Janus on loopback for tests, with ports, secrets and a folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from leadrush.live import machine
from leadrush.live.janus import Host, Janus

WANTED = (
    "These tests need Janus, janus-pp-rec and ffmpeg: run setup/system as root, or install "
    "janus, janus-tools and ffmpeg."
)
BECOMES = """
import sys
from pathlib import Path
from leadrush.live import machine
machine.become(Path(sys.argv[1]))
"""
PORTS = 400  # of UDP, for each Janus of a run


def ports_of(worker: str, number: int) -> str:
    """Return UDP ports for media that no other worker of this run uses."""
    place = int(worker.removeprefix("gw") or 0) if worker.startswith("gw") else 0
    first = 20000 + (place * 3 + number) % 30 * PORTS
    return f"{first}-{first + PORTS - 1}"


class Running:
    """A Janus that a test may kill and start again, as the supervisor does.

    `inside` is a command that runs another one elsewhere, as in another network; `listen` its address there.
    """

    def __init__(self, data: Path, ports: str, *, inside: Sequence[str] = (), listen: str = "") -> None:
        assert machine.installed(), WANTED
        self.data = data
        self.inside = list(inside)
        self.environment = {"LIVE_PORTS": ports, "LIVE_LISTEN": listen}
        self.start()
        self.host = machine.host(data)
        self.janus = Janus(self.host)

    def start(self) -> None:
        """Start it as `leadrush live` does, and wait until it answers."""
        own = {**self.environment, "PYTHONPATH": str(Path("src").resolve())}
        self.process = subprocess.Popen([*self.inside, *self.command()], env={**os.environ, **own})
        until = time.monotonic() + 20
        while not self._answers():
            assert self.process.poll() is None and time.monotonic() < until, self.printed()
            time.sleep(0.02)

    def command(self) -> list[str]:
        """Return the command that turns into Janus."""
        return [sys.executable, "-c", BECOMES, str(self.data)]

    def _answers(self) -> bool:
        try:
            return Janus(machine.host(self.data)).answers()
        except machine.NotSet:
            return False

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


class Added(Running):
    """The Janus of a machine that was added to a site, by nothing but the files that were written for it."""

    def __init__(self, host: Host, files: Path, *, inside: Sequence[str] = ()) -> None:
        self.host, self.data, self.janus = host, files, Janus(host)
        self.inside, self.environment = list(inside), {}
        self.start()

    def command(self) -> list[str]:
        return ["janus", f"--configs-folder={self.data}", f"--config={self.data / 'janus.jcfg'}"]

    def _answers(self) -> bool:
        return self.janus.answers()

    def printed(self) -> str:
        return "It prints to where the tests do."


@contextmanager
def running(data: Path, ports: str, *, inside: Sequence[str] = (), listen: str = "") -> Iterator[Running]:
    """Run a Janus until the block ends."""
    janus = Running(data, ports, inside=inside, listen=listen)
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


@contextmanager
def network(number: int) -> Iterator[tuple[list[str], str]]:
    """Make a network as of another machine: the command that runs one in it, and its address there."""
    name, ours, theirs = f"lr{os.getpid()}", f"10.231.{number}.1", f"10.231.{number}.2"

    def ip(*words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)

    try:
        ip("netns", "add", name)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("No networks can be made here, as in a closed container.")
    try:
        ip("link", "add", f"{name}a", "type", "veth", "peer", "name", f"{name}b")
        ip("link", "set", f"{name}b", "netns", name)
        ip("addr", "add", f"{ours}/24", "dev", f"{name}a")
        ip("link", "set", f"{name}a", "up")
        ip("-n", name, "addr", "add", f"{theirs}/24", "dev", f"{name}b")
        ip("-n", name, "link", "set", f"{name}b", "up")
        ip("-n", name, "link", "set", "lo", "up")
        yield ["ip", "netns", "exec", name], theirs
    finally:
        ip("netns", "del", name)
