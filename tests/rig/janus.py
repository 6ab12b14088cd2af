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
from aioice import ice

from leadrush.live.plane import machine
from leadrush.live.plane.janus import Host, Janus

WANTED = (
    "These tests need Janus, janus-pp-rec and ffmpeg: run setup/system as root, or install "
    "janus, janus-tools and ffmpeg."
)
BECOMES = """
import sys
from pathlib import Path
from leadrush.live.plane import machine
machine.become(Path(sys.argv[1]))
"""
PORTS = 400  # of UDP, for each Janus of a run
NETWORKS = "10.231."
"""What tests make, and take away again in the middle of other tests: nobody else's media go there."""
_own: list[str] = []
_all_addresses = ice.get_host_addresses


def addresses(use_ipv4: bool = True, use_ipv6: bool = False) -> list[str]:
    """Return those of this machine that stay, and those of the networks that this process has made."""
    return [
        one
        for one in _all_addresses(use_ipv4, use_ipv6)
        if not one.startswith(NETWORKS) or one.startswith(tuple(_own))
    ]


ice.get_host_addresses = addresses


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
        if not inside:
            self.environment["LIVE_INTERFACES"] = ",".join(addresses())
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
def networks(number: int, count: int) -> Iterator[list[tuple[list[str], str]]]:
    """Make networks as of so many other machines, joined by a switch to which this one is connected, too.

    Of each: the command that runs one in it, and its address.
    """
    name, net = f"lr{os.getpid()}", f"{NETWORKS}{number}"
    made: list[list[str]] = []

    def ip(*words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)

    try:
        ip("link", "add", name, "type", "bridge")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("No networks can be made here, as in a closed container.")
    made.append(["link", "del", name])
    try:
        ip("addr", "add", f"{net}.1/24", "dev", name)
        ip("link", "set", name, "up")
        for one in range(count):
            there, wire, end = f"{name}n{one}", f"{name}a{one}", f"{name}b{one}"
            ip("netns", "add", there)
            made.append(["netns", "del", there])
            ip("link", "add", wire, "type", "veth", "peer", "name", end)
            ip("link", "set", wire, "master", name)
            ip("link", "set", wire, "up")
            ip("link", "set", end, "netns", there)
            ip("-n", there, "addr", "add", f"{net}.{one + 2}/24", "dev", end)
            ip("-n", there, "link", "set", end, "up")
            ip("-n", there, "link", "set", "lo", "up")
        _own.append(f"{net}.")
        yield [(["ip", "netns", "exec", f"{name}n{one}"], f"{net}.{one + 2}") for one in range(count)]
    finally:
        _own.clear()
        for words in reversed(made):
            subprocess.run(["ip", *words], check=False, capture_output=True)
