"""Losing: what no key opens any more says that it was lost, in the place of what it said.

A backup of the data from before a key was exchanged holds values that were sealed under the former one, which
is destroyed. Put back with the keys of today they open for nobody, ever, and each page and program that meets
one would fail. So the row stays, with what points at it, and its sealed text becomes words that say when it
was lost, sealed under the key of today: whoever reads it reads that, its person too.

An item is its value: a mail must not go to such words, nor greet by them. It gets a kind of its own, which no
program looks for, and keeps the givings that it rested on, so that the same address serves the same again
once its person types it.
"""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from leadrush import gate
from leadrush.vault import addresses, keys, sealed, tombstones
from leadrush.vault.folding import fold
from leadrush.vault.giving import EMAIL, lost, seal_again
from leadrush.vault.models import Given, Item
from leadrush.vault.opening import note
from leadrush.vault.turns import Erased, begins_again, hold, hold_living

USE = "house.keep"
DEED = "vault.lost"
PROGRAM = "leadrush restore"
FOUND = (EMAIL, lost(EMAIL))


@begins_again
def lose(person_id: uuid.UUID, words: str) -> int:
    """Put these words in the place of each value of a person that no key opens; return how many.

    Twice is once. Whoever has no key gets one: what is written for them from now on has to be sealed. Of
    somebody who is erased it is the one that serves the law.
    """
    with gate.using(USE, actor=gate.Actor("program", PROGRAM), what=DEED), transaction.atomic():
        hold(person_id)
        kind = keys.KEPT if tombstones.erased({person_id}) else keys.LIVING
        ring, rings = keys.make(person_id, kind), sealed.rings_of({person_id})
        having = [each for each in rings if each.has(person_id)]
        gone = [
            one
            for one in sealed.of(person_id)
            if not any(each.opens(person_id, one.sealed, one.context) for each in having)
        ]
        if gone:
            what = sorted({category for one in gone for category in one.categories})
            note(subject=person_id, categories=what, count=len(gone))
        for one in gone:
            _say_lost(person_id, one, words, ring)
        if gone:
            fold(person_id)
    return len(gone)


def _say_lost(person_id: uuid.UUID, one: sealed.Value, words: str, ring: keys.Ring) -> None:
    if one.column is not None:
        one.write(ring.seal(person_id, one.column.lost(words), one.context))
        if one.declared.lost is not None:
            one.declared.lost(one.row)
        return
    item: Item = one.row.get()
    there = Item.objects.filter(person=person_id, kind=lost(item.kind)).exclude(pk=item.pk).first()
    if there is not None:
        # Lost once more, after a restore before this one: there is one of a kind.
        for giving in Given.objects.filter(item=item).values_list("giving_id", flat=True):
            Given.objects.get_or_create(item=there, giving_id=giving)
        one.row.delete()
        return
    item.kind = lost(item.kind)
    one.write(ring.seal(person_id, words, item.context), kind=item.kind, at=timezone.now())


def find_again(person_id: uuid.UUID, address: str) -> bool:
    """Hold a lost address again, which somebody has typed; say whether it was. One question for all others.

    The blind index says whose it is: it has outlived what the address was sealed in. So it does not matter
    who typed it, and nothing is kept of an address that nobody lost.
    """
    with gate.using(USE, what="vault.put"):
        held = set(Item.objects.filter(person=person_id, kind__in=FOUND).values_list("kind", flat=True))
        if held != {lost(EMAIL)} or addresses.whose(address) != person_id:
            return False
        try:
            return _hold_again(person_id, addresses.read(address))
        except Erased:
            return False


@begins_again
def _hold_again(person_id: uuid.UUID, address: str) -> bool:
    with transaction.atomic():
        hold_living(person_id)
        item = Item.objects.filter(person=person_id, kind=lost(EMAIL)).first()
        if item is None:
            return False  # the same was typed twice at once
        seal_again(item, EMAIL, address, keys.Ring([person_id]))
        fold(person_id)
    return True
