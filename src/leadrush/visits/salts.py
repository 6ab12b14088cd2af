"""The word of the day: random, in a file of its own, gone when the day is over. Clause `visits-counted`.

It is the key under which a browser without a yes gets a number for one day. It lies in no database and in no
backup, is drawn once by whichever process needs it first, and only ever for the day that it is: a day whose
word is gone cannot be counted again in the same numbers.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from datetime import date
from pathlib import Path

from django.conf import settings

LENGTH = 32
_known: dict[str, bytes] = {}


def folder() -> Path:
    """Return where the words lie, for their owner only."""
    return Path(settings.VISITS) / "words"


def of(name: str) -> bytes:
    """Return the word of a day (`2026-11-29`) or of an import, drawn now where there is none.

    Held in memory for the day at hand and the one before it, until that one is forgotten.
    """
    if (known := _known.get(name)) is not None:
        return known
    file = folder() / name
    try:
        word = file.read_bytes()
    except FileNotFoundError:
        word = _draw(file)
    if len(word) != LENGTH:
        # Half a word is what a crash left; nothing was counted under it.
        destroy(name)
        word = _draw(file)
    _known[name] = word
    return word


def _draw(file: Path) -> bytes:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = file.with_name(f".{file.name}.{os.getpid()}")
    opened = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(opened, os.urandom(LENGTH))
    finally:
        os.close(opened)
    try:
        os.link(half, file)  # whoever comes second takes the word of whoever came first
    except FileExistsError:
        pass
    finally:
        half.unlink(missing_ok=True)
    return file.read_bytes()


def number(word: bytes, *parts: str) -> int:
    """Return a number of 63 bits made of some texts under a word."""
    digest = hashlib.blake2b("\n".join(parts).encode("utf-8", "replace"), key=word, digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def there() -> list[str]:
    """Return the names of the words that exist."""
    with suppress(FileNotFoundError):
        return sorted(file.name for file in folder().iterdir() if not file.name.startswith("."))
    return []


def over(today: date) -> list[str]:
    """Return the days that are over and still have a word."""
    found = []
    for name in there():
        with suppress(ValueError):
            if date.fromisoformat(name) < today:
                found.append(name)
    return found


def destroy(name: str) -> None:
    """Overwrite a word and remove it; it may be gone already."""
    _known.pop(name, None)
    file = folder() / name
    with suppress(FileNotFoundError):
        with file.open("r+b") as held:
            held.write(os.urandom(LENGTH))
            held.flush()
            os.fsync(held.fileno())
        file.unlink()


def forget(today: date | None = None) -> None:
    """Drop from this process what belongs to days that are over; all of it without a day."""
    if today is None:
        _known.clear()
        return
    for name in [name for name in _known if name[:10] < today.isoformat() and len(name) == 10]:
        _known.pop(name, None)
