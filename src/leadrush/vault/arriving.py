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
from leadrush.gate.versions import row_in_force
from leadrush.vault import addresses, keys
from leadrush.vault.folding import CHOICES, choices_of, fold_opened, mask
from leadrush.vault.giving import EMAIL, EMAIL_CATEGORY, KEYS
from leadrush.vault.models import BlindIndex, Choice, Given, Giving, Item, Person
from leadrush.vault.turns import hold


@dataclass(frozen=True)
class Met:
    """Somebody whose row is held until the transaction ends, with their key; `new` when made just now."""

    person: Person
    ring: keys.Ring
    new: bool = False

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

    Raises `ValidationError` for a bad address.
    """
    found = _find(address)
    with transaction.atomic():
        met = _hold(*found)
        part = Part(clause=clause, lapses_at=lapses_at)
        (giving,) = receive(met, [part], address=address, where=where, about=about, confirmed=confirmed)
    return met.person, giving


def meet(*, address: str = "", person: Person | None = None) -> Met:
    """Find or make whoever has this address, or take who is signed in, and hold their row.

    Called inside the transaction in which they give. Raises `ValidationError` for a bad address.
    """
    if person is not None:
        hold(person.pk)
        return Met(person, keys.Ring([person.pk]))
    return _hold(*_find(address))


@keys.follows
def _find(address: str) -> tuple[uuid.UUID, keys.Ring, bool]:
    """Find or draw the number of whoever has this address; return it with their key, and whether it is new.

    The key comes first and is committed before anything is sealed under it; if the data never follows, the
    next giving of the same address finds the key and uses it.
    """
    address = addresses.read(address)
    with transaction.atomic(using="keys"):
        index, new = BlindIndex.objects.get_or_create(
            digest=addresses.digest(address), defaults={"person": uuid.uuid4()}
        )
        return index.person, keys.make(index.person, new=new), new


def _hold(key: uuid.UUID, ring: keys.Ring, new: bool) -> Met:
    """Find or make the person's row, and hold it until the transaction ends, so that two first givings of one
    address come one after the other."""
    if new:
        try:
            with transaction.atomic():
                return Met(Person.objects.create(pk=key), ring, new=True)
        except IntegrityError:
            pass  # another giving of the same address was quicker
    person, made = Person.objects.select_for_update().get_or_create(pk=key)
    return Met(person, ring, new=made)


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
    `ValidationError` is raised where it is no address.
    """
    with gate.using("house.keep", what="vault.put"), transaction.atomic():
        items, rests = ([], {}) if met.new else _held(met.person)
        email = next((item for item in items if item.kind == EMAIL), None)
        if email is None and not met.new:
            # One that rests on nothing any more stays nevertheless until whoever ended that has taken it.
            email = Item.objects.filter(person=met.person, kind=EMAIL).first()
            items += [email] if email else []
        live = rests[email.pk] if email is not None else []
        said = {(giving.where, giving.about, giving.clause, giving.confirmed) for giving in live}
        parts = [part for part in parts if not part.yes or (where, about, part.clause, confirmed) not in said]
        if not parts:
            return []
        givings = _write(met.person, parts, where, about, confirmed=confirmed)
        yes = [part.yes for part in parts if part.yes]
        # Made a moment ago and not committed: nobody else chose for them meanwhile.
        choices = {} if met.new and not yes else choices_of(met.person.pk)
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
