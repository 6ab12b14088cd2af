"""Log files taken in: our copy of each, while it is being counted and no longer. Clause `visits-logs`.

A copy holds addresses. It lies in a folder of its own, readable by its owner only and in no backup, and goes
with the random word of its import when it is counted or stopped; what a crash leaves is swept away.
"""

from __future__ import annotations

import errno
import fcntl
import gzip
import hashlib
import os
import shutil
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from leadrush.gate import evidence
from leadrush.visits import salts
from leadrush.visits.logs import formats
from leadrush.visits.logs.lines import BLOCK, text
from leadrush.visits.models import Import

CLAUSES = ("visits-logs", "visits-counted")
UNDER_WAY = (Import.State.WAITING, Import.State.READING)
TAKING, ROWS = ".taking-", ".rows-"
A_MOMENT = 10  # seconds after which a half that nobody holds is nobody's
SPARE = 256 << 20  # bytes of the disk that a copy leaves free
BEGINNING = 4 << 20  # bytes by which a file's form is told
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
GZIP = b"\x1f\x8b"


class Unfit(ValueError):
    """This file is not counted; the message says why. Nothing of it was kept."""


class Known(Unfit):
    """This file was given before; `row` is what became of it."""

    def __init__(self, row: Import) -> None:
        super().__init__(
            _("This file was given before, as “%(name)s”: it is counted once.") % {"name": row.name}
        )
        self.row = row


def folder() -> Path:
    """Return where the copies lie, for their owner only."""
    return Path(settings.VISITS) / "logs"


def copy(pk: int) -> Path:
    """Return our copy of the file of an import, whether or not it is there."""
    return folder() / f"{pk}.log"


def word(pk: int) -> str:
    """Return the name of an import's random word."""
    return f"import-{pk}"


@contextmanager
def alone(what: str = "reading", *, wait: bool = True) -> Iterator[bool]:
    """Let one process at a time read (or take in); gives whether it is this one, which it is if it waits."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder() / f".{what}").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True


def demand_open() -> None:
    """Raise `gate.NotInForce` or `evidence.Stopped` where nothing may be counted from logs now."""
    for clause in CLAUSES:
        evidence.demand_open(clause)


def take(source: Path | IO[bytes], name: str) -> Import:
    """Copy a log, unpacked where it came as `.gz`, and note that it waits to be counted.

    Raises `Unfit`; `gate.NotInForce` and `evidence.Stopped` where nothing may be counted from logs.
    """
    demand_open()
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    # Whoever sweeps tells by the lock that somebody still writes here.
    with NamedTemporaryFile(dir=folder(), prefix=TAKING, delete=False) as half:
        fcntl.flock(half, fcntl.LOCK_EX)
        try:
            with opened(source) as held:
                digest, size = _copy(held, half)
            with Path(half.name).open("rb") as written:
                demand_form(written)
            with alone("taking"), transaction.atomic():
                return _note(half.name, name, digest, size)
        except OSError as fault:
            raise unfit(fault) from None
        finally:
            Path(half.name).unlink(missing_ok=True)


def _note(half: str, name: str, digest: str, size: int) -> Import:
    again = Import.objects.filter(digest=digest, state__in=[*UNDER_WAY, Import.State.DONE]).first()
    if again is not None:
        raise Known(again)
    row = Import.objects.create(name=Path(name).name[:120] or "log", digest=digest, size=size)
    Path(half).replace(copy(row.pk))
    return row


@contextmanager
def opened(source: Path | IO[bytes]) -> Iterator[IO[bytes]]:
    """Open a log, unpacked where it came as `.gz`. Raises `Unfit` for one that is damaged."""
    with source.open("rb") if isinstance(source, Path) else nullcontext(source) as held:
        packed = held.read(2) == GZIP
        held.seek(0)
        try:
            if packed:
                with gzip.open(held, "rb") as inside:
                    yield inside  # type: ignore[misc]
            else:
                yield held
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise Unfit(_("This file is damaged: it cannot be unpacked to its end.")) from None


def demand_form(held: IO[bytes]) -> formats.Form:
    """Return the form of a log by its first lines, and stand at its beginning. Raises `Unfit`."""
    beginning = held.read(BEGINNING)
    held.seek(0)
    if not beginning:
        raise Unfit(_("This file is empty."))
    first = b"\n".join(beginning.split(b"\n", formats.TOLD_BY)[: formats.TOLD_BY])
    form = formats.told(text(first), time.time())
    if form is None:
        raise Unfit(
            _(
                "No line of its beginning is one of a log that is understood: "
                "combined, common, or JSON of nginx."
            )
        )
    return form


def _copy(held: IO[bytes], half: Any) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := held.read(BLOCK):
        if size % (16 * BLOCK) < len(block) and shutil.disk_usage(folder()).free < SPARE:
            raise OSError(errno.ENOSPC, "too little would be left")
        half.write(block)
        digest.update(block)
        size += len(block)
    half.flush()
    os.fsync(half.fileno())
    return digest.hexdigest(), size


def unfit(fault: OSError) -> Unfit:
    """Return what a fault of the disk means for a file, in words."""
    if fault.errno in FULL:
        return Unfit(_("The disk is full: nothing of this file was kept."))
    return Unfit(
        _("This file cannot be read (%(fault)s).") % {"fault": fault.strerror or type(fault).__name__}
    )


def clear(pk: int) -> None:
    """Remove our copy of an import's file, and its random word."""
    copy(pk).unlink(missing_ok=True)
    salts.destroy(word(pk))


def stop(pk: int, why: str) -> bool:
    """Stop an import for good and say whether it was under way; what was counted of it stays.

    Waits for nobody: whoever reads it is at its end after that step, and clears behind itself.
    """
    stopped = Import.objects.filter(pk=pk, state__in=UNDER_WAY).update(
        state=Import.State.STOPPED, why=why[:200]
    )
    if stopped:
        clear(pk)
    return bool(stopped)


def remove(pk: int) -> bool:
    """Take an import off the list that waits or was stopped; say whether it was there."""
    gone, _rows = Import.objects.filter(pk=pk).exclude(state=Import.State.DONE).delete()
    if gone:
        clear(pk)
    return bool(gone)


def sweep() -> None:
    """Remove what a crash left: halves of copies, and copies and words of no import under way."""
    if not folder().is_dir():
        return
    with alone("taking", wait=False) as mine:
        if not mine:
            return  # a copy may be there whose row is not yet
        copies = {int(file.stem): file for file in folder().glob("*.log") if file.stem.isdecimal()}
        words = {name for name in salts.there() if name.startswith("import-")}
        if copies or words:
            kept = set(Import.objects.filter(state__in=UNDER_WAY).values_list("pk", flat=True))
            for pk in copies.keys() - kept:
                copies[pk].unlink(missing_ok=True)
            for name in words - {word(pk) for pk in kept}:
                salts.destroy(name)
    for half in folder().glob(f"{TAKING}*"):
        with suppress(OSError), half.open("rb") as held:
            if time.time() - half.stat().st_mtime > A_MOMENT:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                half.unlink(missing_ok=True)
    for rows in folder().glob(f"{ROWS}*"):
        shutil.rmtree(rows, ignore_errors=True)
