"""Giving: what a person (or whoever typed their address) hands over, written down with its version."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from leadrush import gate
from leadrush.gate import evidence
from leadrush.gate.versions import row_in_force
from leadrush.vault import addresses, cards, keys
from leadrush.vault.folding import CHOICES, choices_of, fold, mask
from leadrush.vault.models import Choice, Given, Giving, Item, Person
from leadrush.vault.turns import begins_again, hold, hold_living

KEYS = "_keys"
EMAIL = "email"
EMAIL_CATEGORY = "EmailAddress"
NAME = "name"
NAME_CATEGORY = "Name"
LOST = ".lost"


def lost(kind: str) -> str:
    """Return the kind of what stands where an item of this kind was lost: `losing` says why."""
    return kind if kind.endswith(LOST) else f"{kind[:27]}{LOST}"


def seal_again(item: Item, kind: str, value: str, ring: keys.Ring) -> None:
    """Let a lost item hold a value again, under the kind that it had; whoever calls folds."""
    item.kind, item.at = kind, timezone.now()
    item.sealed = ring.seal(item.person_id, value, item.context)
    item.save(update_fields=["kind", "sealed", "at"])


def give(
    *,
    person: Person,
    where: str,
    clause: str,
    about: str = "",
    confirmed: bool = False,
    lapses_at: datetime | None = None,
) -> Giving:
    """Write down one submission under the version in force and return it.

    The person's row is held from here until the transaction of whoever calls ends: what is written on this
    giving is folded from choices that nobody changes meanwhile. Raises `turns.Erased`, and what
    `evidence.demand_open` raises where nothing is taken under the clause.
    """
    evidence.demand_open(clause)
    with transaction.atomic():
        hold_living(person.pk)
        return _write(person, where, clause, about, confirmed=confirmed, lapses_at=lapses_at)


def _write(
    person: Person, where: str, clause: str, about: str, *, confirmed: bool, lapses_at: datetime | None
) -> Giving:
    now = timezone.now()
    return Giving.objects.create(
        person=person,
        where=where,
        about=about,
        clause=clause,
        version=row_in_force(),
        at=now,
        confirmed_at=now if confirmed else None,
        lapses_at=lapses_at,
    )


def _seal_first(
    person: Person, kind: str, category: str, value: str, giving: Giving, ring: keys.Ring
) -> Item:
    item = Item(person=person, giving=giving, kind=kind, category=category)
    item.sealed = ring.seal(person.pk, value, item.context)
    item.save()
    Given.objects.create(item=item, giving=giving)
    return item


def put(*, person: Person, kind: str, category: str, value: str, giving: Giving) -> Item:
    """Seal a value as the person's item of this kind, over the one there; it rests on this giving too.

    A corrected value serves what the one before it was given for, as a corrected address does. An address
    that is held already keeps its sealed form: only the giving is added. Raises `cards.CardNumber` for a name
    with the number of a card in it.
    """
    if category != EMAIL_CATEGORY:
        cards.refuse(value)
    with gate.using("house.keep", what="vault.put"), transaction.atomic():
        held: dict[str, Item] = {
            item.kind: item for item in Item.objects.filter(person=person, kind__in=(kind, lost(kind)))
        }
        item = held.get(kind) or held.get(lost(kind))
        if item is None:
            return _seal_first(person, kind, category, value, giving, keys.Ring([person.pk]))
        choices = giving.__dict__[CHOICES] = choices_of(person.pk)
        item.mask |= mask([category], [giving], choices)
        if kind != EMAIL or item.kind != kind:
            item.kind = kind
            item.sealed = keys.Ring([person.pk]).seal(person.pk, value, item.context)
            item.giving = giving
        item.at = timezone.now()
        item.save(update_fields=["kind", "sealed", "giving", "mask", "at"])
        Given.objects.get_or_create(item=item, giving=giving)
    return item


def rest(*, item: Item, giving: Giving) -> None:
    """Let an item that is held serve what this giving is for, too."""
    with gate.using("house.keep", what="vault.rest"), transaction.atomic():
        hold(giving.person_id)
        Given.objects.get_or_create(item=item, giving=giving)
        fold(giving.person_id)


@begins_again
def confirm(*, giving: Giving, lapses_at: datetime | None = None) -> None:
    """Note that the person behind the address confirmed this giving; what it allows opens at once.

    One that ended meanwhile stays ended.
    """
    with transaction.atomic():
        hold(giving.person_id)
        live = Giving.objects.filter(pk=giving.pk, ended_at__isnull=True).first()
        if live is None:
            return
        live.confirmed_at = live.confirmed_at or timezone.now()
        live.lapses_at = lapses_at
        live.save(update_fields=["confirmed_at", "lapses_at"])
        fold(giving.person_id)
    giving.confirmed_at, giving.lapses_at = live.confirmed_at, live.lapses_at


@begins_again
def choose(*, person: Person, use: str, answer: bool, where: str, giving: Giving | None = None) -> Choice:
    """Write down a yes or a no; it binds when the transaction commits. The same answer twice is one.

    Raises `turns.Erased`.
    """
    with transaction.atomic():
        # One person's choices are taken in turn, so that a double click and a race end alike.
        hold_living(person.pk)
        last = Choice.objects.filter(person=person, use=use).order_by("-id").first()
        version = row_in_force()
        if last and last.answer is answer and last.version_id == version.pk and last.giving_id == _pk(giving):
            return last
        choice = Choice.objects.create(
            person=person, use=use, answer=answer, version=version, where=where, giving=giving
        )
        fold(person.pk)
    if giving is not None:
        giving.__dict__.pop(CHOICES, None)
    return choice


def _pk(giving: Giving | None) -> uuid.UUID | None:
    return giving.pk if giving else None


def find(address: str) -> Person | None:
    """Return the person with exactly this address, or None. Raises `ValidationError` for a bad address."""
    found = addresses.whose(addresses.read(address))
    return Person.objects.filter(pk=found).first() if found else None
