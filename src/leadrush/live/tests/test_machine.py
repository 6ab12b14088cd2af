"""The media server of a site: closed to everybody else, kept going, and said to be missing where it is."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leadrush.live.plane import machine
from leadrush.live.plane.janus import Janus
from tests.rig import janus as rig
from tests.rig.janus import WANTED, Running, ports_of

janus = rig.janus

SUPERVISES = """
import sys
from leadrush.website.running.supervise import Child, supervise
supervise([Child("live", [sys.executable, "-m", "leadrush.website.running", "live", "--data", sys.argv[1]])])
"""


def eventually(true: object, seconds: float = 10) -> None:
    """Wait until something is true; fail after some seconds."""
    assert callable(true)
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


def janus_of(parent: int) -> int:
    """Return the number of the process that a supervisor has started; 0 while there is none."""
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return int(listed[0]) if listed else 0


def test_janus_is_started_again_when_it_was_killed_and_ends_with_the_site(
    tmp_path: Path, worker_id: str
) -> None:
    assert machine.installed(), WANTED
    (tmp_path / "keys").mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path("src").resolve()),
        "LIVE_PORTS": ports_of(worker_id, 2),
    }
    site = subprocess.Popen([sys.executable, "-c", SUPERVISES, str(tmp_path)], env=environment)
    try:
        eventually(lambda: (machine.folder(tmp_path) / "host.json").exists())
        eventually(lambda: Janus(machine.host(tmp_path)).answers())
        before, first = machine.host(tmp_path), janus_of(site.pid)
        assert Path(f"/proc/{first}/exe").resolve().name == "janus"
        os.kill(first, signal.SIGKILL)
        eventually(lambda: janus_of(site.pid) not in (0, first))
        eventually(lambda: Janus(machine.host(tmp_path)).answers())
        assert machine.host(tmp_path) == before, "workers that have read it before still reach it"
        second = janus_of(site.pid)
        site.send_signal(signal.SIGTERM)
        site.wait(15)
        assert not Path(f"/proc/{second}").exists()
    finally:
        site.kill()
        site.wait()


def test_nobody_else_reads_its_secrets_or_reaches_its_interface(janus: Running) -> None:
    for path in (machine.folder(janus.data), *machine.folder(janus.data).rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    own = socket.gethostbyname(socket.gethostname())
    for url in (janus.host.url, janus.host.admin_url):
        port = int(url.rpartition(":")[2])
        if not own.startswith("127."):
            with pytest.raises(OSError):
                socket.create_connection((own, port), timeout=2).close()
    for secret in (janus.host.secret, janus.host.admin_secret, janus.host.room_key):
        assert secret not in janus.printed()
        assert secret not in repr(janus.host)
        arguments = Path(f"/proc/{janus.process.pid}/cmdline").read_text()
        assert secret not in arguments


def test_where_it_is_missing_one_line_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "leadrush.website.running", "live", "--data", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(Path("src").resolve()), "PATH": "/nonexistent"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip() == machine.MISSING
    with pytest.raises(machine.NotSet):
        machine.host(tmp_path)


@pytest.mark.parametrize("ports", ["20000", "20000-20010", "80-9000", "60000-70000", "a-b", "21000-20000"])
def test_ports_that_are_none_are_refused_in_a_sentence(tmp_path: Path, ports: str) -> None:
    with pytest.raises(ValueError, match="LIVE_PORTS"):
        machine.prepare(tmp_path, {"LIVE_PORTS": ports})


def test_what_the_environment_says_of_the_network_stands_in_janus_s_file(tmp_path: Path) -> None:
    machine.prepare(
        tmp_path,
        {"LIVE_ADDRESS": "203.0.113.7", "LIVE_STUN": "stun.example:3479", "LIVE_INTERFACES": 'eth0"; x = "'},
    )
    text = (machine.folder(tmp_path) / "janus" / "janus.jcfg").read_text()
    assert 'nat_1_1_mapping = "203.0.113.7"' in text
    assert 'stun_server = "stun.example"' in text and "stun_port = 3479" in text
    assert r'ice_enforce_list = "eth0\"; x = \""' in text


def test_a_browser_gets_a_password_for_the_relay_that_ends() -> None:
    assert machine.ice_servers("seat", {}) == []
    environ = {
        "LIVE_STUN": "stun.example:3478",
        "LIVE_TURN": "turn:relay.example:3478, turns:relay.example:5349",
        "LIVE_TURN_SECRET": "known to both",
    }
    stun, turn = machine.ice_servers("seat", environ)
    assert stun == {"urls": ["stun:stun.example:3478"]}
    assert turn["urls"] == ["turn:relay.example:3478", "turns:relay.example:5349"]
    ends, word = turn["username"].split(":")
    assert word == "seat" and 0 < int(ends) - time.time() <= machine.PASSWORD_LASTS
    known = hmac.new(b"known to both", turn["username"].encode(), hashlib.sha1).digest()
    assert base64.b64decode(turn["credential"]) == known
