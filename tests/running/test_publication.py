"""A version is published while people come, and whoever brings it in is killed again and again."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.rig import postman as rig
from tests.rig import sampling
from tests.rig.site import Site, start, stop
from tests.running.crowd import Crowd, Doing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.timeout(600),
    sampling.LONG,
]
PEOPLE = 150
MANY = f"""
from leadrush import vault
for n in range({PEOPLE}):
    vault.welcome(address=f"p{{n}}@mail.example", where="t", clause="webinar-seat", confirmed=True)
"""
IN_FORCE = "from leadrush import gate\nprint(gate.force().number)"
# By the pure decision, row by row: what one row allows more, or less, than the versions that it rests on.
UNTRUE = """
from leadrush import gate
from leadrush.vault.tests.bringing import too_open, untrue
print(gate.force().number, too_open(gate.force()), untrue(gate.force()))
"""


def publish(site: Site, draft: Path) -> subprocess.Popen[bytes]:
    """Set out to publish, as somebody at the terminal does."""
    return subprocess.Popen(
        [sys.executable, "-m", "leadrush.website.running", "publish", "--draft", str(draft), "--yes"],
        env=os.environ | site.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def worker(site: Site) -> int | None:
    """Return the number of the site's worker process; None while there is none."""
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
        except (OSError, IndexError):
            continue
        if b"worker" in words and int(parent) == site.process.pid:
            return int(entry.name)
    return None


def kill_worker(site: Site) -> None:
    """End the worker in the midst of what it does; whoever watches over it starts another."""
    number = worker(site)
    if number is not None:
        os.kill(number, signal.SIGKILL)


def test_a_version_comes_in_whole_whoever_is_killed_and_nobody_who_uses_the_site_notices(
    tmp_path: Path, ground: dict[str, str]
) -> None:
    seed = os.environ.get("LEADRUSH_SEED", "")
    chance = random.Random(seed)
    draft = tmp_path / "draft.json"
    draft.write_text(json.dumps({"filled": {"webinar-seat": {"days": 14}}, "left_out": ["helping"]}))
    with rig.running() as postman:
        site = start(tmp_path / "data", postman, LEADRUSH_PROXY="127.0.0.1", **ground)
        try:
            site.run(MANY)
            doing = Doing(site)
            killed = 0
            with Crowd(doing.registers, doing.looks) as crowd:
                while killed < 3:
                    process = publish(site, draft)
                    try:
                        process.wait(timeout=chance.uniform(1.5, 5))
                        break  # the version is in force: the worker went on where the killed ones were
                    except subprocess.TimeoutExpired:
                        process.kill()
                        process.wait()
                        kill_worker(site)
                        killed += 1
                assert not crowd.faults, (seed, crowd.faults)
                until = time.monotonic() + 120
                while site.run(IN_FORCE) != "2" and time.monotonic() < until:
                    time.sleep(1)
                done = publish(site, draft)
                said = done.communicate(timeout=120)[0].decode()
                assert done.returncode == 0 and "version 2" in said.lower(), said
            assert not crowd.faults, (seed, crowd.faults)
            assert killed, "nobody was killed"
            until = time.monotonic() + 60
            while (found := site.run(UNTRUE)) != "2 [] []" and time.monotonic() < until:
                time.sleep(1)
            assert found == "2 [] []", (seed, found)
            assert site.command("evidence", "--run").returncode == 0, site.command("evidence").stdout
        finally:
            printed = site.printed()
            stop(site)
    assert "Traceback" not in printed, printed
