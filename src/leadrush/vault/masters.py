"""The master key, which wraps all that the keys database holds, and the root that everything else is made of.

The root is drawn once, at the first start, and lies in the keys database, wrapped; so the master key can be
exchanged (`rotating.py`) without touching what was made from the root: the blind index, sessions, links.

While it is exchanged two master keys are at hand. Each has a row with a word sealed under it, and each
wrapped key names the row that it was wrapped under: the database takes no key whose row is gone. A process
looks for the later master key when something does not open with those it knows, or is not taken.
"""

from __future__ import annotations

import base64
import binascii
import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ParamSpec, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import IntegrityError, connections

from leadrush.vault.key_models import MasterCheck, PersonKey
from leadrush.vault.sealing import Bytes, KeyFault, open_by, open_with, seal_with

WORD = b"leadrush"
LOOKS = 3
"""How often the keys at hand are compared with the database when an exchange ends in between."""

P = ParamSpec("P")
R = TypeVar("R")


class NoMasterKey(KeyFault):
    """There is no master key in the environment and no file that holds it."""


class WrongMasterKey(KeyFault):
    """There is a master key, and it is not the one that this site's keys were wrapped with."""


# --- the keys at hand ----------------------------------------------------------------------------------


def new_master_key() -> str:
    """Return a fresh master key: 32 random bytes as base64url text."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


@lru_cache(maxsize=4)
def decode(text: str) -> bytes:
    """Return the bytes of a master key. Raises `WrongMasterKey` for what can be none."""
    try:
        key = base64.urlsafe_b64decode(text.strip())
    except (binascii.Error, ValueError) as fault:
        raise WrongMasterKey("The master key is not base64url text: it should be 44 characters.") from fault
    if len(key) != 32:
        raise WrongMasterKey(
            f"The master key has {len(key)} bytes; it needs 32 (44 characters of base64url)."
        )
    return key


def file() -> Path:
    """Return where the master key lies, unless it comes from the environment."""
    return Path(settings.MASTER_KEY_FILE)


def file_to_come() -> Path:
    """Return where the master key lies that is to take the other's place."""
    return file().with_name(f"{file().name}.next")


def at_hand() -> list[bytes]:
    """Return the master keys at hand, the one to come first; its place in time is the last.

    Raises `NoMasterKey` or `WrongMasterKey` with a sentence for the terminal.
    """
    if settings.MASTER_KEY:
        return [decode(text) for text in (settings.MASTER_KEY_NEXT, settings.MASTER_KEY) if text]
    # The one to come is looked for first: if it takes its place in between, it is found there.
    coming = _read(file_to_come())
    now = _read(file())
    if now is None and coming is None:
        raise NoMasterKey(
            f"No master key: set LEADRUSH_MASTER_KEY, or put the key back into {file()}. "
            "Without it nothing that was sealed can be read. If no copy of it is left, it is lost for good."
        )
    return [decode(text) for text in (coming, now) if text is not None]


def master_key() -> bytes:
    """Return the master key. Raises `NoMasterKey` or `WrongMasterKey` with a sentence for the terminal."""
    return at_hand()[-1]


def _read(file: Path) -> str | None:
    try:
        text = file.read_text(encoding="ascii")
        mode = file.stat().st_mode
    except (OSError, ValueError):
        return None
    if mode & 0o077:
        raise WrongMasterKey(f"{file} can be read by others: chmod 600 {file}")
    return text


def wrapping(master: bytes) -> bytes:
    """Return the key, made from a master key, that wraps. Nothing else is made from a master key."""
    return _made(master, "wrap")


@lru_cache(maxsize=16)
def _made(secret: bytes, name: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"leadrush {name}".encode()).derive(secret)


# --- those that the database knows ---------------------------------------------------------------------


@dataclass(frozen=True)
class Masters:
    """The master keys that the database knows, the latest first, and the root.

    `number` is the row of the latest one, under which keys are wrapped from now on. Those that were exchanged
    while this process ran stay at the end, for what was fetched before.
    """

    number: int
    wraps: tuple[bytes, ...]
    ciphers: list[AESGCM]
    root: bytes

    def wrap(self, key: bytes, context: str) -> bytes:
        """Wrap a key under the latest master key."""
        return seal_with(self.wraps[0], key, context)

    def unwrap(self, wrapped: Bytes, context: str) -> bytes:
        """Unwrap a key, looking for a later master key where need be. Raises `KeyFault`."""
        try:
            return open_by(self.ciphers, wrapped, context)
        except KeyFault:
            return open_by(masters(again=True).ciphers, wrapped, context)


