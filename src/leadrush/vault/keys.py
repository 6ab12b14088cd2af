"""Keys: a data key for each person, wrapped by the master key; sealing and opening with it.

A person has up to three. `living` seals what is held. `kept` seals what the law keeps when everything else
is erased. `former` was the living one until a moment ago: it opens what is still to be sealed again under
the new one (`rekeying.py`), and seals nothing any more.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
import uuid
from collections.abc import Iterable

from django.db import transaction

from leadrush.vault.key_models import PersonKey
from leadrush.vault.masters import (
    NoMasterKey,
    WrongMasterKey,
    derived,
    follows,
    master_key,
    masters,
    new_master_key,
    prove_master_key,
)
from leadrush.vault.sealing import FORM, Bytes, KeyFault, open_with, seal_with

__all__ = [
    "FORM",
    "FORMER",
    "KEPT",
    "LIVING",
    "Bytes",
    "KeyFault",
    "NoKey",
    "NoMasterKey",
    "Ring",
    "WrongMasterKey",
    "derived",
    "drop",
    "follows",
    "make",
    "master_key",
    "new_master_key",
    "open_with",
    "prove_master_key",
    "renew",
    "seal_with",
]

LIVING, KEPT, FORMER = PersonKey.LIVING, PersonKey.KEPT, PersonKey.FORMER
FRESH = 60.0
"""Seconds for which a key that was fetched seals: a new living key is made only where the one before stays
long enough for whatever was sealed under it meanwhile to be found (`rekeying.GRACE`)."""


class NoKey(KeyFault):
    """A person's key is not in the keys database: they were erased, or that database is behind."""


@follows
def make(person: uuid.UUID, kind: str = LIVING, *, new: bool = False) -> Ring:
    """Make a person's key unless there is one, and return it; committed before data is sealed under it.

    `new` says that the person's number was drawn just now, so that nobody needs to look for a key.
    """
    fresh = _fresh(person, kind, os.urandom(32), os.urandom(32))
    with transaction.atomic(using="keys", savepoint=False):
        if new:
            row = PersonKey.objects.create(person=person, kind=kind, **fresh)
        else:
            row, _made = PersonKey.objects.get_or_create(person=person, kind=kind, defaults=fresh)
    return Ring((), kind, rows=[row])


def _fresh(person: uuid.UUID, kind: str, key: bytes, secret: bytes) -> dict[str, bytes | int]:
    known = masters()
    return {
        "wrapped": known.wrap(key, f"{kind}:{person}"),
        "ledger_secret": known.wrap(secret, f"ledger:{person}"),
        "master_id": known.number,
    }


@follows
def renew(person: uuid.UUID) -> bool:
    """Make a new living key beside the one so far, which becomes `former`; False when one was made already.

    The ledger secret goes over to the new key: marks stay whose they were. Raises `NoKey`.
    """
    with transaction.atomic(using="keys"):
        found = PersonKey.objects.select_for_update().filter(person=person, kind__in=(LIVING, FORMER))
        rows = {row.kind: row for row in found}
        if FORMER in rows:
            return False
        if LIVING not in rows:
            raise NoKey("This person has no living key: they were erased.")
        living = rows[LIVING]
        key = masters().unwrap(living.wrapped, f"{LIVING}:{person}")
        secret = masters().unwrap(living.ledger_secret, f"ledger:{person}")
        former = _fresh(person, FORMER, key, b"") | {"ledger_secret": b""}
        PersonKey.objects.filter(pk=living.pk).update(kind=FORMER, **former)
        PersonKey.objects.create(person=person, kind=LIVING, **_fresh(person, LIVING, os.urandom(32), secret))
    return True


def drop(person: uuid.UUID, *kinds: str) -> None:
    """Destroy a person's keys of these kinds: the living one and the one before it, unless said otherwise.

    What the law keeps stays under its own. Again until none is left: a new one may be made in between.
    """
    while PersonKey.objects.filter(person=person, kind__in=kinds or (LIVING, FORMER)).delete()[0]:
        pass


class Ring:
    """The keys of some persons, fetched in one question and unwrapped when asked for."""

    def __init__(
        self,
        persons: Iterable[uuid.UUID],
        kind: str = LIVING,
        *,
        rows: Iterable[PersonKey] | None = None,
    ) -> None:
        self._kind = kind
        self._masters = masters()
        self._at = time.monotonic()
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
        return self._masters.unwrap(self._keys(person)[0], f"{self._kind}:{person}")

    def mark(self, person: uuid.UUID) -> str:
        """Return the name under which this person stands in the ledger: 32 hex. Raises `NoKey`."""
        secret = self._masters.unwrap(self._keys(person)[1], f"ledger:{person}")
        return hmac.new(secret, person.bytes, hashlib.sha256).hexdigest()[:32]

    def seal(self, person: uuid.UUID, text: str, context: str) -> bytes:
        """Seal a text under the person's key, bound to them and to the context. Raises `NoKey`."""
        if time.monotonic() - self._at > FRESH:
            return Ring([person], self._kind).seal(person, text, context)
        return seal_with(self.key(person), text.encode(), f"{person}:{context}")

    def opens(self, person: uuid.UUID, sealed: Bytes, context: str) -> bool:
        """Say whether a text is sealed under this very key of the person."""
        try:
            open_with(self.key(person), sealed, f"{person}:{context}")
        except KeyFault:
            return False
        return True

    def open(self, person: uuid.UUID, sealed: Bytes, context: str) -> str:
        """Open a text. Only `vault.opening` calls this, after the gate and the ledger."""
        try:
            return open_with(self.key(person), sealed, f"{person}:{context}").decode()
        except KeyFault:
            # Sealed for the law's sake, under the key before, or under one made since these were fetched.
            for kind in (LIVING, FORMER, KEPT) if self._kind == LIVING else ():
                other = Ring([person], kind)
                if other.opens(person, sealed, context):
                    return open_with(other.key(person), sealed, f"{person}:{context}").decode()
            raise
