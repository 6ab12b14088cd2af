"""Looking for a word in every byte of a folder, in every way in which the program could have written it."""

from __future__ import annotations

import base64
import binascii
import os
import quopri
import re
import urllib.parse
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb

PACKED = re.compile(rb"\.?eJ[A-Za-z0-9_\-+/]{16,}={0,2}")
"""zlib's beginning in base64: how Django packs what it signs."""


def spellings(word: str) -> dict[str, bytes]:
    """Return a word as bytes in each encoding that the program uses; base64 without its ragged ends."""
    plain = word.encode()
    found = {
        "plain": plain,
        "capitals": plain.upper(),
        "backwards": plain[::-1],
        "hex": binascii.hexlify(plain),
        "utf-16": word.encode("utf-16-le"),
        "percent": "".join(f"%{byte:02X}" for byte in plain).encode(),
        "quoted-printable": quopri.encodestring(plain, quotetabs=True),
        "quoted": urllib.parse.quote(word).encode(),
    }
    for shift in range(3):
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            whole = encode(b"\0" * shift + plain)
            found[f"{name}+{shift}"] = whole[4 if shift else 0 : len(whole) - 4]
    return found


def files(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder, links and sockets aside; what goes away meanwhile is passed over."""
    below = (Path(inside) / name for inside, _folders, names in os.walk(folder) for name in names)
    for path in sorted(below):
        if path.is_file() and not path.is_symlink():
            yield path


def search(folder: Path, words: list[str]) -> list[str]:
    """Return where any of the words was found: file, encoding, what stood around it."""
    wanted = [(word, name, spelled) for word in words for name, spelled in spellings(word).items()]
    found = []
    for path in files(folder):
        content = path.read_bytes()
        unpacked = b"\n".join(_unpack(match[0]) for match in PACKED.finditer(content))
        if path.suffix == ".parquet":
            unpacked += "\n".join(map(str, duckdb.read_parquet(str(path)).fetchall())).encode()
        for word, name, spelled in wanted:
            for where, text in (("", content), (" (packed)", unpacked)):
                at = text.find(spelled)
                if at >= 0:
                    around = text[max(0, at - 60) : at + 60]
                    found.append(f"{path.relative_to(folder)}: {word} as {name}{where}: {around!r}")
    return found


def _unpack(text: bytes) -> bytes:
    try:
        body = text.lstrip(b".")
        return zlib.decompress(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
    except (binascii.Error, zlib.error, ValueError):
        return b""
