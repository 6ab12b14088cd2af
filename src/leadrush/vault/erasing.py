"""Erasing everything about a person: first it is written down, then the way in goes, the rows, the key.

Three databases and a file cannot go in one transaction. The tombstone comes before anything, and from that
moment nothing of the person opens in any process; each step after it may be taken again, and what died
between two of them is finished by the clock. `docs/decisions/0018-erasing.md` says why it goes in this order.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from leadrush import gate, ledger
from leadrush.gate.versions import row_in_force
from leadrush.vault import collects, erasures, keys, pointing, refusals, tombstones
from leadrush.vault.folding import fold
from leadrush.vault.giving import EMAIL, EMAIL_CATEGORY
from leadrush.vault.kept import Kept, keep_by_law, must_stay
from leadrush.vault.models import BlindIndex, Choice, Erasure, Given, Giving, Item, Person, Role
from leadrush.vault.opening import note
from leadrush.vault.turns import begins_again

USE = "house.keep"
WHERE, CLAUSE = "people.erase", "erase"
FAREWELL = timedelta(minutes=50)
"""For how long the address and the one letter that says farewell are kept, if it cannot leave before."""


class LastOwner(ValueError):
    """Nobody would be left who runs the site: another owner is named first."""


Farewell = Callable[[Giving, Erasure], None]
_farewell: list[Farewell] = []
_ends: dict[type[Any], Callable[[Any], None]] = {}
_also: list[Callable[[uuid.UUID], Iterable[uuid.UUID]]] = []
_left: list[Callable[[set[uuid.UUID], datetime], int]] = []


def farewell(post: Farewell) -> None:
    """Register what posts the one letter that tells of an erasure, on a giving of its own."""
    _farewell.append(post)


def ends(model: type[Any], act: Callable[[Any], None]) -> None:
    """Register what else ends with rows of a model, before they go: a session with its sign-in."""
    _ends[model] = act


def also(find: Callable[[uuid.UUID], Iterable[uuid.UUID]]) -> None:
    """Register how other numbers of the same person are found: of records on their way to becoming one."""
    _also.append(find)


def just_left(count: Callable[[set[uuid.UUID], datetime], int]) -> None:
    """Register what counts the messages that had left a moment before, and cannot be called back."""
    _left.append(count)


def before_rows_go(rows: Any) -> None:
    """End what rests on these rows, under the use in force."""
    if act := _ends.get(rows.model):
        act(rows)


# --- asking -------------------------------------------------------------------------------------------


def erase_everything(person_id: uuid.UUID) -> Erasure | None:
    """Erase everything about a person but what the law keeps; return the receipt, None when it was gone.

    Runs under the use of whoever asks, whose entry is written first. Raises `LastOwner`; `ledger.Unwritten`
    and `tombstones.Unwritten` when it cannot be written down. In each case nothing was erased.
    """
    numbers = numbers_of(person_id)
    role = _resign(person_id)
    try:
        note(subject=person_id, categories=[EMAIL_CATEGORY], what="people.erase")
        stones = [tombstones.make(tombstones.PERSON, number) for number in sorted(numbers)]
        tombstones.append(*stones)
    except (ledger.Unwritten, tombstones.Unwritten):
        Person.objects.filter(pk=person_id).update(role=role)
        raise
    work = Work(numbers, stones[0].when, tells=True)
    carry_out(work)
    return work.erasure


def numbers_of(person_id: uuid.UUID) -> set[uuid.UUID]:
    """Return every number that a person has, or had in copies that are older than the joining of two."""
    found = tombstones.went_into(person_id)
    for find in _also:
        found |= set(find(person_id))
    return found


def is_last_owner(person_id: uuid.UUID) -> bool:
    """Say whether nobody would be left who runs the site."""
    owners = set(Person.objects.filter(role=Role.OWNER, is_active=True).values_list("pk", flat=True))
    return owners == {person_id}


def _resign(person_id: uuid.UUID) -> str:
    """End a person's role, owners one at a time; return which it was. Raises `LastOwner`."""
    if not Person.objects.filter(pk=person_id).exclude(role=Role.NONE).exists():
        return str(Role.NONE)
    with transaction.atomic():
        owners = Person.objects.select_for_update().filter(role=Role.OWNER, is_active=True).order_by("pk")
        if [owner.pk for owner in owners] == [person_id]:
            raise LastOwner("Name another owner first: nobody else could run this site.")
        role = Person.objects.filter(pk=person_id).values_list("role", flat=True).first() or Role.NONE
        if role != Role.NONE:
            Person.objects.filter(pk=person_id).update(role=Role.NONE)
    return str(role)


# --- the steps ----------------------------------------------------------------------------------------


@dataclass
class Work:
    """An erasure under way: whose numbers, since when. `tells`: with a receipt, and a letter."""

    numbers: set[uuid.UUID]
    asked_at: datetime
    tells: bool = False
    erasure: Erasure | None = None
    leaver: uuid.UUID = field(default_factory=uuid.uuid4)
    ring: keys.Ring | None = None


@keys.follows
def _way_in(work: Work) -> None:
    """Let no address lead to them, and keep their noes; make the keys that what stays needs."""
    with transaction.atomic(using="keys"):
        for number in work.numbers:
            refusals.remember(number)
        BlindIndex.objects.filter(person__in=work.numbers).delete()
        for number in must_stay(work.numbers):
            keys.make(number, keys.KEPT)
        # A farewell is not told farewell.
        said = Giving.objects.filter(person__in=work.numbers, where=WHERE).exists()
        if work.tells and _farewell and not said and timezone.now() - work.asked_at < FAREWELL:
            work.ring = keys.make(work.leaver, new=True)


