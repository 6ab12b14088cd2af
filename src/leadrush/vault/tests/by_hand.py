"""Each promise of the vault, broken by hand in the database."""

from __future__ import annotations

import os
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from leadrush import gate
from leadrush.gate import uses
from leadrush.gate.versions import row_in_force
from leadrush.vault import backups
from leadrush.vault.models import Giving, Item, Person


def _item() -> Item:
    with gate.using("house.keep"):
        item = Item.objects.order_by("pk").first()
    assert item is not None
    return item


def a_mask_is_widened() -> None:
    """Somebody's address is marked as good for a use that they never allowed."""
    item = _item()
    with gate.using("house.keep"):
        bit = next(use.bit for use in uses.all() if not item.mask & 1 << use.bit)
        Item.objects.filter(pk=item.pk).update(mask=F("mask").bitor(1 << bit))


def a_value_lies_open() -> None:
    """An address is written over its sealed form."""
    with gate.using("house.keep"):
        Item.objects.filter(pk=_item().pk).update(sealed=b"wren@post.example")


def a_giving_stays() -> None:
    """What was given for an hour is there after three."""
    person = Person.objects.order_by("joined_at").first()
    assert person is not None
    hour = timedelta(hours=1)
    now = timezone.now()
    Giving.objects.create(
        person=person,
        where="people.address",
        clause="your-address",
        version=row_in_force(),
        at=now - 3 * hour,
        lapses_at=now - 2 * hour,
    )


def a_copy_of_the_keys_stays() -> None:
    """Somebody puts a copy of the keys back that should have gone yesterday."""
    folder = backups.folder_of(backups.KEYS)
    newest = next(folder.glob("leadrush-keys-*"))
    old = newest.with_name("leadrush-keys-20260101T000000Z.tar.gz")
    old.write_bytes(newest.read_bytes()[:100])
    before = (timezone.now() - timedelta(days=8)).timestamp()
    os.utime(old, (before, before))


WAYS = {
    "backups": a_copy_of_the_keys_stays,
    "your-version": a_mask_is_widened,
    "sealed": a_value_lies_open,
    "until-when": a_giving_stays,
}
