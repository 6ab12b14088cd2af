"""Large files on their way in: pieces are appended to a file of their own until all has arrived.

What is on the disk is what has arrived, so whoever lost the connection, or a server that fell over, goes on
from there. Beside the bytes lies what was said of them: a line when it began, and one with its digest at
its end.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.files import File as Upload
from django.utils.translation import gettext as _

from leadrush.media import contents, keeping
from leadrush.media.models import File, landing

PIECE = 8 << 20
"""Bytes that a browser sends at once; less than any body that the site takes."""
LASTS = timedelta(days=1)
"""How long what has arrived waits for the rest, from its last piece on."""
SPARE = 256 << 20
"""Bytes of the disk that no arrival may take: the site writes there, too."""
BACKLOG = 64 << 20
"""Bytes at most that one piece waits for, where the process that knew the digest so far has ended."""
WORD = re.compile(r"[A-Za-z0-9_-]{22}")


class Refused(Exception):
    """Something is not taken; `status` is HTTP's, `words` are for whoever sends."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


@dataclass(frozen=True)
class Arrival:
    """A file on its way: its random word, bytes in all, its name where it comes from, the kinds that are
    wanted, what else was said of it, the bytes that are here, and the key of the kept file at the end."""

    word: str
    size: int
    name: str
    kinds: tuple[str, ...]
    said: str = ""
    offset: int = 0
    file: int | None = None

    @property
    def path(self) -> Path:
        """Where its bytes are."""
        return landing() / self.word

    @property
    def told(self) -> Path:
        """Where it is written what it is."""
        return landing() / f"{self.word}.told"

    @property
    def until(self) -> float:
        """When it is swept, in seconds since 1970."""
        return self.told.stat().st_mtime + LASTS.total_seconds()


def begin(*, size: int, name: str, kinds: tuple[str, ...], said: str = "") -> Arrival:
    """Begin one. Raises `Refused` for an empty file, and where the disk has no room for it."""
    if size < 1:
        raise Refused(422, _("This file is empty. Choose another."))
    free = shutil.disk_usage(landing()).free - SPARE
    if size > free:
        raise Refused(507, keeping.no_room(size))
    arrival = Arrival(secrets.token_urlsafe(16), size, name[-200:], kinds, said)
    with _room(size):
        arrival.path.touch(mode=0o600)
        _write(arrival, {"size": size, "name": arrival.name, "kinds": kinds, "said": said})
    return arrival


def find(word: str) -> Arrival | None:
    """Return an arrival as it stands, or None where there is none of this word."""
    if not WORD.fullmatch(word):
        return None
    try:
        said = _read(landing() / f"{word}.told")
        arrival = Arrival(word, said["size"], said["name"], tuple(said["kinds"]), said["said"])
        if arrival.path.exists():
            return replace(arrival, offset=arrival.path.stat().st_size)
        kept = File.objects.filter(digest=said["digest"]).first()
        return replace(arrival, offset=arrival.size, file=kept.pk) if kept else None
    except (FileNotFoundError, KeyError):
        return None


def _read(told: Path) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for line in told.read_text().splitlines():
        with suppress(ValueError):  # torn by a power cut: what stood before it holds
            said |= json.loads(line)
    return said


def append(word: str, offset: int, piece: IO[bytes], length: int) -> Arrival:
    """Put a piece behind what is here, on the disk before this returns; on a full disk nothing of it.

    The last one has the whole judged and kept. Raises `Refused`: 404 where there is none such, 409 where the
    piece belongs elsewhere, 413 where it is longer than was said, 422 where the file is not taken, 423 while
    another piece is written, 507 on a full disk.
    """
    with _held(word) as arrival:
        if offset != arrival.offset:
            raise Refused(
                409, _("This piece does not follow what is here. Ask how far it has come, and go on there.")
            )
        if offset + length > arrival.size:
            raise Refused(413, _("This is longer than was said at the beginning. Choose the file again."))
        if arrival.file is not None:
            return arrival
        with _room(arrival.size - arrival.offset):
            _put(arrival, piece, length)
        os.utime(arrival.told)
        arrival = replace(arrival, offset=arrival.path.stat().st_size)
        if offset < contents.HEAD <= arrival.offset:
            _begins_well(arrival)
        _digest(arrival, BACKLOG)
        return _kept(arrival) if arrival.offset == arrival.size else arrival


def finish(word: str) -> Arrival:
    """Keep what has arrived whole, where a process ended before it came to that; else say how far it is."""
    with _held(word) as arrival:
        return _kept(arrival) if arrival.offset == arrival.size else arrival


def take_out(word: str) -> None:
    """Forget an arrival and what has come of it. Raises `Refused` while a piece is written."""
    with _held(word) as arrival:
        _remove(arrival)


