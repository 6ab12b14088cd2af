"""Sealing: AES-256-GCM with a random 96-bit nonce, and what is said when something does not open.

A sealed value is `b"\\x01" + nonce + ciphertext`, bound to its context (what it is, and whose) so that it
cannot be moved.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Bytes = bytes | memoryview
"""What a binary column gives: bytes from SQLite, a view of them from PostgreSQL."""
FORM = b"\x01"
NONCE = 12


class KeyFault(RuntimeError):
    """A key is missing or wrong; the message says which and what to do."""


def seal_with(key: bytes, text: bytes, context: str) -> bytes:
    """Seal bytes under a 32-byte key, bound to a context."""
    nonce = os.urandom(NONCE)
    return FORM + nonce + AESGCM(key).encrypt(nonce, text, context.encode())


def open_with(key: bytes, sealed: Bytes, context: str) -> bytes:
    """Open sealed bytes. Raises `KeyFault` when the key or the context is not the one it was sealed with."""
    return open_by([AESGCM(key)], sealed, context)


def open_by(ciphers: list[AESGCM], sealed: Bytes, context: str) -> bytes:
    """Open sealed bytes with the first of some keys that does. Raises `KeyFault` when none does."""
    sealed = bytes(sealed)
    if sealed[:1] != FORM:
        raise KeyFault("This is not a sealed value.")
    nonce, text, bound = sealed[1 : 1 + NONCE], sealed[1 + NONCE :], context.encode()
    for cipher in ciphers:
        try:
            return cipher.decrypt(nonce, text, bound)
        except InvalidTag:
            continue
    raise KeyFault("A sealed value does not open: wrong key, or it was moved or changed.")
