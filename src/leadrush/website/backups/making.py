"""Making a backup of the data, or one of the keys; never one of both."""

from __future__ import annotations

import base64
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from leadrush import gate, ledger
from leadrush.media import keeping
from leadrush.vault import backups, clocks, installation, tombstones
from leadrush.vault.models import MasterCheck
from leadrush.visits import days
from leadrush.website.backups import engines, packing
from leadrush.website.backups.packing import Part
from leadrush.website.running.folder import Stop

Say = Callable[[str], None]
TREES = ("media", "files", "locale", "visits/days")
SWAPPED = "visits/days"
"""A folder whose files are swapped while the site runs: they are held for the backup by a second name."""
PASSING = "files/arriving/"
"""Files that are on their way in, and belong to nothing yet."""
STONES = "tombstones/erased.jsonl"
TRIES = 3


def data(folder: Path | None = None, *, say: Say, dry: bool = False, keep: int | None = None) -> Path | None:
    """Make a backup of the data: site, ledger, visits, pictures, the owner's
    translations; return its file.

    With `keep`, the oldest beyond so many go. Raises `Stop`; then nothing has changed.
    """
    return _make(backups.DATA, folder, say, dry=dry, keep=keep)


def keys(folder: Path | None = None, *, say: Say, dry: bool = False) -> Path | None:
    """Make a backup of the keys database, without the master key, and remove those whose time is over."""
    return _make(backups.KEYS, folder, say, dry=dry, keep=None)


def _make(kind: str, folder: Path | None, say: Say, *, dry: bool, keep: int | None) -> Path | None:
    # An absolute path of the folder itself: where it leads must not change under a running backup.
    folder = (folder or backups.folder_of(kind)).expanduser().resolve()
    apart(kind, folder)
    if (since := clocks.doubted()) is not None:
        raise Stop(
            f"The clock says {timezone.now():%Y-%m-%d %H:%M} UTC, and was last known to be right at "
            f"{since:%Y-%m-%d %H:%M}. Set it right, or confirm it: leadrush clock --confirm"
        )
    if dry:
        say(f"Would write into {folder}: {', '.join(_would(kind))}.")
        if kind == backups.DATA and (not_here := keeping.away()):
            say(f"Not in it: {not_here}")
        return None
    packing.make_folder(folder)
    if kind == backups.KEYS:
        backups.remember(folder)
    try:
        with backups.alone(folder), packing.room(folder):
            backups.clear(folder)
            made = _write(kind, folder, say)
            if kind == backups.DATA and keep is not None:
                _keep(folder, keep, say)
    except backups.Busy as fault:
        raise Stop(str(fault)) from None
    if kind == backups.KEYS and (gone := backups.lapse()):
        say(f"Removed {gone} of the keys that were older than {backups.KEPT.days} days.")
    return made


def apart(kind: str, folder: Path) -> None:
    """Refuse a folder that holds, or lies within, what backups of the other kind are kept in."""
    other = backups.KEYS if kind == backups.DATA else backups.DATA
    closed = [backups.folder_of(other).expanduser().resolve()]
    if kind == backups.DATA:
        closed += [(Path(settings.DATA) / "keys").resolve(), *backups.key_folders()]
    there = next((copy.file for copy in backups.copies_in(folder) if copy.kind == other), None)
    within = next((place for place in closed if folder == place or place in folder.parents), None)
    around = next((place for place in closed if folder in place.parents and kind == backups.KEYS), None)
    if there or within or around:
        raise Stop(
            f"{folder} is where backups of the {other} are kept. Data and keys together open everything: "
            f"name another folder for the {kind}."
        )


def _would(kind: str) -> list[str]:
    if kind == backups.KEYS:
        return [engines.part_name("keys"), STONES]
    trees = [f"{tree}/ ({len(_files(tree))} files)" for tree in TREES]
    return [engines.part_name("default"), engines.part_name("ledger"), *trees, STONES]


