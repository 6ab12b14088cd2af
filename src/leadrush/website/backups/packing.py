"""One file a backup: a manifest in front, then the parts that it names, each with its digest.

A backup is written under another name, read back as a whole, and only then given its own: a file that has
the name of a backup is one.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from leadrush.vault import backups
from leadrush.website.running.folder import Stop

FORM = 1
PIECE = 1 << 20  # bytes that are read at once
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
Moved = Callable[[int], object]
"""Is told how many bytes were dealt with since the last time."""


@dataclass(frozen=True)
class Part:
    """One file of a backup: its name in there, and where it lies now."""

    name: str
    file: Path


@contextmanager
def room(folder: Path) -> Iterator[None]:
    """Turn a full disk into a word; what was there before is still there."""
    try:
        yield
    except OSError as fault:
        if fault.errno not in FULL:
            raise Stop(f"The folder {folder} cannot be written to: {fault.strerror}.") from None
        raise Stop(_full(folder)) from None
    except sqlite3.OperationalError as fault:
        if "full" not in str(fault) and "disk I/O" not in str(fault):
            raise
        raise Stop(_full(folder)) from None


def _full(folder: Path) -> str:
    return f"There is no room in {folder}: nothing was written, and what lay there still does."


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter, unless it is there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise Stop(f"The folder {folder} cannot be made: {fault.strerror}.") from None


def digest(file: Path, moved: Moved) -> str:
    """Return the SHA-256 of a file as 64 hex digits."""
    state = hashlib.sha256()
    with file.open("rb") as reading:
        while piece := reading.read(PIECE):
            state.update(piece)
            moved(len(piece))
    return state.hexdigest()


def describe(parts: Iterable[Part], moved: Moved) -> dict[str, Any]:
    """Return what the manifest says of each part: its size in bytes and its digest."""
    return {
        part.name: {"size": part.file.stat().st_size, "sha256": digest(part.file, moved)} for part in parts
    }


def pack(folder: Path, name: str, manifest: dict[str, Any], parts: Iterable[Part], moved: Moved) -> Path:
    """Write a backup into the folder, on the disk and readable before it has its name; return its path.

    Raises `Stop`, and leaves nothing behind, when there is no room or a part changed meanwhile.
    """
    made, unfinished = tempfile.mkstemp(prefix=backups.UNFINISHED, dir=folder)
    try:
        with os.fdopen(made, "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1, format=tarfile.PAX_FORMAT) as packed:
                _add(packed, backups.MANIFEST, io.BytesIO(text := _text(manifest)), len(text))
                for part in parts:
                    with part.file.open("rb") as reading:
                        size = os.fstat(reading.fileno()).st_size
                        _add(packed, part.name, _Counted(reading, moved), size)
            out.flush()
            os.fsync(out.fileno())
        read_through(Path(unfinished), moved)
        target = folder / name
        os.link(unfinished, target)  # unlike a rename, never takes another backup's place
        Path(unfinished).unlink()
        sync(folder)
        return target
    except FileExistsError:
        raise Stop(f"There is a backup of this very second already: {folder / name}.") from None
    finally:
        Path(unfinished).unlink(missing_ok=True)


def _text(manifest: dict[str, Any]) -> bytes:
    return (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode()


def _add(packed: tarfile.TarFile, name: str, content: Any, size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    packed.addfile(entry, content)


class _Counted:
    """A file that tells how much of it was read."""

    def __init__(self, file: IO[bytes], moved: Moved) -> None:
        self.file, self.moved = file, moved

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        piece = self.file.read(size)
        self.moved(len(piece))
        return piece


def sync(folder: Path) -> None:
    """Bring the names in a folder onto the disk."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def read_through(
    file: Path, moved: Moved, into: Path | None = None, only: Collection[str] | None = None
) -> dict[str, Any]:
    """Read a backup to its end against its manifest, and return that.

    With `into`, its parts are laid out there; with `only`, those of these names.

    Raises `Stop`: cut short, damaged, changed, or not one of ours. What was laid out then is not to be used.
    """
    try:
        with tarfile.open(file, "r:gz") as packed:
            told = backups.manifest_in(packed)
            if told.get("form") != FORM:
                raise Stop(f"{file} was made by another version of LeadRush; this one cannot read it.")
            missing = dict(told["parts"])
            for entry in packed:
                if entry.name == backups.MANIFEST:
                    continue
                said = missing.pop(entry.name, None)
                held = packed.extractfile(entry) if said is not None and entry.isfile() else None
                if said is None or held is None or not _inside(entry.name):
                    raise Stop(f"{file} holds something that its manifest does not name.")
                wanted = into is not None and (only is None or entry.name in only)
                if _lay_out(held, into / entry.name if into and wanted else None, moved) != said["sha256"]:
                    raise Stop(f"{file} is damaged, or was changed while it was copied: {entry.name}.")
            while packed.fileobj is not None and packed.fileobj.read(PIECE):
                pass  # what follows the parts says whether the file ends where it ended once
    except backups.Unreadable as fault:
        raise Stop(str(fault)) from None
    except (EOFError, tarfile.TarError, zlib.error, OSError) as fault:
        if isinstance(fault, OSError) and fault.errno in FULL:
            raise
        if isinstance(fault, FileNotFoundError | PermissionError):
            raise Stop(f"{file} cannot be opened: {fault.strerror}.") from None
        raise Stop(f"{file} is cut short or damaged, or is no backup of LeadRush.") from None
    if missing:
        raise Stop(f"{file} is cut short: {len(missing)} of its parts are missing.")
    return told


def _inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _lay_out(held: IO[bytes], target: Path | None, moved: Moved) -> str:
    """Read one part to its end, writing it down if a place for it is named; return its digest."""
    state = hashlib.sha256()
    if target is not None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with target.open("xb") if target is not None else io.BytesIO() as out:
        while piece := held.read(PIECE):
            state.update(piece)
            if target is not None:
                out.write(piece)
            moved(len(piece))
        if target is not None:
            out.flush()
            os.fsync(out.fileno())
    if target is not None:
        target.chmod(0o600)
    return state.hexdigest()