_known: dict[tuple[str, ...], Masters] = {}


def masters(*, again: bool = False) -> Masters:
    """Return the master keys and the root; read once a process, or `again`. Raises as `at_hand` does."""
    keys = connections.settings["keys"]
    place = (
        settings.MASTER_KEY,
        settings.MASTER_KEY_NEXT,
        str(settings.MASTER_KEY_FILE),
        str(keys["NAME"]),
        str(keys.get("HOST", "")),
    )
    known = _known.get(place)
    if known is None or again:
        known = _known[place] = _look(known)
    return known


def _look(known: Masters | None) -> Masters:
    for left in reversed(range(LOOKS)):
        # First the rows: a key is at hand before its row is written, and until its row is gone.
        rows = list(MasterCheck.objects.order_by("-id"))
        hand = [wrapping(key) for key in at_hand()]
        try:
            return _compare(rows, hand, known)
        except WrongMasterKey:
            if not left:
                raise
    raise AssertionError("unreachable")


def _compare(rows: list[MasterCheck], hand: list[bytes], known: Masters | None) -> Masters:
    if not rows:
        raise WrongMasterKey(
            "The keys database holds no proof of its master key: restore it whole, or start the site with "
            "`leadrush up`."
        )
    wraps = [_proven(row, hand) for row in rows]
    if not rows[0].root:
        raise WrongMasterKey("The keys database is from an earlier version: run `leadrush prepare` once.")
    root = open_with(wraps[0], rows[0].root, "root")
    # In the order of the rows, then what was known before; each once.
    wraps = list(dict.fromkeys([*wraps, *(known.wraps if known else ())]))
    return Masters(rows[0].pk, tuple(wraps), [AESGCM(wrap) for wrap in wraps], root)


def _proven(row: MasterCheck, hand: list[bytes]) -> bytes:
    """Return which of the keys at hand opens the word of this row."""
    for wrap in hand:
        try:
            open_with(wrap, row.sealed, "master")
        except KeyFault:
            continue
        return wrap
    raise WrongMasterKey(
        "The master key is not the one this site was made with. Put the right one back: with another, "
        "nothing that was sealed can be read. A backup of the keys opens with the master key of its own day; "
        "one made while `leadrush rotate-key` ran needs both that it ran between."
    )


def follows(act: Callable[P, R]) -> Callable[P, R]:
    """Let an action that wraps keys begin again where the master key it knew was exchanged meanwhile.

    The database did not take what was wrapped under the former one, and everything was taken back.
    """

    @functools.wraps(act)
    def through(*args: P.args, **kwargs: P.kwargs) -> R:
        before = masters().number
        try:
            return act(*args, **kwargs)
        except IntegrityError:
            # Only the outermost can begin again.
            if connections["keys"].in_atomic_block or masters(again=True).number == before:
                raise
            return act(*args, **kwargs)

    return through


# --- the beginning -------------------------------------------------------------------------------------


def prove_master_key() -> None:
    """Check the master key against the word in the keys database; write word and root on the first start.

    Raises `WrongMasterKey`. Call once at start, before anything is made with the key.
    """
    if not MasterCheck.objects.exists():
        if PersonKey.objects.exists():
            raise WrongMasterKey(
                "The keys database holds keys and no proof of its master key: restore it whole."
            )
        MasterCheck.objects.get_or_create(id=1, defaults=proof(wrapping(master_key()), os.urandom(32)))
    _give_root()
    masters(again=True)


def _give_root() -> None:
    """Give a site from before there was a root the one that everything was made from then: its master key."""
    for row in MasterCheck.objects.filter(root=b""):
        wrap = _proven(row, [wrapping(key) for key in at_hand()])
        (master,) = (key for key in at_hand() if wrapping(key) == wrap)
        MasterCheck.objects.filter(pk=row.pk, root=b"").update(root=seal_with(wrap, master, "root"))


def proof(wrap: bytes, root: bytes) -> dict[str, bytes]:
    """Return the word and the root as they lie in the row of a master key."""
    return {"sealed": seal_with(wrap, WORD, "master"), "root": seal_with(wrap, root, "root")}


def derived(name: str) -> bytes:
    """Return a 32-byte key made from the root for one named thing (`blind-index`, `sessions`)."""
    return _made(masters().root, name)
