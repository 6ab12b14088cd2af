"""What npm brings: pages go on without it, and say so once, at set-up."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from leadrush.look import parts


def test_without_npm_set_up_goes_on_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (
        parts.fetch(tmp_path)
        == "npm is not installed: pages use the system's font, and large files cannot be brought."
    )


def test_a_registry_that_fails_leaves_the_site_its_system_font(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text("#!/bin/sh\necho 'npm error network unreachable' >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}:/usr/bin:/bin")
    monkeypatch.setattr(parts, "lists", lambda: parts.CLONE)
    monkeypatch.setattr(parts, "modules", lambda data: data / "parts" / "node_modules")
    assert "network unreachable" in parts.fetch(tmp_path)
    assert parts.folders(tmp_path) == []


def test_installed_from_a_package_the_parts_lie_in_the_sites_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "lists", lambda: tmp_path / "package" / "npm")
    assert parts.modules(tmp_path / "data") == tmp_path / "data" / "parts" / "node_modules"


def test_every_part_has_one_exact_version_and_is_locked_by_its_digest() -> None:
    wanted = json.loads((parts.CLONE / "package.json").read_text())
    locked = json.loads((parts.CLONE / "package-lock.json").read_text())["packages"]
    for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name} {version}"
        assert locked[f"node_modules/{name}"]["version"] == version
        assert locked[f"node_modules/{name}"]["integrity"].startswith("sha512-")
