"""Who works here: invited by address, given a role, sent away. Each change is an entry before it holds.

Clause `working-here`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from leadrush import gate, vault
from leadrush.console.access import ROLES
from leadrush.vault.models import Giving, Item, Person, Role

USE = "console.staff"
WHERE = "console.invite"
CLAUSE = "working-here"


class LastOwner(ValueError):
    """The only owner was to lose that role: then nobody could ever give it again."""


@dataclass(frozen=True)
class Colleague:
    """Somebody who works here, as the owner sees them."""

    person: Person
    name: str
    address: str
    confirmed: bool


def team() -> list[Colleague]:
    """Return everybody with a role, the highest first; each is written down as shown to whoever acts."""
    people = sorted(
        Person.objects.exclude(role=Role.NONE),
        key=lambda person: (-ROLES.index(person.role), person.joined_at),
    )
    items = Item.objects.filter(person__in=people, kind__in=["email", "name"]).select_related("giving")
    by_person: dict[uuid.UUID, list[Item]] = {}
    for item in items:
        by_person.setdefault(item.person_id, []).append(item)
    found = []
    for person in people:
        held = by_person.get(person.pk, [])
        opened = vault.open_items(held, what="console.staff")
        values = {item.kind: opened[item.pk] for item in held}
        found.append(
            Colleague(
                person,
                values.get("name", ""),
                values.get("email", ""),
                any(item.giving.confirmed for item in held if item.kind == "email"),
            )
        )
    return found


def invite(*, address: str, name: str, role: str) -> Person:
    """Give whoever has this address a role, and keep their name for as long as they have one.

    A name that they gave themselves stays. Raises `ValidationError` for a bad address.
    """
    with transaction.atomic():
        person, giving = vault.welcome(address=address, where=WHERE, clause=CLAUSE)
        with gate.using("house.keep", actor=gate.current().actor, what=WHERE):
            known = Item.objects.filter(person=person, kind="name").first()
        if known is not None:
            vault.rest(item=known, giving=giving)
        elif name:
            vault.put(person=person, kind="name", category="Name", value=name, giving=giving)
        appoint(person=person, role=role)
    return person


def appoint(*, person: Person, role: str) -> bool:
    """Give a person another role; return whether anything changed. Raises `LastOwner`, `ValueError`."""
    if role not in ROLES:
        raise ValueError(f"{role!r} is not one of {', '.join(ROLES)}")
    return _change(person, role, lambda: None)


def remove(*, person: Person) -> bool:
    """Take a role away, end the sign-ins, erase what came for working here. Raises `LastOwner`."""

    def leave() -> None:
        Person.objects.filter(pk=person.pk).update(session_epoch=F("session_epoch") + 1)
        for giving in Giving.objects.filter(person=person, clause=CLAUSE, ended_at__isnull=True):
            vault.end(giving)

    return _change(person, "", leave)


def _change(person: Person, role: str, then: Callable[[], None]) -> bool:
    with transaction.atomic():
        # Owners are taken in turn, so that two of them cannot both be the one who is left.
        owners = set(Person.objects.select_for_update().filter(role="owner").values_list("pk", flat=True))
        locked = Person.objects.select_for_update().get(pk=person.pk)
        if locked.role == role:
            return False
        if owners == {person.pk}:
            raise LastOwner
        vault.note(
            subject=person.pk, categories=[], what="console.role", about=f"console.role:{role or 'none'}"
        )
        Person.objects.filter(pk=person.pk).update(role=role)
        then()
    person.role = role
    return True
