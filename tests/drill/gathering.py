"""Every byte that exists of a site: its folder, its databases' files, its backups unpacked."""

from __future__ import annotations

import base64
import contextlib
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

from django.db import connections

from leadrush.vault import sweeping
from tests.canary.searching import files
from tests.rig.cluster import Reached

POSTGRESQL = os.environ.get("TEST_DATABASES") == "postgresql"


def cluster() -> Reached:
    """Return the PostgreSQL of this run."""
    return Reached(os.environ["LEADRUSH_TEST_CLUSTER"])


def set_up() -> None:
    """Let PostgreSQL keep no old segment of its log, as docs/operating.md asks of whoever runs it."""
    if POSTGRESQL:
        cluster().superuser("ALTER SYSTEM SET wal_recycle = off", "ALTER SYSTEM SET min_wal_size = '2MB'")
        cluster().superuser("SELECT pg_reload_conf()")


def an_hour() -> None:
    """Let happen to PostgreSQL's files what sweeping, `archive_timeout` and checkpoints do to them within an
    hour. The server tells a second late what was deleted, so the last of an hour's sweeps asks nobody."""
    if POSTGRESQL:
        assert any(sweeping.sweep(always=True) for _ in range(10)), "the files of the keys were never quiet"
    for link in connections.all():
        link.close()
    if POSTGRESQL:
        for _ in range(2):
            cluster().superuser("CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT")


def live(folder: Path, backups: list[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every file of the running site, free pages and logs included; no backups."""
    for path in files(folder):
        if not any(place in path.parents for place in backups):
            yield str(path.relative_to(folder)), path.read_bytes()
    if POSTGRESQL:
        for path in files(Path(cluster().socket)):
            # Of other tests' databases some go at this moment.
            with contextlib.suppress(FileNotFoundError):
                yield str(path), path.read_bytes()
        return
    for link in connections.all():
        name = Path(link.settings_dict["NAME"])
        for path in name.parent.glob(f"{name.name}*"):
            yield path.name, path.read_bytes()


def packed(places: list[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every part of every backup."""
    for place in places:
        for file in sorted(place.glob("*.tar.gz")):
            with tarfile.open(file) as opened:
                for entry in opened:
                    held = opened.extractfile(entry)
                    if held is not None:
                        yield f"{file.name}:{entry.name}", held.read()


def spelled(needle: bytes) -> set[bytes]:
    """Return bytes as they lie in files: bare, in hex as PostgreSQL dumps them, in base64."""
    found = {needle, needle.hex().encode(), needle.hex().upper().encode()}
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + needle)
        found.add(whole[4 if shift else 0 : len(whole) - 4])
    return found


def where(needles: dict[str, bytes], content: Iterator[tuple[str, bytes]]) -> list[str]:
    """Return what was found where."""
    wanted = [(name, each) for name, needle in needles.items() for each in spelled(needle)]
    return sorted({f"{name} in {file}" for file, text in content for name, each in wanted if each in text})