def _write(kind: str, folder: Path, say: Say) -> Path:
    for left in reversed(range(TRIES)):
        with _workshop(folder) as work:
            told, parts = _gather(kind, work, say)
            try:
                length = sum(part.file.stat().st_size for part in parts)
                # Read for its digest, read into the backup, and read back from there.
                with click.progressbar(
                    length=3 * length, label="Writing", hidden=not sys.stdout.isatty()
                ) as bar:
                    told["parts"] = packing.describe(parts, bar.update)
                    name = backups.name_of(kind, datetime.fromisoformat(told["made_at"]))
                    made = packing.pack(folder, name, told, parts, bar.update)
            except FileNotFoundError:
                # A picture was taken away meanwhile, as it should be: what is there now is what counts.
                if not left:
                    raise
                continue
        say(f"Written and read back: {made} ({made.stat().st_size:,} bytes, {len(parts)} parts).")
        return made
    raise AssertionError("unreachable")


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """Return a folder for copies on their way into the backup; gone afterwards, or at the next run."""
    work = Path(tempfile.mkdtemp(prefix=backups.UNFINISHED, dir=folder))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _gather(kind: str, work: Path, say: Say) -> tuple[dict[str, Any], list[Part]]:
    """Copy the databases as they are at this moment, and say what of; the rest is named where it lies."""
    told = facts(kind)
    parts = []
    # The data first and the ledger behind it: an entry is durable before what it stands for is done, so a
    # ledger of a later moment has every entry that these data know of, and never too few.
    for alias in ("keys",) if kind == backups.KEYS else ("default", "ledger"):
        part = Part(engines.part_name(alias), work / engines.part_name(alias))
        engines.copy(alias, part.file)
        parts.append(part)
        say(f"Copied {part.name}.")
    if kind == backups.DATA:
        # Behind the data, which name them: a picture of a later moment is one too many, never one too few.
        parts += [Part(name, file) for tree in TREES if tree != SWAPPED for name, file in _files(tree)]
        parts += _held(work)
        if not_here := keeping.away():
            say(f"Not in this backup: {not_here}")
    if tombstones.path().exists():
        stones = work / "erased.jsonl"
        stones.write_bytes(tombstones.path().read_bytes())
        parts.append(Part(STONES, stones))
    return told, parts


def facts(kind: str) -> dict[str, Any]:
    """Return what a manifest says of the site at this moment."""
    newest = gate.Version.objects.order_by("-number").first()
    return {
        "form": packing.FORM,
        "kind": kind,
        "installation": str(installation.this().number),
        "made_at": timezone.now().isoformat(),
        "program": version("leadrush"),
        "engine": engines.engine("keys" if kind == backups.KEYS else "default"),
        "statement": {"number": newest.number, "digest": newest.digest} if newest else None,
        "tombstones": len(tombstones.read()),
        "ledger": ledger.Entry.objects.aggregate(last=Max("pk"))["last"] or 0,
        # A sealed word, by which a wrong master key is told before anything is put back; two in an exchange.
        "masters": [base64.b64encode(bytes(row.sealed)).decode() for row in MasterCheck.objects.all()],
        "parts": {},
    }


def _files(tree: str) -> list[tuple[str, Path]]:
    """Return name and place of each file below one of the site's folders."""
    base = place_of(tree)
    kind = "*.parquet" if tree == SWAPPED else "*"
    found = (path for path in sorted(base.rglob(kind)) if path.is_file() and not path.is_symlink())
    named = [(f"{tree}/{path.relative_to(base).as_posix()}", path) for path in found]
    return [(name, path) for name, path in named if not name.startswith(PASSING)]


def _held(work: Path) -> list[Part]:
    """Hold the days of visits as they are at this moment; each is swapped whole, so each copy is one."""
    parts = []
    for name, file in _files(SWAPPED):
        held = work / file.name
        try:
            os.link(file, held)
        except FileNotFoundError:
            continue
        except OSError:  # on another disk
            shutil.copyfile(file, held)
        parts.append(Part(name, held))
    return parts


def place_of(tree: str) -> Path:
    """Return where one of the site's folders lies."""
    if tree == SWAPPED:
        return days.folder()
    return Path(settings.MEDIA_ROOT) if tree == "media" else Path(settings.DATA) / tree


def _keep(folder: Path, count: int, say: Say) -> None:
    """Remove the oldest backups of this installation's data beyond so many; those of others stay."""
    own = str(installation.this().number)
    found = [copy for copy in backups.copies_in(folder) if copy.kind == backups.DATA and _of(copy, own)]
    for copy in sorted(found, key=lambda copy: copy.made_at, reverse=True)[max(count, 1) :]:
        copy.file.unlink()
        say(f"Removed {copy.file.name}: {count} newer ones are there.")


def _of(copy: backups.Copy, number: str) -> bool:
    try:
        return bool(backups.manifest(copy.file)["installation"] == number)
    except (backups.Unreadable, KeyError):
        return False


def due(kind: str, every: float = 20 * 3600) -> bool:
    """Say whether the newest backup of a kind, in its usual folder, is older than so many seconds."""
    folder = backups.folder_of(kind)
    if not folder.is_dir():
        return True
    newest = max((c.made_at for c in backups.copies_in(folder) if c.kind == kind), default=None)
    return newest is None or (timezone.now() - newest).total_seconds() >= every
