"""The bench still measures: whoever changes what it stands on hears of it before a release does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rig import sampling

ROOT = Path(__file__).resolve().parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(900), sampling.LONG]


def test_the_figures_of_the_house_are_measured_on_both_databases() -> None:
    latest = ROOT / "bench" / "latest.json"
    before = latest.read_bytes() if latest.exists() else None
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LEADRUSH_")}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bench"],
            cwd=ROOT,
            env=environment | {"ONLY": "house", "SIZE": "2000"},
            capture_output=True,
            text=True,
            timeout=800,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        found = {one["figure"]: one for one in json.loads(latest.read_text())}
    finally:
        if before is not None:
            latest.write_bytes(before)
        else:
            latest.unlink(missing_ok=True)
    for name in ("SQLite", "PostgreSQL"):
        assert found[f"page of 50, gated over plain, {name}"]["value"] > 0.5
    # Questions are the same on every machine, so a goal that they miss is missed.
    assert not [one["figure"] for one in found.values() if one["unit"] == "queries" and not one["held"]]
