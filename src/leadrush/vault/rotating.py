"""Rotation: every key wrapped under a new master key while the site runs, and the former one forgotten.

Both master keys are at hand until the end, and each key in the database opens with one of them, so that it
may be killed anywhere and called again. A key is only ever written over the very bytes that it was read from:
one that was made, exchanged or dropped meanwhile is neither lost nor brought back. When the row of the former
master key is gone, the database takes nothing more that was wrapped under it.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from leadrush.vault import masters as known
from leadrush.vault import sweeping
from leadrush.vault.key_models import MasterCheck, PersonKey
from leadrush.vault.masters import WrongMasterKey, masters
from leadrush.vault.sealing import KeyFault, open_by

BATCH = 200
REST = 0.02  # seconds after each batch, and at least as long as it took: others write in between
SWEEPS = 20

Say = Callable[[str], None]


class NotReady(KeyFault):
    """Something has to be done by hand first; the message says what."""


@dataclass(frozen=True)
class Ahead:
    """What a rotation would do: keys in all, those not under the new master key, whether one is under way."""

    keys: int
    left: int
    under_way: bool


def ahead() -> Ahead:
    """Look what there is to do, and write nothing. Raises `KeyFault` where no rotation can begin."""
    _ask_for_next()
    current = masters(again=True)
    count = PersonKey.objects.count()
    hand = known.at_hand()
    announced = len(hand) > 1 and current.wraps[0] == known.wrapping(hand[0])
    return Ahead(count, _left().count() if announced else count, announced or _coming())


def rotate(say: Say) -> int:
    """Do all steps, or those that are left; return how many keys there are. Raises `KeyFault`, `OSError`."""
    with _alone():
        for step in STEPS:
            step(say)
    return PersonKey.objects.count()


def by_hand() -> bool:
    """Say whether the master keys come from the environment, which no program can change."""
    return bool(settings.MASTER_KEY)


def former() -> str:
    """Return the master key that goes, as its file or the environment has it."""
    return str(settings.MASTER_KEY) or known.file().read_text(encoding="ascii").strip()


def write(file: Path, text: str) -> None:
    """Write a file that only its owner can read, whole and on the disk or not at all."""
    half = file.with_name(f"{file.name}.half")
    half.unlink(missing_ok=True)
    opened = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w") as writing:
        writing.write(text + "\n")
        writing.flush()
        os.fsync(writing.fileno())
    half.replace(file)
    _settle_folder(file.parent)


# --- the steps ------------------------------------------------------------------------------------------


def make_next(say: Say) -> None:
    """Draw the new master key, and have it on the disk before anything is wrapped under it."""
    _ask_for_next()
    masters(again=True)  # with a wrong key at hand nothing is begun
    if not by_hand() and not _coming():
        write(known.file_to_come(), known.new_master_key())
        say(f"A new master key is in {known.file_to_come()}.")


def announce(say: Say) -> None:
    """Write the row of the new master key: from here on, whoever looks wraps under it."""
    wrap, current = known.wrapping(known.at_hand()[0]), masters(again=True)
    if wrap not in current.wraps:
        MasterCheck.objects.get_or_create(id=current.number + 1, defaults=known.proof(wrap, current.root))
    if masters(again=True).wraps[0] != wrap:
        raise WrongMasterKey("Another rotation, to another new master key, is under way or was finished.")


def rewrap(say: Say) -> None:
    """Wrap all keys under the new master key, some hundred at a time, until none is left."""
    done, count = 0, _left().count()
    while _left().exists():
        after: int | None = 0
        while after is not None:
            began = time.monotonic()
            after, moved = _batch(after)
            done += moved
            if moved:
                say(f"{done:,} of {max(count, done):,} keys are wrapped under the new master key.")
            time.sleep(max(REST, time.monotonic() - began))


def forget(say: Say) -> None:
    """Take out the row of the former master key, once nothing is left that somebody wrapped under it."""
    while True:
        try:
            with transaction.atomic(using="keys"):
                MasterCheck.objects.filter(pk__lt=masters().number).delete()
        except IntegrityError:
            rewrap(say)
        else:
            return


def sweep(say: Say) -> None:
    """Let the database's files hold nothing either that the former master key opens."""
    for _try in range(SWEEPS):
        if sweeping.sweep(always=True):
            return
        time.sleep(REST)
    say("The database is busy: what the former key opened leaves its files within the hour.")


