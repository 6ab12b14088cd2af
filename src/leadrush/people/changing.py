"""Changing what names a person, their name and addresses: the only writers of both. Clause `see-it-all`."""

from __future__ import annotations

import uuid
from datetime import timedelta
from enum import Enum

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, look, mailbox, vault
from leadrush.look import times
from leadrush.people import sign_ins
from leadrush.vault import addresses, item_erasing, keys, merging, rekeying
from leadrush.vault.giving import EMAIL, EMAIL_CATEGORY, NAME, NAME_CATEGORY
from leadrush.vault.merging import ADDRESSES, ALSO, FORMER, PENDING
from leadrush.vault.models import Giving, Item, Person
from leadrush.vault.turns import hold

USE = "rights.own"
NAME_FORM = "people.name"
ADDRESS_FORM = "people.address"
UNPROVEN = timedelta(hours=1)
"""How long an address that nobody proves is kept."""
TOLD_FOR = timedelta(days=7)
"""How long a former address is kept, to be told that it no longer counts."""


class Outcome(Enum):
    """What came of an address that was proven."""

    DONE = "done"
    ELSEWHERE = "elsewhere"
    OVER = "over"


# --- name ---------------------------------------------------------------------------------------------


def name(*, person: Person, value: str) -> None:
    """Write down what a person wants to be called; an empty name takes it out."""
    before = list(Giving.objects.filter(person=person, where=NAME_FORM, ended_at__isnull=True))
    with transaction.atomic(), gate.using("house.keep", what="people.name"):
        if value:
            giving = vault.give(person=person, where=NAME_FORM, clause=sign_ins.CLAUSE, confirmed=True)
            vault.put(person=person, kind=NAME, category=NAME_CATEGORY, value=value, giving=giving)
            if before:
                rekeying.due(person.pk)  # the name before is gone, wherever it was sealed
        else:
            _take_out(person, NAME)
        for old in before:
            vault.end(old)


# --- addresses ----------------------------------------------------------------------------------------


def held(person: Person) -> dict[str, str]:
    """Return a person's addresses by place, the one that gets the mail first, under the use in force."""
    items = list(Item.objects.filter(person=person, kind__in=ADDRESSES).order_by("kind"))
    values = vault.open_items(items, what="people.addresses")
    return {item.kind: values[item.pk] for item in items}


def propose(*, person: Person, address: str) -> Giving:
    """Seal an address that is to be proven, in the place for that; return the giving it rests on for an hour.

    It says nothing about whether somebody has it. Raises `ValidationError` for what is no address, is one of
    the person's own, or is one too many.
    """
    address = addresses.read(address)
    own = held(person)
    if addresses.digest(address) in {addresses.digest(value) for value in own.values()}:
        raise ValidationError(_("This is your address already."), code="own")
    with transaction.atomic(), gate.using("house.keep", what="people.address"):
        waiting = Giving.objects.filter(person=person, where=ADDRESS_FORM, confirmed_at__isnull=True)
        for old in waiting.filter(ended_at__isnull=True):
            vault.end(old)
        lapses_at = timezone.now() + UNPROVEN
        giving = vault.give(person=person, where=ADDRESS_FORM, clause=sign_ins.CLAUSE, lapses_at=lapses_at)
        vault.put(person=person, kind=PENDING, category=EMAIL_CATEGORY, value=address, giving=giving)
    return giving


def proposed(person: Person, giving: uuid.UUID) -> str:
    """Return the address that rests on this giving and waits to be proven, under the use in force.

    Empty when there is none: it lapsed, or another one was typed since, which this giving's proof is not for.
    """
    items = list(
        Item.objects.filter(person=person, kind=PENDING, giving=giving, giving__ended_at__isnull=True)
    )
    return "".join(vault.open_items(items, what="people.addresses").values())


def take(*, person: Person, giving: Giving, instead: bool) -> Outcome:
    """Take a proven address: beside the one that gets the mail, or instead of it.

    `ELSEWHERE`: it leads to another record; `OVER`: it is held no more. Both change nothing. Raises
    `merging.TooMany`.
    """
    with gate.using(USE, actor=gate.Actor("person", str(person.pk)), what="people.address"):
        address, own = proposed(person, giving.pk), held(person)
        if not address:
            return Outcome.OVER
        place = EMAIL if instead else merging.free_place(set(own))
        if merging.claim(address, person.pk) != person.pk:
            return Outcome.ELSEWHERE
        former = own.get(EMAIL, "") if place == EMAIL else ""
        with transaction.atomic():
            vault.confirm(giving=giving)
            merging.write(person, place, address, giving)
            _drop(person, PENDING)
            if former:
                _tell_former(person, former)
        if former:
            merging.release(former, person.pk)
    return Outcome.DONE


def prefer(*, person: Person, place: str) -> None:
    """Let mail go to another of a person's addresses; the two change places. Unknown places do nothing."""
    with gate.using(USE, actor=gate.Actor("person", str(person.pk)), what="people.address"):
        own = held(person)
        if place not in ALSO or place not in own:
            return
        ring = keys.Ring([person.pk])
        with transaction.atomic(), gate.using("house.keep", what="people.address"):
            for item in Item.objects.filter(person=person, kind__in=(EMAIL, place)):
                other = own[place if item.kind == EMAIL else EMAIL]
                item.sealed = ring.seal(person.pk, other, item.context)
                item.save(update_fields=["sealed"])
            _tell(person, place)


def drop(*, person: Person, place: str) -> None:
    """Take out a further address: it leads to nobody from now on. Unknown places do nothing."""
    with gate.using(USE, actor=gate.Actor("person", str(person.pk)), what="people.address"):
        own = held(person)
        if place not in ALSO or place not in own:
            return
        held_there = Item.objects.filter(person=person, kind=place).first()
        if held_there is not None:
            item_erasing.erase_item(person.pk, f"{Item._meta.label_lower}:{held_there.pk}")


def _drop(person: Person, kind: str) -> None:
    with gate.using("house.keep", what="people.address"), transaction.atomic():
        _take_out(person, kind)


def _take_out(person: Person, kind: str) -> None:
    """Erase an item; what was sealed is to be read nowhere, so the key that sealed it is exchanged."""
    hold(person.pk)
    if Item.objects.filter(person=person, kind=kind).delete()[0]:
        rekeying.due(person.pk)


def _tell_former(person: Person, former: str) -> None:
    """Keep the address before for some days, and tell it."""
    with gate.using("house.keep", what="people.address"):
        for old in Giving.objects.filter(person=person, items__kind=FORMER, ended_at__isnull=True):
            vault.end(old)
        told = vault.give(
            person=person,
            where=ADDRESS_FORM,
            clause=sign_ins.CLAUSE,
            lapses_at=timezone.now() + TOLD_FOR,
        )
        vault.put(person=person, kind=FORMER, category=EMAIL_CATEGORY, value=former, giving=told)
    _tell(person, FORMER, told)


def _tell(person: Person, to: str, giving: Giving | None = None) -> None:
    giving = giving or sign_ins.account_giving(person)
    mailbox.post(
        person=person,
        giving=giving,
        use="account.sign_in",
        template="people.moved",
        key=f"people.moved:{person.pk}:{timezone.now().timestamp()}",
        to=to,
        context={"business": look.business().name, "gone": to == FORMER, "at": times.when(timezone.now())},
    )