def sweep() -> int:
    """Remove what nobody went on with for a day; return how many went."""
    late = time.time() - LASTS.total_seconds()
    gone = 0
    for told in landing().glob("*.told"):
        try:
            with _held(told.stem) as arrival:
                if told.stat().st_mtime < late:
                    _remove(arrival)
                    gone += 1
        except (Refused, FileNotFoundError):
            continue
    for left in landing().iterdir():  # without a word about it: a crash between two lines
        alone = left.name != ".lock" and not left.with_suffix(".told").exists()
        if alone and left.stat().st_mtime < late:
            left.unlink(missing_ok=True)
    return gone


class Arrived(Upload):  # type: ignore[type-arg]  # no generic at run time
    """What has arrived, as an upload: a storage that is a folder moves it and does not copy it."""

    def __init__(self, arrival: Arrival) -> None:
        super().__init__(arrival.path.open("rb"), name=arrival.name)
        self._path = arrival.path

    def temporary_file_path(self) -> str:
        """Return where it lies."""
        return str(self._path)


@contextmanager
def _held(word: str) -> Iterator[Arrival]:
    """Have an arrival for oneself. Raises `Refused`."""
    there = landing() / f"{word}.told"
    try:
        if not WORD.fullmatch(word):
            raise FileNotFoundError
        lock = there.open("rb")
    except FileNotFoundError:
        raise Refused(
            404, _("What had arrived is gone: it waits for a day. Choose the file again.")
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(423, _("Another piece of this file is just being written.")) from None
        arrival = find(word)
        if arrival is None:
            raise Refused(404, _("What had arrived is gone: it waits for a day. Choose the file again."))
        yield arrival


def _put(arrival: Arrival, piece: IO[bytes], length: int) -> None:
    with arrival.path.open("r+b", buffering=0) as out:
        out.seek(arrival.offset)
        try:
            left = length
            while left and (some := piece.read(min(1 << 20, left))):
                left -= len(some)
                view = memoryview(some)
                while view:
                    view = view[out.write(view) or 0 :]
            os.fdatasync(out.fileno())
        except OSError:
            out.truncate(arrival.offset)
            raise


@contextmanager
def _room(size: int) -> Iterator[None]:
    """Turn a full disk into a word. Raises `Refused`."""
    try:
        yield
    except OSError as fault:
        if fault.errno not in keeping.FULL:
            raise
        raise Refused(507, keeping.no_room(size)) from None


def _wanted(arrival: Arrival) -> list[contents.Kind]:
    return [contents.KINDS[kind] for kind in arrival.kinds]


def _begins_well(arrival: Arrival) -> None:
    """Refuse by its first bytes what is none of the kinds, before gigabytes of it have come."""
    with arrival.path.open("rb") as reading:
        try:
            contents.of_these(reading.read(contents.HEAD), _wanted(arrival))
        except ValidationError as wrong:
            _remove(arrival)
            raise Refused(422, " ".join(wrong.messages)) from None


def _kept(arrival: Arrival) -> Arrival:
    if arrival.file is not None:
        return arrival
    digest = _digest(arrival)
    try:
        # Before it is moved: a process that ends in between is found to have kept it.
        with _room(arrival.size):
            _write(arrival, {"digest": digest})
            with Arrived(arrival) as whole:
                file = keeping.keep(whole, _wanted(arrival), digest=digest)
    except ValidationError as wrong:
        _remove(arrival)
        raise Refused(422, " ".join(wrong.messages)) from None
    arrival.path.unlink(missing_ok=True)
    _digests.pop(arrival.word, None)
    return replace(arrival, file=file.pk)


def _write(arrival: Arrival, said: dict[str, Any]) -> None:
    with arrival.told.open("a") as out:
        out.write("\n" + json.dumps(said))  # a line of its own, also behind a torn one
        out.flush()
        os.fsync(out.fileno())


def _remove(arrival: Arrival) -> None:
    arrival.told.unlink(missing_ok=True)
    arrival.path.unlink(missing_ok=True)
    _digests.pop(arrival.word, None)


_digests: dict[str, tuple[Any, int]] = {}
"""The digests so far, and of how many bytes: only to have them at once when the last piece comes."""


def _digest(arrival: Arrival, most: int | None = None) -> str:
    """Bring the digest up to what is here, by at most so many bytes; return it."""
    state, done = _digests.pop(arrival.word, (hashlib.sha256(), 0))
    if done < arrival.offset:
        until = arrival.offset if most is None else min(arrival.offset, done + most)
        with arrival.path.open("rb") as reading:
            reading.seek(done)
            while done < until and (some := reading.read(min(1 << 20, until - done))):
                state.update(some)
                done += len(some)
    _digests[arrival.word] = (state, done)
    while len(_digests) > 32:
        del _digests[next(iter(_digests))]
    return str(state.hexdigest())
