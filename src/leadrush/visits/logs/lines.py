"""Lines of a log: cut from its file in chunks, and shown to its owner without whom they are about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from leadrush.visits.logs.formats import LONGEST

CUT = 160  # letters of a line that are shown
LOOKED = 2000  # letters of it that are looked at for that
BLOCK = 1 << 20
HIDDEN = re.compile(
    r"[^\s\"'<>,;=?&/]+(?:@|%40)[^\s\"'<>,;&/]+"  # an e-mail address
    r"|(?<![\w.])(?:\d{1,3}[.-]){3}\d{1,3}(?:[.-][\w.-]+)?"  # IPv4, also at the beginning of a host's name
    r"|[0-9A-Fa-f.]*(?::[0-9A-Fa-f.]*){2,}"  # IPv6, and clocks
    r"|[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){2,}"  # a host's name
    r"|(?<=\?)[^\s\"']+"  # a query
    r"|(?<=\s)(?!-\s)[^\s\[]+(?=\s\[\d)"  # who signed in, where the server knows it
    r"|[0-9A-Fa-f]{12,}|\d{7,}|[A-Za-z0-9_-]{28,}"  # a key, a telephone number
)
CLOCK = re.compile(r"(?:\d{4}:)?\d{1,2}:\d{2}:\d{2}")


def pieces(held: IO[bytes], most: int) -> Iterator[tuple[bytes, int]]:
    """Yield whole lines, about `most` bytes of them at a time, and how many bytes of the file that is.

    A line that is longer than a piece comes alone and cut short.
    """
    rest = b""
    while got := held.read(most - len(rest)):
        piece = rest + got
        end = piece.rfind(b"\n") + 1
        if end:
            rest = piece[end:]
            yield piece[:end], end
        elif len(piece) < most:
            rest = piece
        else:
            length = len(piece)
            while more := held.readline(BLOCK):
                length += len(more)
                if more.endswith(b"\n"):
                    break
            rest = b""
            yield piece[: LONGEST * 4 + 1], length
    if rest:
        yield rest, len(rest)


def text(piece: bytes) -> str:
    """Return what a piece says, without its last line end.

    What is no UTF-8, and zeros, become the mark for a letter that is not known.
    """
    found = piece.decode("utf-8", "replace").replace("\0", "\ufffd").replace("\r\n", "\n")
    return found.removesuffix("\n")


def hidden(line: str) -> str:
    """Return the beginning of a line, `…` in place of all that may be an address or tell of somebody."""
    beginning = line[:LOOKED]
    if len(line) > LOOKED:
        # What was cut through would not be known again for what it is.
        beginning = re.sub(r"\S*$", "…", beginning)
    shown = HIDDEN.sub(lambda found: found[0] if CLOCK.fullmatch(found[0]) else "…", beginning)
    shown = "".join(letter if letter.isprintable() else "�" for letter in shown.replace("\t", " "))
    shown = re.sub("…+", "…", shown)
    return shown if len(shown) <= CUT else shown[: CUT - 1] + "…"
