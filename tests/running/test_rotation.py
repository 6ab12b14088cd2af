"""The master key is exchanged again and again while visitors come and the owner looks: no request fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rig import postman as rig
from tests.rig.site import Site, start, stop
from tests.running.crowd import Crowd, Doing

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(420)]
TIMES = 4


def rotate(site: Site, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leadrush.website.running", "rotate-key", *options],
        env=os.environ | site.environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_no_request_fails_while_the_master_key_is_exchanged(tmp_path: Path, ground: dict[str, str]) -> None:
    with rig.running() as postman:
        site = start(tmp_path / "data", postman, LEADRUSH_PROXY="127.0.0.1", **ground)
        try:
            doing = Doing(site)
            kept = tmp_path / "data" / "keys" / "master.key"
            seen = {kept.read_text()}
            with Crowd(doing.registers, doing.registers, doing.looks, doing.asks) as crowd:
                for number in range(TIMES):
                    done = rotate(site, "--old-to", str(tmp_path / f"old.{number}"))
                    assert done.returncode == 0, done.stdout + done.stderr
                    seen.add(kept.read_text())
                    assert not crowd.faults, crowd.faults
            assert not crowd.faults, crowd.faults
            assert min(crowd.done) >= TIMES, crowd.done
            assert len(seen) == TIMES + 1
            # Once more, in quiet: every key that was made meanwhile opens with a master key of which none was
            # lost, and the site goes on with that.
            done = rotate(site)
            assert done.returncode == 0 and "nothing in the keys database opens with" in done.stdout, (
                done.stderr
            )
            for act in (doing.registers, doing.looks, doing.asks):
                act()
        finally:
            printed = site.printed()
            stop(site)
    assert "Traceback" not in printed and "Error" not in printed, printed
