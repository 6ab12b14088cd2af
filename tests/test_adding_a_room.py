"""The page that tells how to add a room is tried: the room is built from it, line by line, and runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "adding-a-room.md"
BLOCK = re.compile(r"^```\w+\n(?:# |\{# )(src/\S+)(?: #\})?\n(.*?)^```$", re.M | re.S)


def build(folder: Path) -> list[str]:
    """Copy the house, build the room as the page says, and return the files that it took."""
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("src", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    for name in ("pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, folder)
    made = []
    for file, text in BLOCK.findall(PAGE.read_text()):
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        made.append(file)
    for file, line, beside in (
        ("src/leadrush/website/settings.py", '    "leadrush.shelf",\n', '    "leadrush.webinars",\n'),
        (
            "src/leadrush/website/urls.py",
            '    path("", include("leadrush.shelf.urls")),\n',
            '    path("", include("leadrush.look.urls")),\n',
        ),
    ):
        path = folder / file
        text = path.read_text()
        assert beside in text
        path.write_text(text.replace(beside, beside + line, 1))
    layers = folder / "pyproject.toml"
    text = layers.read_text()
    assert '"webinars | training | guides | accountability"' in text
    layers.write_text(
        text.replace(
            '"webinars | training | guides | accountability"',
            '"webinars | training | guides | accountability | shelf"',
        )
    )
    return made


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_room_on_the_page_stands_passes_every_check_and_its_own_tests(tmp_path: Path) -> None:
    made = build(tmp_path)
    assert len(made) >= 12
    assert all(file.startswith("src/leadrush/shelf/") for file in made)
    environment = os.environ | {
        "PYTHONPATH": str(tmp_path / "src"),
        "DJANGO_SETTINGS_MODULE": "leadrush.website.test_settings",
        "TEST_DATABASES": "sqlite",
    }
    environment = {name: value for name, value in environment.items() if not name.startswith("PYTEST_")}
    bin_ = Path(sys.executable).parent
    for command in (
        [sys.executable, "-m", "django", "makemigrations", "shelf"],
        [sys.executable, "-m", "django", "check"],
        [str(bin_ / "lint-imports"), "--no-cache"],
        [str(bin_ / "ruff"), "check", "--no-cache", "src/leadrush/shelf"],
        [sys.executable, "-m", "pytest", "-q", "src/leadrush/shelf"],
    ):
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(command[-3:])}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