@begins_again
def _rows(work: Work) -> None:
    """Take every row in one transaction, and leave the farewell under a number that leads nowhere."""
    with transaction.atomic():
        held = Person.objects.select_for_update().filter(pk__in=work.numbers).order_by("pk")
        if not _is_there({person.pk for person in held}):
            return
        if work.tells:
            work.erasure = erasures.begin(Erasure.What.EVERYTHING, work.asked_at)
            work.erasure.left = sum(count(work.numbers, work.asked_at) for count in _left)
        address = _address(work)
        kept = keep_by_law(work.numbers)
        things = _clear(work.numbers, kept)
        if not things and not kept.count:
            work.erasure = None  # there was nobody behind the number
        if work.erasure is not None:
            work.erasure.things, work.erasure.kept = things, kept.count
            work.erasure.kept_until, work.erasure.gone_at = kept.until, timezone.now()
            work.erasure.pending = work.leaver if address else None
            work.erasure.save(force_insert=True)
            if address:
                _say_farewell(work, address)


def _is_there(numbers: set[uuid.UUID]) -> bool:
    """Say whether there is anything of these that this step did not treat already."""
    if not numbers or not must_stay(numbers):
        return bool(numbers)
    return Giving.objects.filter(person__in=numbers, kept_at__isnull=True).exists()


def _clear(numbers: set[uuid.UUID], kept: Kept) -> int:
    """Erase whatever points at these numbers but for what the law keeps; return how many held rows went."""
    labels, things = {declared.model._meta.label for declared in collects.gated()}, 0
    for declared in reversed(collects.gated()):
        rows = declared.model._default_manager.filter(person__in=numbers)
        if declared.erase == collects.KEPT:
            rows = rows.filter(giving__kept_at__isnull=True)
        before_rows_go(rows)
        _total, gone = rows.delete()
        things += sum(count for label, count in gone.items() if label in labels)
    Choice.objects.filter(person__in=numbers).delete()
    pointing.clear(numbers)
    givings = Giving.objects.filter(person__in=numbers).exclude(
        person__in=kept.persons, kept_at__isnull=False
    )
    Given.objects.filter(giving__in=givings.values("pk")).delete()
    givings._raw_delete(givings.db)
    gone_persons = Person.objects.filter(pk__in=numbers - kept.persons)
    gone_persons._raw_delete(gone_persons.db)
    Person.objects.filter(pk__in=kept.persons).update(is_active=False, role=Role.NONE)
    for number in kept.persons:
        fold(number)
    return things


def _keys(work: Work) -> None:
    """Destroy the living keys, and the kept ones under which nothing lies; then it is done."""
    stays = set(Person.objects.filter(pk__in=work.numbers).values_list("pk", flat=True))
    with transaction.atomic(using="keys"):
        for number in sorted(work.numbers):
            keys.drop(number, keys.LIVING, keys.FORMER, *(() if number in stays else (keys.KEPT,)))
    if work.erasure is not None and work.erasure.pending is None:
        erasures.done([work.erasure])


STEPS: tuple[Callable[[Work], None], ...] = (_way_in, _rows, _keys)
"""After the tombstone, in this order; each may be taken again."""


def carry_out(work: Work) -> None:
    """Take the steps for numbers that have a tombstone; idempotent."""
    with gate.using(USE, what="vault.erase"):
        for step in STEPS:
            step(work)


# --- the farewell -------------------------------------------------------------------------------------


def _address(work: Work) -> str:
    """Return the address that gets the mail, for the one letter; empty where there is none to write to.

    Its use was written down before the tombstone. Nothing else opens what is an erased person's.
    """
    if work.ring is None:
        return ""
    item = Item.objects.filter(person__in=work.numbers, kind=EMAIL).first()
    ring = keys.Ring(work.numbers)
    if item is None or not ring.has(item.person_id):
        return ""
    return ring.open(item.person_id, item.sealed, item.context)


def _say_farewell(work: Work, address: str) -> None:
    """Leave the address and the letter to somebody new, whom nothing leads to, for as long as it needs."""
    assert work.ring is not None and work.erasure is not None
    leaver = Person.objects.create(pk=work.leaver, is_active=False)
    giving = Giving.objects.create(
        person=leaver,
        where=WHERE,
        clause=CLAUSE,
        version=row_in_force(),
        lapses_at=work.asked_at + FAREWELL,
    )
    item = Item(person=leaver, giving=giving, kind=EMAIL, category=EMAIL_CATEGORY)
    item.sealed = work.ring.seal(leaver.pk, address, item.context)
    item.save()
    Given.objects.create(item=item, giving=giving)
    for post in _farewell:
        post(giving, work.erasure)


def forget(numbers: Iterable[uuid.UUID]) -> None:
    """Erase numbers that nobody asks for any more: of a farewell that was said, of somebody whose last
    giving is over."""
    gone = set(numbers)
    if gone:
        stones = [tombstones.make(tombstones.PERSON, number) for number in sorted(gone)]
        tombstones.append(*stones)
        carry_out(Work(gone, stones[0].when))


def replay() -> int:
    """Erase again whatever the tombstones say, in whatever the databases hold; return how many had anything.

    Idempotent. Keys first, then rows; to be called whenever data or keys were restored, before the site
    opens. Raises `tombstones.Damaged`.
    """
    from leadrush.vault import replaying

    return replaying.replay()
