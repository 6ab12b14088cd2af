"""Tombstones: what was erased, one line each, in a file of its own that is only ever added to.

A line is durable before anything is erased, so that whoever restores an older copy of the data or of the keys
can erase it again: `erasing.replay`. It says when, what and whose, by a number that names nobody.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

log = logging.getLogger(__name__)
PERSON, ITEM, GIVING, JOINED = "person", "item", "giving", "joined"
BROWSER, LET_GO = "browser", "let go"
"""A browser that was remembered: its views erased, or only the number that it was known by."""
WHAT = (PERSON, ITEM, GIVING, JOINED, BROWSER, LET_GO)


class Unwritten(RuntimeError):
    """A tombstone could not be made durable, so nothing was erased."""


class Damaged(RuntimeError):
    """A line of the file cannot be read; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Tombstone:
    """One line. `what` is one of `WHAT`, `whom` the person's number, or of a browser a digest of its own.

    A giving is known by its number. An item, one row of a declared table, is known by the table's `label`,
    the `row`'s key, the `giving` that brought it, and `itself`, a digest of what makes the row itself: a
    restore may give a bare key to another row. Two records that became one are no erasure; the line says into
    which (`row`) the other went, since who erases the one erases what older copies hold under the other.
    """

    when: datetime
    what: str
    whom: uuid.UUID
    label: str = ""
    row: str = ""
    giving: uuid.UUID | None = None
    itself: str = ""

    @classmethod
    def of(cls, line: dict[str, Any]) -> Tombstone:
        """Read one from its line's JSON. Raises `KeyError`, `TypeError` or `ValueError`."""
        if line["what"] not in WHAT:
            raise ValueError(line["what"])
        which = line.get("which", {})
        return cls(
            when=datetime.fromisoformat(line["when"]),
            what=line["what"],
            whom=uuid.UUID(line["whom"]),
            label=which.get("label", ""),
            row=which.get("row", ""),
            giving=uuid.UUID(which["giving"]) if "giving" in which else None,
            itself=which.get("itself", ""),
        )

    def line(self) -> bytes:
        """Return it as one line of JSON."""
        which = {
            "label": self.label,
            "row": self.row,
            "giving": str(self.giving) if self.giving else "",
            "itself": self.itself,
        }
        held: dict[str, Any] = {"when": self.when.isoformat(), "what": self.what, "whom": str(self.whom)}
        if found := {name: value for name, value in which.items() if value}:
            held["which"] = found
        return json.dumps(held, separators=(",", ":")).encode() + b"\n"


def path() -> Path:
    """Return where the file lies."""
    return Path(settings.TOMBSTONES)


def make(
    what: str,
    whom: uuid.UUID,
    *,
    label: str = "",
    row: str = "",
    giving: uuid.UUID | None = None,
    itself: str = "",
) -> Tombstone:
    """Return a tombstone of this moment, yet to be appended."""
    return Tombstone(
        when=timezone.now(), what=what, whom=whom, label=label, row=row, giving=giving, itself=itself
    )


def append(*stones: Tombstone) -> None:
    """Make tombstones durable, all or none. Raises `Unwritten`; then nothing may be erased."""
    if not stones:
        return
    text = b"".join(stone.line() for stone in stones)
    try:
        with _held() as file:
            end = _mend(file)
            try:
                _write(file, text)
                os.fsync(file)
            except OSError:
                # Half a line is worse than none: the next one would be written behind it.
                os.ftruncate(file, end)
                raise
    except OSError as fault:
        raise Unwritten(
            "It cannot be written down that this is to be erased, so nothing was erased. "
            f"Is the disk full? ({fault.strerror or type(fault).__name__})"
        ) from fault


@contextmanager
def _held() -> Iterator[int]:
    """Open the file for whoever writes, one at a time; made for its owner only."""
    folder = path().parent
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = not path().exists()
    file = os.open(path(), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        if new:
            _fsync_folder(folder)
        yield file
    finally:
        os.close(file)


def _fsync_folder(folder: Path) -> None:
    """Make the file's own name durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(file: int, text: bytes) -> None:
    while text:
        text = text[os.write(file, text) :]


def _mend(file: int) -> int:
    """Take away half a line that a crash left at the end: what it began was not erased. Return the end."""
    end = os.fstat(file).st_size
    start, tail = end, b""
    while start and b"\n" not in tail:
        step = min(start, 4096)
        start -= step
        tail = os.pread(file, step, start) + tail
    whole = start + tail.rfind(b"\n") + 1
    if whole < end:
        os.ftruncate(file, whole)
    return whole


def read() -> list[Tombstone]:
    """Return every tombstone, oldest first; half a line at the end is none. Raises `Damaged`."""
    found = []
    for number, line in enumerate(_lines(0)[0], start=1):
        try:
            found.append(Tombstone.of(json.loads(line)))
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise Damaged(f"Line {number} of {path().name} is no tombstone: somebody changed it.") from fault
    return found


def since(place: int) -> tuple[list[Tombstone], list[int]]:
    """Return the tombstones from a place in the file on, and the place behind each. Raises `Damaged`."""
    lines, _end = _lines(place)
    places = []
    for line in lines:
        place += len(line) + 1
        places.append(place)
    try:
        return [Tombstone.of(json.loads(line)) for line in lines], places
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise Damaged(f"A line of {path().name} is no tombstone: it was changed by hand.") from fault


def _lines(offset: int) -> tuple[list[bytes], int]:
    """Return the whole lines from a place in the file on, and where they end."""
    try:
        with path().open("rb") as file:
            file.seek(offset)
            text = file.read()
    except FileNotFoundError:
        return [], 0
    whole = text.rfind(b"\n") + 1
    return text[:whole].split(b"\n")[:-1], offset + whole


# --- who is erased ------------------------------------------------------------------------------------


@dataclass
class _Known:
    """The erased persons, as far as this process has read the file."""

    file: tuple[str, int] = ("", 0)
    end: int = 0
    persons: set[uuid.UUID] = field(default_factory=set)
    joined: dict[uuid.UUID, set[uuid.UUID]] = field(default_factory=dict)
    """By a record that stayed, those that went into it."""

    def add(self, stone: Tombstone) -> None:
        if stone.what == PERSON:
            self.persons.add(stone.whom)
        elif stone.what == JOINED:
            self.joined.setdefault(uuid.UUID(stone.row), set()).add(stone.whom)


_known = _Known()


def erased(persons: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return those of these persons who have a tombstone, in whichever process it was written.

    One look at the file's size; it is read where it has grown. This is what refuses an erased person's data
    to a process that still has their key in memory.
    """
    known = _now()
    return known.persons.intersection(persons) if known.persons else set()


def went_into(person: uuid.UUID) -> set[uuid.UUID]:
    """Return the number of a person and of every record that was joined to theirs."""
    joined, found, ahead = _now().joined, {person}, [person]
    while ahead:
        new = joined.get(ahead.pop(), set()) - found
        found |= new
        ahead += new
    return found


def _now() -> _Known:
    """Return what the file says now."""
    global _known
    try:
        seen = path().stat()
    except FileNotFoundError:
        _known = _Known()
        return _known
    file = (str(path()), seen.st_ino)
    if file != _known.file or seen.st_size < _known.end:
        _known = _Known(file)
    if seen.st_size > _known.end:
        lines, _known.end = _lines(_known.end)
        for line in lines:
            try:
                _known.add(Tombstone.of(json.loads(line)))
            except (KeyError, TypeError, ValueError, AttributeError):
                log.error("A line of %s is no tombstone", path().name)
    return _known
