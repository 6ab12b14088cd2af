"""Erasing again: what a restored copy brought back, what died half-way, what nobody needs any more."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from leadrush import gate
from leadrush.vault import collects, erasing, erasures, item_erasing, kept, keys, lapsing, pointing
from leadrush.vault import tombstones as stones
from leadrush.vault.folding import fold
from leadrush.vault.models import BlindIndex, Erasure, Giving, Person, PersonKey, Rekeying, Role
from leadrush.vault.tombstones import Tombstone
from leadrush.vault.turns import hold

log = logging.getLogger(__name__)
USE = "house.keep"
QUIET = timedelta(seconds=30)
"""An erasure that has stood half-done for longer was left by a process that died."""
ORPHAN = timedelta(days=1)
"""A key without data is older than this when nothing will come after it."""
FEW = 100
"""So many keys without data are cleared unasked; of more than these, a tenth of all at most."""


class TooMany(RuntimeError):
    """So many keys have no data that the data is more likely to be missing: nothing was cleared."""


# --- after a restore ----------------------------------------------------------------------------------


def replay() -> int:
    """Apply every tombstone to whatever the databases hold; return how many had anything left."""
    told = stones.read()
    with gate.using(USE, actor=gate.Actor("program", "vault.replay"), what="vault.replay"):
        persons = {stone.whom for stone in told if stone.what == stones.PERSON}
        # Of a record that was joined to one erased since, an older copy holds the other half.
        others = {other for person in persons for other in stones.went_into(person)} - persons
        stones.append(*(stones.make(stones.PERSON, other) for other in sorted(others)))
        return (
            _persons(persons | others)
            + _items([stone for stone in told if stone.what == stones.ITEM])
            + _givings({stone.giving for stone in told if stone.what == stones.GIVING and stone.giving})
        )


def _persons(persons: set[uuid.UUID]) -> int:
    left = pointing.left(persons)
    # Keys first: but those under which something lies that the law keeps, which is to be sealed anew.
    for person in sorted(left - kept.must_stay(left)):
        keys.drop(person)
    for person in sorted(left):
        erasing.carry_out(erasing.Work({person}, timezone.now()))
    return len(left)


def _items(told: list[Tombstone]) -> int:
    return sum(_item(stone) for stone in told)


def _item(stone: Tombstone) -> bool:
    return item_erasing.carry_out(stone) is not None


def _givings(givings: set[uuid.UUID]) -> int:
    count = 0
    ordered = sorted(givings)
    for at in range(0, len(ordered), pointing.SOME):
        some = ordered[at : at + pointing.SOME]
        for giving in Giving.objects.filter(pk__in=some, ended_at__isnull=True):
            lapsing.end_written(giving)
            fold(giving.person_id)
            count += 1
    return count


# --- what died half-way -------------------------------------------------------------------------------


class _Whole:
    """Up to which place in the file this process knows every erasure to be whole; none when it starts."""

    until = 0


def finish(now: datetime | None = None) -> int:
    """Take up again what a process left half-done; return how many. Runs under `house.keep`."""
    now = now or timezone.now()
    told, places = stones.since(_Whole.until)
    quiet = 0
    while quiet < len(told) and told[quiet].when < now - QUIET:
        quiet += 1
    if not quiet:
        return 0
    some = told[:quiet]
    first: dict[uuid.UUID, datetime] = {}
    for stone in some:
        if stone.what == stones.PERSON:
            first.setdefault(stone.whom, stone.when)
    left = pointing.left(first)
    for person in sorted(left):
        erasing.carry_out(erasing.Work({person}, first[person], tells=True))
    count = len(left) + _items([stone for stone in some if stone.what == stones.ITEM])
    count += _givings({stone.giving for stone in some if stone.what == stones.GIVING and stone.giving})
    _Whole.until = places[quiet - 1]
    return count


# --- whose key is exchanged, and who has nothing left ---------------------------------------------------


def settle() -> int:
    """Note which erasures of one thing are whole, with a new key; erase whoever has nothing left.

    Returns how many were settled.
    """
    count = 0
    for erasure in erasures.pending(Erasure.What.ITEM, Erasure.What.OVER):
        assert erasure.pending is not None
        waits = erasure.what == Erasure.What.ITEM and Rekeying.objects.filter(pk=erasure.pending).exists()
        if not _forgotten(erasure.pending) and waits:
            continue  # the program that exchanges keys has not come to them yet
        erasures.done([erasure])
        count += 1
    return count


def _forgotten(person_id: uuid.UUID) -> bool:
    """Erase a number of which nothing is left, holding it: whoever comes back meanwhile is somebody new."""
    with transaction.atomic():
        hold(person_id)
        if nobody := is_nobody(person_id):
            erasing.forget([person_id])
    return nobody


def is_nobody(person_id: uuid.UUID) -> bool:
    """Say whether nothing is held about a person any more, and nothing will come of them."""
    if Giving.objects.filter(person=person_id, ended_at__isnull=True).exists():
        return False
    if Person.objects.filter(pk=person_id).exclude(role=Role.NONE).exists():
        return False
    return not any(
        one.model._default_manager.filter(person_id=person_id).exists() for one in collects.gated()
    )


# --- keys without data --------------------------------------------------------------------------------


def orphans(now: datetime | None = None) -> int:
    """Clear keys and places in the index that nobody's data followed; return how many numbers.

    Raises `TooMany` when the data, rather than some forms, seems to be missing.
    """
    over = (now or timezone.now()) - ORPHAN
    numbers = set(PersonKey.objects.values_list("person", flat=True))
    numbers |= set(BlindIndex.objects.values_list("person", flat=True))
    young = set(PersonKey.objects.filter(made_at__gte=over).values_list("person", flat=True))
    young |= set(BlindIndex.objects.filter(made_at__gte=over).values_list("person", flat=True))
    alone = numbers - set(Person.objects.values_list("pk", flat=True)) - young
    if len(alone) > max(FEW, len(numbers) // 10):
        raise TooMany(
            f"{len(alone)} of {len(numbers)} keys have no data. Is this the database that belongs to them?"
        )
    return sum(_clear(number) for number in sorted(alone))


def _clear(number: uuid.UUID) -> bool:
    """Clear one number, holding its row so that a form which is just arriving finds it gone or not at all."""
    try:
        with transaction.atomic():
            Person.objects.create(pk=number)
            stones.append(stones.make(stones.PERSON, number))
            erasing.carry_out(erasing.Work({number}, timezone.now()))
    except IntegrityError:
        return False  # somebody came after all
    return True
