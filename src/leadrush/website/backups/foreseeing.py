"""How much will not open, counted before a restore changes anything: each sealed value tried with each key.

Somebody of whom one thing was erased, or ended, has a new key since, and the former one is destroyed: with
the keys of today an older copy of their data is noise. A backup of the keys of that time still opens it,
within its seven days; where one is at hand and opens more, it is named.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils import timezone

from leadrush.vault import backups, collects, masters, tombstones
from leadrush.vault.models import Item, PersonKey
from leadrush.vault.sealing import KeyFault, open_by
from leadrush.website.backups import engines, packing, tables
from leadrush.website.backups.making import STONES, Say
from leadrush.website.running.folder import Stop

if TYPE_CHECKING:
    from leadrush.website.backups.checking import Plan

Ciphers = dict[uuid.UUID, list[AESGCM]]
Stones = list[tombstones.Tombstone]


def parts_of(kind: str) -> set[str]:
    """Return the parts of a backup that are looked into before it is put back."""
    return {engines.part_name("keys" if kind == backups.KEYS else "default"), STONES}


def say_ahead(plan: Plan, work: Path, say: Say) -> None:
    """Say how many values of how many persons would not open. `work` holds the parts of what is put back.

    What stays as it is here is copied there first, so that either is read in one way.
    """
    parts = {}
    for kind, alias in ((backups.DATA, "default"), (backups.KEYS, "keys")):
        parts[kind] = work / kind / engines.part_name(alias)
        if not parts[kind].exists():
            packing.make_folder(parts[kind].parent)
            engines.copy(alias, parts[kind])
    gone = tombstones.read() + [stone for kind in backups.KINDS for stone in stones(work / kind / STONES)]
    lost = unopened(parts[backups.DATA], parts[backups.KEYS], gone)
    if not lost:
        say("Every sealed value opens with these keys.")
        return
    say(
        f"{lost.total():,} sealed values of {len(lost):,} persons do not open with these keys. What they "
        "said is lost: their places are kept and say so, and each person sees it."
    )
    if plan.data is not None:
        _better(plan, work, parts[backups.DATA], gone, lost.total(), say)


def _better(plan: Plan, work: Path, data: Path, gone: Stones, lost: int, say: Say) -> None:
    """Name the backup of the keys that was made next to these data, where it opens more."""
    assert plan.data is not None
    made, now = datetime.fromisoformat(plan.data["made_at"]), timezone.now()
    there = [copy for copy in backups.copies(backups.KEYS) if copy.made_at + backups.KEPT > now]
    if not there:
        return
    copy = min(there, key=lambda copy: (copy.made_at < made, abs(copy.made_at - made)))
    try:
        packing.read_through(copy.file, lambda _n: None, into=work / "better", only=parts_of(backups.KEYS))
        fewer = unopened(data, work / "better" / engines.part_name("keys"), gone).total()
    except Stop:
        return
    if fewer < lost:
        say(f"With the keys of {copy.made_at:%Y-%m-%d %H:%M} it would be {fewer:,}: --keys {copy.file}")


def unopened(data: Path, key: Path, gone: Stones) -> Counter[uuid.UUID]:
    """Return how many values of whom no key opens, but for what a restore erases anyway."""
    ciphers = _ciphers(key)
    persons = {stone.whom for stone in gone if stone.what == tombstones.PERSON}
    givings = {stone.giving for stone in gone if stone.what == tombstones.GIVING}
    items = {(stone.label, stone.row, stone.giving) for stone in gone if stone.what == tombstones.ITEM}
    lost: Counter[uuid.UUID] = Counter()
    for label, row, person, giving, sealed, context in _values(data):
        if person in persons or giving in givings or (label, _row(row), giving) in items:
            continue
        try:
            open_by(ciphers.get(person, []), sealed, f"{person}:{context}")
        except KeyFault:
            lost[person] += 1
    return lost


def _row(key: str) -> str:
    """Return a row's key as a tombstone writes it: a UUID with its hyphens, whichever database it is from."""
    return str(uuid.UUID(key)) if len(key) == 32 else key


def _ciphers(part: Path) -> Ciphers:
    """Unwrap every key in a copy of the keys with the master keys at hand; what does not fit is left out."""
    wraps = [AESGCM(masters.wrapping(key)) for key in masters.at_hand()]
    found: Ciphers = defaultdict(list)
    for told, kind, wrapped in tables.rows(part, PersonKey._meta.db_table, ("person", "kind", "wrapped")):
        person = tables.number(told)
        try:
            found[person].append(AESGCM(open_by(wraps, tables.binary(wrapped), f"{kind}:{person}")))
        except KeyFault:
            continue
    return found


def _values(part: Path) -> Iterator[tuple[str, str, uuid.UUID, uuid.UUID, bytes, str]]:
    """Yield label, row, person, giving, sealed form and context of each value in a copy of the data."""
    for declared in collects.gated():
        meta: Any = declared.model._meta
        own = ("sealed",) if declared.model is Item else tuple(column.field for column in declared.sealed)
        if not own:
            continue
        kind = ("kind",) if declared.model is Item else ()
        columns = (meta.pk.column, "person_id", "giving_id", *(meta.get_field(f).column for f in own + kind))
        contexts = [column.context for column in declared.sealed]
        for row, person, giving, *sealed in tables.rows(part, meta.db_table, columns):
            if declared.model is Item:
                contexts = [f"item:{sealed.pop()}"]
            for value, context in zip(sealed, contexts, strict=True):
                if held := tables.binary(value):
                    yield (
                        declared.label, str(row), tables.number(person), tables.number(giving), held, context,
                    )  # fmt: skip


def stones(file: Path) -> Stones:
    """Return the tombstones in a part of a backup. Raises `Stop`."""
    if not file.exists():
        return []
    lines = file.read_bytes()
    whole = lines[: lines.rfind(b"\n") + 1].splitlines()
    try:
        return [tombstones.Tombstone.of(json.loads(line)) for line in whole]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Stop("A tombstone in the backup cannot be read: it was changed by hand.") from None
