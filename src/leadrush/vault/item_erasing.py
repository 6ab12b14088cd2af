"""Erasing one thing: a row of a declared table, and what rested on it; who stays gets a new key after it."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from leadrush import gate
from leadrush.vault import addresses, collects, erasures, kept, keys, refusals, rekeying, tombstones
from leadrush.vault.erasing import USE, before_rows_go
from leadrush.vault.folding import categories_of, fold
from leadrush.vault.giving import EMAIL
from leadrush.vault.lapsing import end_written
from leadrush.vault.merging import ALSO
from leadrush.vault.models import BlindIndex, Erasure, Given, Giving, Held, Item
from leadrush.vault.opening import note
from leadrush.vault.turns import begins_again, hold


class NotThere(LookupError):
    """No such thing is held about this person."""


class RestsOnAll(ValueError):
    """Everything rests on the address that gets the mail: to erase it is to erase everything."""


class MustStay(ValueError):
    """A law keeps this; `until` is its last day."""


def find(person_id: uuid.UUID, key: str) -> tuple[collects.Collects, Any]:
    """Return the declaration and the row that a record's key (`label:key`) names, under the use in force.

    Raises `NotThere`.
    """
    label, _colon, pk = key.partition(":")
    for declared in collects.gated():
        if declared.label == label:
            try:
                rows = declared.model._default_manager.filter(person_id=person_id, pk=pk)
                row = rows.select_related("giving", *declared.related).first()
            except (ValidationError, ValueError, OverflowError):
                break
            if row is not None:
                return declared, row
    raise NotThere(label)


def erase_item(person_id: uuid.UUID, key: str) -> Erasure:
    """Erase one thing of a person's; return the receipt. Runs under the use of whoever asks.

    Raises `NotThere`, `RestsOnAll`, `MustStay`; `ledger.Unwritten` and `tombstones.Unwritten` when it cannot
    be written down. In each case nothing was erased.
    """
    declared, row = find(person_id, key)
    if isinstance(row, Item) and row.kind == EMAIL:
        raise RestsOnAll("To erase the address that gets the mail is to erase everything.")
    if kept.stays(declared, row):
        raise MustStay(str(declared.law))
    note(subject=person_id, categories=categories_of(row), what="people.erase_item")
    stone = tombstones.make(
        tombstones.ITEM,
        person_id,
        label=declared.label,
        row=str(row.pk),
        giving=row.giving_id,
        itself=itself(declared, row),
    )
    tombstones.append(stone)
    erasure = carry_out(stone)
    if erasure is None:
        raise NotThere(declared.label)  # somebody else erased it in between
    return erasure


def itself(declared: collects.Collects, row: Held) -> str:
    """Return a digest of what makes a row itself, beside its key and its giving.

    A restore may give a bare key to another row.
    """
    unique = {field.attname for field in row._meta.local_concrete_fields if field.unique}
    names = sorted((unique | set(declared.itself)) - {row._meta.pk.attname})
    told = [[name, str(getattr(row, name))] for name in names]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32] if told else ""


def located(stone: tombstones.Tombstone) -> tuple[collects.Collects, Any] | None:
    """Return the row that a tombstone means, if it is there; whose it is now does not matter."""
    for declared in collects.gated():
        if declared.label == stone.label and stone.giving is not None:
            rows = declared.model._default_manager.filter(pk=stone.row, giving_id=stone.giving)
            row = rows.select_related("giving").first()
            if row is not None and itself(declared, row) == stone.itself:
                return declared, row
    return None


def carry_out(stone: tombstones.Tombstone) -> Erasure | None:
    """Erase what a tombstone means, in whichever record it stands; idempotent. None where it is gone."""
    with gate.using(USE, what="vault.erase"):
        found = located(stone)
        if found is None:
            return None
        declared, row = found
        if isinstance(row, Item) and row.kind in ALSO:
            _way_in(row)
        return _row(stone, declared, row)


def _way_in(item: Item) -> None:
    """Let a further address lead to nobody, and keep what its person said no to. Its use is written down."""
    ring = keys.Ring([item.person_id])
    if not ring.has(item.person_id):
        return
    try:
        digest = addresses.digest(ring.open(item.person_id, item.sealed, item.context))
    except keys.KeyFault:
        return  # an older copy with later keys: what led to it went when it was erased
    with transaction.atomic(using="keys"):
        refusals.remember(item.person_id, [digest])
        BlindIndex.objects.filter(digest=digest, person=item.person_id).delete()


@begins_again
def _row(stone: tombstones.Tombstone, declared: collects.Collects, row: Any) -> Erasure | None:
    """Take the row, and each giving that was for it alone; note that its person gets a new key."""
    with transaction.atomic():
        hold(row.person_id)
        rested_on = list(Given.objects.filter(item=row).values_list("giving", flat=True)) if (
            isinstance(row, Item)
        ) else [row.giving_id]  # fmt: skip
        rows = declared.model._default_manager.filter(pk=row.pk)
        before_rows_go(rows)
        if not rows.delete()[0]:
            return None
        for giving in Giving.objects.filter(pk__in=rested_on, ended_at__isnull=True):
            if _was_for(giving, declared):
                end_written(giving)
        rekeying.due(row.person_id)
        fold(row.person_id)
        erasure = erasures.begin(Erasure.What.ITEM, stone.when)
        erasure.gone_at, erasure.pending = timezone.now(), row.person_id
        erasure.save(force_insert=True)
    return erasure


def _was_for(giving: Giving, declared: collects.Collects) -> bool:
    """Say whether a giving served what has just gone, and nothing that is still there.

    A form's giving is over with the thing that it asked for; the answers beside it go with it. One on which
    an address rests as well, because somebody signs in, goes on.
    """
    if declared.model is not Item:
        rows = declared.model._default_manager.filter(giving=giving)
        return giving.clause == declared.clause and not rows.exists()
    if Given.objects.filter(giving=giving).exists():
        return False
    held = (one.model._default_manager for one in collects.gated() if one.model is not Item)
    return not any(rows.filter(giving=giving).exists() for rows in held)