def verify(say: Say) -> None:
    """Open every key with the new master key, and with no other. Raises `KeyFault`."""
    only = [AESGCM(known.wrapping(known.at_hand()[0]))]
    for proof in MasterCheck.objects.all():
        open_by(only, proof.sealed, "master")
        open_by(only, proof.root, "root")
    for row in PersonKey.objects.order_by("pk").iterator(chunk_size=2000):
        open_by(only, row.wrapped, f"{row.kind}:{row.person}")
        if row.ledger_secret:
            open_by(only, row.ledger_secret, f"ledger:{row.person}")


def take_place(say: Say) -> None:
    """Let the new master key take the place of the former one, whose bytes are overwritten."""
    if by_hand():
        return
    old = known.file().open("r+b") if known.file().exists() else None
    known.file_to_come().replace(known.file())
    _settle_folder(known.file().parent)
    if old is not None:
        with old:
            # A copy that somebody made as a second name for the same file is theirs.
            if os.fstat(old.fileno()).st_nlink == 0:
                old.write(bytes(os.fstat(old.fileno()).st_size))
                old.flush()
                os.fsync(old.fileno())
    masters(again=True)


STEPS = (make_next, announce, rewrap, forget, sweep, verify, take_place)


# --- what they use --------------------------------------------------------------------------------------


def _ask_for_next() -> None:
    if not by_hand():
        return
    if not settings.MASTER_KEY_NEXT:
        raise NotReady(
            "The master key is in the environment. Make a new one: `openssl rand -base64 32 | tr +/ -_`. "
            "Set it as LEADRUSH_MASTER_KEY_NEXT beside LEADRUSH_MASTER_KEY, restart the site with both, and "
            "call this again."
        )
    if known.decode(settings.MASTER_KEY_NEXT) == known.decode(settings.MASTER_KEY):
        raise NotReady("LEADRUSH_MASTER_KEY_NEXT is the same key as LEADRUSH_MASTER_KEY: make a new one.")


def _coming() -> bool:
    return not by_hand() and known.file_to_come().exists()


def _left() -> QuerySet[PersonKey]:
    return PersonKey.objects.exclude(master=masters().number)


def _batch(after: int) -> tuple[int | None, int]:
    """Wrap the keys of the next rows; return the last one's number, None behind the last, and how many."""
    current = masters()
    with transaction.atomic(using="keys"):
        # Rows that somebody holds are left for the next round: who waits for nobody blocks nobody.
        rows = list(_left().select_for_update(skip_locked=True).filter(pk__gt=after).order_by("pk")[:BATCH])
        moved = 0
        for row in rows:
            fresh: dict[str, bytes | int] = {"master_id": current.number}
            contexts = {"wrapped": f"{row.kind}:{row.person}", "ledger_secret": f"ledger:{row.person}"}
            for column, context in contexts.items():
                if sealed := bytes(getattr(row, column)):
                    fresh[column] = current.wrap(_open(sealed, context), context)
            same = PersonKey.objects.filter(pk=row.pk, wrapped=bytes(row.wrapped))
            moved += same.update(**fresh)
    return (rows[-1].pk if rows else None), moved


def _open(wrapped: bytes, context: str) -> bytes:
    try:
        return masters().unwrap(wrapped, context)
    except KeyFault as fault:
        raise KeyFault(
            "A key in the keys database opens with neither master key: it was changed, or is of another "
            "installation. Nothing was lost; both master keys are still in their places."
        ) from fault


@contextmanager
def _alone() -> Iterator[None]:
    """Let one rotation run at a time on this folder of keys."""
    with (known.file().parent / "rotating.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotReady("Another rotation of the master key is under way: wait until it ends.") from None
        yield


def _settle_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
