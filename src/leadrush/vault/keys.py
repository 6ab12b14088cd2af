"""Keys: the master key from the environment or a file, a data key for each person, sealing and opening.

Everything is AES-256-GCM with a random 96-bit nonce; a sealed value is `b"\\x01" + nonce + ciphertext`, bound
to its context (what it is, and whose) so that it cannot be moved.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import uuid
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

from leadrush.vault.key_models import MasterCheck, PersonKey

Bytes = bytes | memoryview
"""What a binary column gives: bytes from SQLite, a view of them from PostgreSQL."""
FORM = b"\x01"
NONCE = 12
WORD = b"leadrush"


class KeyFault(RuntimeError):
    """A key is missing or wrong; the message says which and what to do."""


class NoMasterKey(KeyFault):
    """There is no master key in the environment and no file that holds it."""


class WrongMasterKey(KeyFault):
    """There is a master key, and it is not the one that this site's keys were wrapped with."""


class NoKey(KeyFault):
    """A person's key is not in the keys database: they were erased, or that database is behind."""


def new_master_key() -> str:
    """Return a fresh master key: 32 random bytes as base64url text."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


@lru_cache(maxsize=4)
def _decode(text: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text.strip())
    except (binascii.Error, ValueError) as fault:
        raise WrongMasterKey("The master key is not base64url text: it should be 44 characters.") from fault
    if len(key) != 32:
        raise WrongMasterKey(
            f"The master key has {len(key)} bytes; it needs 32 (44 characters of base64url)."
        )
    return key


def master_key() -> bytes:
    """Return the master key. Raises `NoMasterKey` or `WrongMasterKey` with a sentence for the terminal."""
    if settings.MASTER_KEY:
        return _decode(settings.MASTER_KEY)
    return _decode(_read(Path(settings.MASTER_KEY_FILE)))


@lru_cache(maxsize=4)
def _read(file: Path) -> str:
    try:
        text = file.read_text(encoding="ascii")
    except (OSError, ValueError) as fault:
        raise NoMasterKey(
            f"No master key: set LEADRUSH_MASTER_KEY, or put the key back into {file}. "
            "Without it nothing that was sealed can be read."
        ) from fault
    if file.stat().st_mode & 0o077:
        raise WrongMasterKey(f"{file} can be read by others: chmod 600 {file}")
    return text


@lru_cache(maxsize=16)
def _derived(master: bytes, name: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"leadrush {name}".encode()).derive(master)


def derived(name: str) -> bytes:
    """Return a 32-byte key made from the master key for one named thing (`blind-index`, `sessions`)."""
    return _derived(master_key(), name)


def seal_with(key: bytes, text: bytes, context: str) -> bytes:
    """Seal bytes under a 32-byte key, bound to a context."""
    nonce = os.urandom(NONCE)
    return FORM + nonce + AESGCM(key).encrypt(nonce, text, context.encode())


def open_with(key: bytes, sealed: Bytes, context: str) -> bytes:
    """Open sealed bytes. Raises `KeyFault` when the key or the context is not the one it was sealed with."""
    sealed = bytes(sealed)
    if sealed[:1] != FORM:
        raise KeyFault("This is not a sealed value.")
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], context.encode())
    except InvalidTag as fault:
        raise KeyFault("A sealed value does not open: wrong key, or it was moved or changed.") from fault


def prove_master_key() -> None:
    """Check the master key against the word in the keys database, writing the word on the first start.

    Raises `WrongMasterKey`. Call once at start, before anything is made with the key.
    """
    key = derived("wrap")
    check = MasterCheck.objects.first()
    if check is None:
        if PersonKey.objects.exists():
            raise WrongMasterKey(
                "The keys database holds keys and no proof of its master key: restore it whole."
            )
        MasterCheck.objects.get_or_create(id=1, defaults={"sealed": seal_with(key, WORD, "master")})
        return
    try:
        open_with(key, check.sealed, "master")
    except KeyFault as fault:
        raise WrongMasterKey(
            "The master key is not the one this site was made with. Put the right one back: "
            "with another, nothing that was sealed can be read."
        ) from fault


def make(person: uuid.UUID, kind: str = PersonKey.LIVING, *, new: bool = False) -> Ring:
    """Make a person's key unless there is one, and return it; committed before data is sealed under it.

    `new` says that the person's number was drawn just now, so that nobody needs to look for a key.
    """
    wrap = derived("wrap")
    fresh = {
        "wrapped": seal_with(wrap, os.urandom(32), f"{kind}:{person}"),
        "ledger_secret": seal_with(wrap, os.urandom(32), f"ledger:{person}"),
    }
    with transaction.atomic(using="keys", savepoint=False):
        if new:
            row = PersonKey.objects.create(person=person, kind=kind, **fresh)
        else:
            row, _made = PersonKey.objects.get_or_create(person=person, kind=kind, defaults=fresh)
    return Ring((), kind, rows=[row])


class Ring:
    """The keys of some persons, fetched in one question and unwrapped when asked for."""

    def __init__(
        self,
        persons: Iterable[uuid.UUID],
        kind: str = PersonKey.LIVING,
        *,
        rows: Iterable[PersonKey] | None = None,
    ) -> None:
        self._kind = kind
        wrapped: Iterable[tuple[uuid.UUID, Bytes, Bytes]]
        if rows is None:
            # Two columns and no rows of Django's: of a batch of addresses, this is half the work. No cursor
            # on the server either, which costs three trips where one brings everything.
            found = PersonKey.objects.filter(person__in=set(persons), kind=kind)
            wrapped = found.values_list("person", "wrapped", "ledger_secret")
        else:
            wrapped = [(row.person, row.wrapped, row.ledger_secret) for row in rows]
        self._wrapped: dict[uuid.UUID, tuple[Bytes, Bytes]] = {
            person: (key, secret) for person, key, secret in wrapped
        }

    def _keys(self, person: uuid.UUID) -> tuple[Bytes, Bytes]:
        """Return the wrapped data key and the wrapped ledger secret. Raises `NoKey`."""
        try:
            return self._wrapped[person]
        except KeyError:
            raise NoKey(
                "The key of this person is not in the keys database: they were erased, "
                "or the keys database is older than the data."
            ) from None

    def has(self, person: uuid.UUID) -> bool:
        """Say whether this person's key is there."""
        return person in self._wrapped

    def key(self, person: uuid.UUID) -> bytes:
        """Return the person's data key. Raises `NoKey`."""
        return open_with(derived("wrap"), self._keys(person)[0], f"{self._kind}:{person}")

    def mark(self, person: uuid.UUID) -> str:
        """Return the name under which this person stands in the ledger: 32 hex. Raises `NoKey`."""
        secret = open_with(derived("wrap"), self._keys(person)[1], f"ledger:{person}")
        return hmac.new(secret, person.bytes, hashlib.sha256).hexdigest()[:32]

    def seal(self, person: uuid.UUID, text: str, context: str) -> bytes:
        """Seal a text under the person's key, bound to them and to the context."""
        return seal_with(self.key(person), text.encode(), f"{person}:{context}")

    def open(self, person: uuid.UUID, sealed: Bytes, context: str) -> str:
        """Open a text. Only `vault.opening` calls this, after the gate and the ledger."""
        return open_with(self.key(person), sealed, f"{person}:{context}").decode()
