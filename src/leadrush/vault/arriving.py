"""Arriving: what one form brings, from an address or from somebody signed in, written down together.

A form may be sent for two things at once, a seat and word of later webinars. Each is a giving of its own; the
address rests on both, and what they allow is folded in one go.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from leadrush import gate
from leadrush.gate import evidence
from leadrush.gate.versions import row_in_force
from leadrush.vault import addresses, keys, refusals, tombstones
from leadrush.vault.folding import CHOICES, choices_of, fold_opened, mask
from leadrush.vault.giving import EMAIL, EMAIL_CATEGORY, KEYS, lost, seal_again
from leadrush.vault.models import BlindIndex, Choice, Given, Giving, Item, Person
from leadrush.vault.turns import Erased, hold_living


@dataclass(frozen=True)
class Met:
    """Somebody whose row is held until the transaction ends, with their key; `new` when made just now.

    `refuses` says of somebody new that their address brought a no of before.
    """

    person: Person
    ring: keys.Ring
    new: bool = False
    refuses: bool = False

    def writes_on(self, giving: Giving) -> None:
        """Let what is sealed on a giving of theirs be sealed under the key at hand, without asking for it."""
        giving.__dict__[KEYS] = self.ring


@dataclass(frozen=True, kw_only=True)
class Part:
    """One thing that a form is sent for, under its clause; `yes` names the use that it says yes to."""

    clause: str
    lapses_at: datetime | None = None
    yes: str = ""


def welcome(
    *,
    address: str,
    where: str,
    clause: str,
    about: str = "",
    confirmed: bool = False,
    lapses_at: datetime | None = None,
) -> tuple[Person, Giving]:
    """Find or make the person with this address, and note that it was given. Idempotent for the person.

    Raises `ValidationError` for a bad address, and what `evidence.demand_open` raises while nothing is taken
    under this clause.
    """
    evidence.demand_open(clause)
    with transaction.atomic():
        met = meet(address=address)
        part = Part(clause=clause, lapses_at=lapses_at)
        (giving,) = receive(met, [part], address=address, where=where, about=about, confirmed=confirmed)
    return met.person, giving


def meet(*, address: str = "", person: Person | None = None) -> Met:
    """Find or make whoever has this address, or take who is signed in, and hold their row.

    Called inside the transaction in which they give. Raises `ValidationError` for a bad address, and
    `turns.Erased` for somebody signed in who is no more.
    """
    if person is not None:
        hold_living(person.pk)
        return Met(person, keys.Ring([person.pk]))
    while True:
        try:
            return _hold(_find(address))
        except Erased:
            continue  # whoever had this address was erased a moment ago: this is somebody new


@dataclass(frozen=True)
class _Found:
    """A number, the key that goes with it, whether both are new, and what its address said no to before."""

    number: uuid.UUID
    ring: keys.Ring
    new: bool
    noes: list[str]


@keys.follows
def _find(address: str) -> _Found:
    """Find or draw the number of whoever has this address, and their key.

    The key comes first and is committed before anything is sealed under it; if the data never follows, the
    next giving of the same address finds the key and uses it. An address that still leads to somebody who is
    being erased leads to somebody new from now on.
    """
    address = addresses.read(address)
    digest, drawn = addresses.digest(address), uuid.uuid4()
    with transaction.atomic(using="keys"):
        index, new = BlindIndex.objects.get_or_create(digest=digest, defaults={"person": drawn})
        if not new and tombstones.erased({index.person}):
            refusals.remember(index.person, [digest])
            new = bool(BlindIndex.objects.filter(digest=digest, person=index.person).update(person=drawn))
            index = BlindIndex.objects.get(digest=digest)
        ring = keys.make(index.person, new=new)
        return _Found(index.person, ring, new, refusals.of(digest) if new else [])


def _hold(found: _Found) -> Met:
    """Find or make the person's row, and hold it until the transaction ends, so that two first givings of one
    address come one after the other. Raises `Erased` for a number that was erased meanwhile."""
    if found.new:
        try:
            with transaction.atomic():
                person = Person.objects.create(pk=found.number)
                if found.noes:
                    refusals.bring_back(person, found.noes)
                return Met(person, found.ring, new=True, refuses=bool(found.noes))
        except IntegrityError:
            pass  # another giving of the same address was quicker
    with transaction.atomic():
        person, made = Person.objects.select_for_update().get_or_create(pk=found.number)
        if tombstones.erased({found.number}):
            raise Erased("This person was erased.")
        return Met(person, found.ring, new=made)


def receive(
    met: Met,
    parts: Sequence[Part],
    *,
    where: str,
    address: str = "",
    about: str = "",
    confirmed: bool = False,
) -> list[Giving]:
    """Write a giving for each part, rest the person's address on them, and return them.

    A yes that was said on this form already, about the same, is left out. A confirmed one binds on every row
    of the person when the transaction commits; one typed for an address waits until it is confirmed. An
    address that is held keeps its sealed form; `address` is needed where none may be held, and
    `ValidationError` is raised where it is no address. Raises `evidence.Stopped`, and writes nothing, while
    nothing is taken under the clause of a part.
    """
    for part in parts:
        evidence.demand_open(part.clause)
    with gate.using("house.keep", what="vault.put"), transaction.atomic():
        items, rests = ([], {}) if met.new else _held(met.person)
        email = next((item for item in items if item.kind == EMAIL), None)
        if email is None and not met.new:
            # One that rests on nothing any more stays nevertheless until whoever ended that has taken it.
            email = Item.objects.filter(person=met.person, kind=EMAIL).first()
            items += [email] if email else []
        if email is None and address:
            email = _lost(met, items, addresses.read(address))
        live = rests[email.pk] if email is not None else []
        said = {(giving.where, giving.about, giving.clause, giving.confirmed) for giving in live}
        parts = [part for part in parts if not part.yes or (where, about, part.clause, confirmed) not in said]
        if not parts:
            return []
        givings = _write(met.person, parts, where, about, confirmed=confirmed)
        yes = [part.yes for part in parts if part.yes]
        # Made a moment ago and not committed: nobody else chose for them meanwhile.
        choices = {} if met.new and not yes and not met.refuses else choices_of(met.person.pk)
        for giving in givings:
            # What else the form brings is folded from the same choices, and sealed under the same key.
            giving.__dict__[CHOICES] = choices
            met.writes_on(giving)
        if email is None:
            email = _seal(met, addresses.read(address), givings[0])
            items.append(email)
            rests[email.pk] = []
        Given.objects.bulk_create(Given(item=email, giving=giving) for giving in givings)
        rests[email.pk] += givings
        _fold(items, rests, choices, given=None if met.new else email)
        if confirmed:
            fold_opened(met.person.pk, choices, yes)
    return givings


def _held(person: Person) -> tuple[list[Item], dict[int, list[Giving]]]:
    """Return a person's items, and the live givings that each rests on by the item's key; one question."""
    rows = Given.objects.filter(item__person=person, giving__ended_at__isnull=True)
    items: dict[int, Item] = {}
    rests: dict[int, list[Giving]] = defaultdict(list)
    for given in rows.select_related("item", "giving").order_by("pk"):
        items.setdefault(given.item_id, given.item)
        rests[given.item_id].append(given.giving)
    return list(items.values()), rests


def _write(person: Person, parts: Sequence[Part], where: str, about: str, *, confirmed: bool) -> list[Giving]:
    """Write the givings, and the yes that a part says."""
    now, version = timezone.now(), row_in_force()
    shared: dict[str, Any] = {"person": person, "where": where, "version": version, "at": now}
    givings = [
        Giving(
            about=about,
            clause=part.clause,
            confirmed_at=now if confirmed else None,
            lapses_at=part.lapses_at,
            **shared,
        )
        for part in parts
    ]
    Giving.objects.bulk_create(givings)
    said = [
        Choice(use=part.yes, answer=True, giving=giving, **shared)
        for part, giving in zip(parts, givings, strict=True)
        if part.yes
    ]
    if said:
        Choice.objects.bulk_create(said)
    return givings


def _lost(met: Met, items: Sequence[Item], address: str) -> Item | None:
    """Let an address that a restore lost be held again by whose it was; it serves what it served."""
    item = next((item for item in items if item.kind == lost(EMAIL)), None)
    if item is None or addresses.whose(address) != met.person.pk:
        return None
    seal_again(item, EMAIL, address, met.ring)
    return item


def _seal(met: Met, address: str, giving: Giving) -> Item:
    item = Item(person=met.person, giving=giving, kind=EMAIL, category=EMAIL_CATEGORY)
    item.sealed = met.ring.seal(met.person.pk, address, item.context)
    item.save()
    return item


def _fold(
    items: Sequence[Item], rests: dict[int, list[Giving]], choices: dict[str, Any], given: Item | None
) -> None:
    """Bring the masks of these items up to date, and the moment at which the one was given; one change."""
    changed = []
    for item in items:
        folded = mask([item.category], rests[item.pk], choices)
        if item is given:
            item.at = timezone.now()
        if item is given or folded != item.mask:
            item.mask = folded
            changed.append(item)
    if changed:
        Item.objects.bulk_update(changed, ["mask", "at"])
