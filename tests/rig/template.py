"""A template: databases migrated once for each state of the migrations, kept and copied afterwards."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import django
import pytest
from django.apps import apps

from .folders import base, keep_newest, locked

ROOT = Path(__file__).resolve().parent.parent.parent
MIGRATE = """
import django
django.setup()
from leadrush.website.running.migrating import migrate_all
migrate_all(syncdb=True)
from leadrush.vault.keys import prove_master_key
prove_master_key()
"""


def _sources() -> list[Path]:
    """List the files that decide what a migrated database looks like."""
    found: set[Path] = set()
    for config in apps.get_app_configs():
        try:
            migrations = import_module(f"{config.module.__name__}.migrations")
        except ModuleNotFoundError:
            found.update(Path(config.path).glob("models*.py"), Path(config.path).glob("models/*.py"))
        else:
            found.update(Path(p) for m in migrations.__path__ for p in Path(m).glob("*.py"))
    house = ROOT / "src" / "leadrush"
    # The gate's engines write triggers and row-level security; routing decides which tables go where.
    found.update((house / "gate").glob("*.py"), (house / "gate" / "postgresql").glob("*.py"))
    found.update((house / "website").glob("*.py"), (house / "gate" / "sqlite3").glob("*.py"))
    found.add(house / "website" / "running" / "migrating.py")
    return sorted(found)


def digest() -> str:
    """Return 16 hex digits that change whenever the tables might."""
    state = hashlib.sha256(f"{django.VERSION} {sys.version}".encode())
    for path in _sources():
        # Relative to the checkout, so that two checkouts of the same state share a template.
        state.update(str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path).encode())
        state.update(path.read_bytes())
    return state.hexdigest()[:16]


def prepared(kind: str, build: Callable[[Path], None]) -> Path:
    """Return the template folder for the migrations as they are now; `build` fills it when it is missing."""
    folder = base() / f"{kind}-{digest()}"
    with locked(kind):
        if not folder.exists():
            unfinished = folder.with_name(f"unfinished-{folder.name}")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(mode=0o755)
            build(unfinished)
            unfinished.rename(folder)
            keep_newest(f"{kind}-*")
        os.utime(folder)
    return folder


def migrate(urls: dict[str, str]) -> None:
    """Migrate the databases that the environment variables in `urls` name, in a process of its own."""
    env = os.environ | urls | {"DJANGO_SETTINGS_MODULE": "leadrush.website.test_settings"}
    env["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), env.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", MIGRATE], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-12:])
        pytest.exit(f"The test databases could not be migrated:\n{last}", returncode=3)
