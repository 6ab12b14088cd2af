"""What Janus records: a file for each sound and each picture of each publisher, each time they come.

A file begins with when it was begun, then has each packet with the milliseconds since. One that was being
written when Janus was killed ends in `.mjr.tmp`, perhaps within a packet; what is whole of it counts.
"""

from __future__ import annotations

import json
import mmap
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from leadrush.live.plane.janus.judging import publisher

BEGINS = b"MJR00002"
PACKET = b"MEET"
HEAD = len(PACKET) + 4 + 2  # its mark, its time in milliseconds, its length
NAME = re.compile(
    r"user-(?P<feed>[^/]+)-(?P<at>\d+)-(?P<kind>audio|video)-(?P<part>\d+)\.mjr(\.tmp)?", re.ASCII
)
CODECS = {"audio": {"opus"}, "video": {"vp8", "h264"}}


@dataclass(frozen=True)
class Piece:
    """One file: what of whom it has, and from when to when, in seconds since 1970."""

    path: Path
    participant: str
    kind: Literal["audio", "video"]
    codec: str
    begun: float
    ended: float

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.ended - self.begun


class Unreadable(Exception):
    """A file that is none of Janus's, or whose beginning is damaged."""


def find(*folders: Path) -> tuple[list[Piece], list[str]]:
    """Return the pieces in a room's folders in the order in which they were begun, and the names of damaged
    files.

    A file in which nothing was recorded is neither.
    """
    found: list[Piece] = []
    damaged: list[str] = []
    for path in sorted(one for folder in folders for one in folder.glob("videoroom-*.mjr*")):
        try:
            piece = read(path)
        except Unreadable:
            damaged.append(path.name)
            continue
        if piece is not None:
            found.append(piece)
    return sorted(found, key=lambda piece: piece.begun), damaged


def read(path: Path) -> Piece | None:
    """Return what a file has, None if nothing was recorded. Raises `Unreadable`."""
    name = NAME.search(path.name)
    if name is None:
        raise Unreadable(path.name)
    with path.open("rb") as file:
        if path.stat().st_size <= len(BEGINS):
            return None
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return _piece(path, name, content)


def _piece(path: Path, name: re.Match[str], content: mmap.mmap) -> Piece | None:
    try:
        if content[: len(BEGINS)] != BEGINS:
            raise Unreadable(path.name)
        (length,) = struct.unpack_from("!H", content, len(BEGINS))
        at = len(BEGINS) + 2 + length
        told = json.loads(content[len(BEGINS) + 2 : at])
        codec, begun = str(told["c"]), int(told["u"]) / 1e6
    except (struct.error, ValueError, KeyError, TypeError):
        raise Unreadable(path.name) from None
    kind: Literal["audio", "video"] = "audio" if name["kind"] == "audio" else "video"
    if codec not in CODECS[kind]:
        raise Unreadable(path.name)
    last, count = _packets(content, at)
    if not count:
        return None
    return Piece(path, publisher(name["feed"]), kind, codec, begun, begun + last / 1000)


def _packets(content: mmap.mmap, at: int) -> tuple[int, int]:
    """Return the milliseconds of the last whole packet, and how many there are."""
    last = count = 0
    size = len(content)
    head = struct.Struct("!4sIH")
    while at + HEAD <= size:
        mark, time, length = head.unpack_from(content, at)
        at += HEAD + length
        if mark != PACKET or at > size:
            break
        last, count = max(last, time), count + 1
    return last, count
