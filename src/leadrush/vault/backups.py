"""The backups that this site has made: which exist, and when those of the keys go.

Backups of the data may be kept for as long as their owner wants: what is erased stays sealed in them under a
key that is nowhere. Backups of the keys lie in a folder apart and go after seven days, because until then
they hold the key of somebody who was erased meanwhile. Clause `backups`.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from leadrush.vault.copies import LAPSE

DATA, KEYS = "data", "keys"
KINDS = (DATA, KEYS)
KEPT = LAPSE
MARGIN = timedelta(hours=1)
"""A backup of the keys goes so long before its time is over: what removes it may be late."""
MANIFEST = "manifest.json"
UNFINISHED = ".unfinished-"
SUFFIX = ".tar.gz"
LARGEST = 64 << 20  # bytes of a manifest: a hundred for each of some hundred thousand pictures


class Unreadable(Exception):
    """A file is no backup of ours, or is cut short; the message says which."""


class Busy(Exception):
    """Somebody else writes into the folder at this moment."""


@dataclass(frozen=True)
class Copy:
    """One backup: what it is of, where it lies, when it was made."""

    kind: str
    file: Path
    made_at: datetime

    @property
    def lapses_at(self) -> datetime | None:
        """When it has to be gone; None for one of the data, which its owner may keep."""
        return self.made_at + KEPT if self.kind == KEYS else None


def folder_of(kind: str) -> Path:
    """Return the folder in which backups of this kind lie unless another is named."""
    return Path(settings.BACKUPS if kind == DATA else settings.KEY_BACKUPS)


def name_of(kind: str, made_at: datetime) -> str:
    """Return the name of a backup's file; it says the second, in UTC."""
    return f"leadrush-{kind}-{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}{SUFFIX}"


def manifest(file: Path) -> dict[str, Any]:
    """Return what a backup says of itself: its first part, a few kilobytes. Raises `Unreadable`."""
    try:
        with tarfile.open(file, "r:gz") as packed:
            return manifest_in(packed)
    except (OSError, EOFError, tarfile.TarError, zlib.error) as fault:
        raise Unreadable(f"{file} is no backup of LeadRush, or is cut short.") from fault


def manifest_in(packed: tarfile.TarFile) -> dict[str, Any]:
    """Return the manifest of an opened backup, whose first part it is. Raises `Unreadable`."""
    first = packed.next()
    held = packed.extractfile(first) if first is not None and first.isfile() else None
    if first is None or held is None or first.name != MANIFEST or first.size > LARGEST:
        raise Unreadable("There is no manifest in this file: it is no backup of LeadRush.")
    try:
        told = json.loads(held.read())
        if told["kind"] not in KINDS or not isinstance(told["parts"], dict):
            raise ValueError
        datetime.fromisoformat(told["made_at"]).astimezone(UTC)
    except (ValueError, KeyError, TypeError) as fault:
        raise Unreadable("The manifest of this backup cannot be read.") from fault
    return dict(told)


def copies(kind: str | None = None) -> list[Copy]:
    """Return the backups that exist, newest first; a file that cannot be read counts by its name and age."""
    found: dict[Path, Copy] = {}
    for folder in dict.fromkeys([folder_of(DATA), *key_folders()]):
        found |= {copy.file: copy for copy in copies_in(folder)}
    wanted = [copy for copy in found.values() if kind in (None, copy.kind)]
    return sorted(wanted, key=lambda copy: copy.made_at, reverse=True)


def keys_made() -> list[datetime]:
    """Return when each backup of the keys that exists was made, for `vault.copies`."""
    return [copy.made_at for copy in copies(KEYS)]


def copies_in(folder: Path) -> Iterator[Copy]:
    """Yield the backups that lie in one folder."""
    for each in KINDS:
        for file in sorted(folder.glob(f"leadrush-{each}-*{SUFFIX}")):
            try:
                told = manifest(file)
                yield Copy(told["kind"], file.resolve(), datetime.fromisoformat(told["made_at"]))
            except Unreadable:
                if file.exists():
                    changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
                    yield Copy(each, file.resolve(), changed)


def key_folders() -> list[Path]:
    """Return the folders that hold backups of the keys: the usual one, and those that were named once."""
    try:
        lines = noted().read_text().splitlines()
    except FileNotFoundError:
        lines = []
    return list(dict.fromkeys([folder_of(KEYS).resolve(), *(Path(line) for line in lines if line)]))


def noted() -> Path:
    """Return the file that remembers where else backups of the keys were put, so that they go from there."""
    return Path(settings.DATA) / "keys" / "backups.folders"


def remember(folder: Path) -> None:
    """Note a folder into which a backup of the keys is about to go."""
    folder = folder.resolve()
    if folder not in key_folders():
        with noted().open("a") as file:
            file.write(f"{folder}\n")
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let nobody else make or remove backups in this folder meanwhile. Raises `Busy`."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"Another backup is being made in {folder}: wait for it.") from None
        yield
    finally:
        os.close(held)


def clear(folder: Path) -> None:
    """Remove what a backup that was cut short has left. Called while `alone` in the folder."""
    for left in folder.glob(f"{UNFINISHED}*"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def lapse(now: datetime | None = None) -> int:
    """Remove the backups of keys whose time is over, wherever they lie; return how many."""
    now = now or timezone.now()
    gone = 0
    for folder in dict.fromkeys([folder_of(DATA).resolve(), *key_folders()]):
        if not folder.is_dir():
            continue
        try:
            with alone(folder):
                clear(folder)
                gone += _lapse_in(folder, now)
        except Busy:
            continue  # whoever is at work there does the same
    return gone


def _lapse_in(folder: Path, now: datetime) -> int:
    gone = 0
    for copy in copies_in(folder):
        if copy.lapses_at is not None and copy.lapses_at - MARGIN <= now:
            copy.file.unlink(missing_ok=True)
            gone += 1
    return gone
