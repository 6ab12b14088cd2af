"""Addresses that come and go, and two records of one person made one.

Keys and rows lie in different databases, so nothing spans both. The order makes each half-way state one
that loses nothing and lets nobody in: an address leads to the record that stays, before rows move; rows move
in one transaction, re-sealed under the key that stays; the key that is no longer needed goes last. Doing it
all again finishes what died.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ForeignObjectRel, Model
from django.utils import timezone

from leadrush import gate
from leadrush.gate.versions import row_in_force
from leadrush.vault import addresses, collects, keys, refusals, tombstones
from leadrush.vault.folding import choices_of, fold
from leadrush.vault.giving import EMAIL, EMAIL_CATEGORY, lost
from leadrush.vault.models import BlindIndex, Choice, Given, Giving, Held, Item, Person
from leadrush.vault.opening import note
from leadrush.vault.persons import ORDER, Role

PENDING = "email.pending"
"""An address that is still to be proven."""
FORMER = "email.former"
"""The address before, kept some days to be told that it no longer counts."""
ALSO = tuple(f"email.{n}" for n in range(2, 6))
"""Further addresses of one person: they sign in, and get no mail but their codes."""
ADDRESSES = (EMAIL, *ALSO)
WHERE = "people.join"


OVER = "One of the two records is erased: there is nothing to join."


class TooMany(ValueError):
    """One person would have more addresses than there are places for."""


# --- one address --------------------------------------------------------------------------------------


def claim(address: str, person_id: uuid.UUID) -> uuid.UUID:
    """Let an address lead to a person unless it leads to somebody already; return to whom it leads."""
    index, _made = BlindIndex.objects.get_or_create(
        digest=addresses.digest(address), defaults={"person": person_id}
    )
    return index.person


def release(address: str, person_id: uuid.UUID) -> None:
    """Let an address lead to nobody, if it led to this person."""
    BlindIndex.objects.filter(digest=addresses.digest(address), person=person_id).delete()


def free_place(taken: set[str]) -> str:
    """Return the next kind for a further address. Raises `TooMany`."""
    for kind in ADDRESSES:
        if kind not in taken:
            return kind
    raise TooMany(f"{len(ADDRESSES)} addresses are held already")


def write(person: Person, kind: str, address: str, giving: Giving) -> None:
    """Write an address in one of a person's places, over the one there; it also rests on this giving.

    What rested on the old address rests on the new one, so that a seat is kept when an address changes.
    """
    with gate.using("house.keep", what="vault.write"), transaction.atomic():
        held = {item.kind: item for item in Item.objects.filter(person=person, kind__in=(kind, lost(kind)))}
        item = held.get(kind) or held.get(lost(kind))
        if item is None:
            item = Item(person=person, giving=giving, kind=kind, category=EMAIL_CATEGORY)
        item.kind, item.giving = kind, giving
        item.at = timezone.now()
        item.sealed = keys.Ring([person.pk]).seal(person.pk, address, item.context)
        item.save()
        Given.objects.get_or_create(item=item, giving=giving)
        if kind in ADDRESSES:
            refusals.bring_back_for(person, address)
        fold(person.pk)


# --- two records --------------------------------------------------------------------------------------


def merge(kept: uuid.UUID, gone: uuid.UUID) -> None:
    """Make two records of one person one; both addresses are proven, the other's sign-ins ended.

    Idempotent, and to be called again after it died: see `STEPS`. Raises `TooMany` before anything is done,
    `keys.NoKey` when the record that stays is erased, `ValueError` for one and the same.
    """
    if kept == gone:
        raise ValueError("a record cannot be joined to itself")
    ring = keys.Ring([kept, gone])
    if not ring.has(kept) or (not ring.has(gone) and Person.objects.filter(pk=gone).exists()):
        raise keys.NoKey(OVER)
    if tombstones.erased({kept, gone}):
        raise keys.NoKey(OVER)
    with gate.using("house.keep", actor=gate.Actor("person", str(kept)), what="vault.merge"):
        _places(kept, gone)
        if gone not in tombstones.went_into(kept):
            # Who erases the one record erases what older copies hold under the other.
            tombstones.append(tombstones.make(tombstones.JOINED, gone, row=str(kept)))
        for step in STEPS:
            step(kept, gone)


def _lead(kept: uuid.UUID, gone: uuid.UUID) -> None:
    """Let every address of the one lead to the other."""
    BlindIndex.objects.filter(person=gone).update(person=kept)


def _move(kept: uuid.UUID, gone: uuid.UUID) -> None:
    """Move and re-seal every row in one transaction; the other person's row goes with it."""
    with transaction.atomic():
        # In one order always, so that two joinings of the same two wait for each other.
        locked = Person.objects.select_for_update().filter(pk__in=[kept, gone]).order_by("pk")
        both = {person.pk: person for person in locked}
        if tombstones.erased({kept, gone}):
            raise keys.NoKey(OVER)
        if gone not in both:
            return
        ring = keys.Ring([kept, gone])
        note(subject=kept, categories=_categories(gone), what="vault.merge", ring=ring)
        answers = _stricter(kept, gone)
        _move_items(kept, gone, ring)
        for declared in collects.gated():
            if declared.model is not Item:
                _move_held(declared, kept, gone, ring)
        _move_rest(kept, gone)
        for use, answer in answers.items():
            if choices_of(kept)[use].answer is not answer:
                Choice.objects.create(
                    person_id=kept, use=use, answer=answer, version=row_in_force(), where=WHERE
                )
        role = max(both[kept].role, both[gone].role, key=lambda role: ORDER.index(Role(role)))
        Person.objects.filter(pk=kept).update(role=role)
        both[gone].delete()
        _rest_on_all(kept)
        fold(kept)


def _forget(kept: uuid.UUID, gone: uuid.UUID) -> None:
    """Destroy the living key of the record that is no more; what the law keeps stays under its own."""
    keys.drop(gone)


STEPS: tuple[Callable[[uuid.UUID, uuid.UUID], None], ...] = (_lead, _move, _forget)
"""Keys, rows, keys. After the first the addresses lead to the record that stays and all is there; after the
second the rows are there too; after the third nothing is left of the other."""


def _places(kept: uuid.UUID, gone: uuid.UUID) -> dict[str, str]:
    """Return for each address of the one its place with the other. Raises `TooMany`."""
    held = Item.objects.filter(person__in=[kept, gone], kind__in=ADDRESSES).order_by("kind")
    rows = list(held.values_list("person", "kind"))
    taken = {kind for person, kind in rows if person == kept}
    places = {}
    for person, kind in rows:
        if person == gone:
            places[kind] = free_place(taken)
            taken.add(places[kind])
    return places


def _categories(person: uuid.UUID) -> set[str]:
    found = set(Item.objects.filter(person=person).values_list("category", flat=True))
    for declared in collects.gated():
        if declared.model is not Item and declared.model._default_manager.filter(person_id=person).exists():
            found |= set(declared.categories)
    return found


def _stricter(kept: uuid.UUID, gone: uuid.UUID) -> dict[str, bool]:
    """Return the answer for each use that either answered: a no wins."""
    mine, theirs = choices_of(kept), choices_of(gone)
    return {
        use: all(answers[use].answer for answers in (mine, theirs) if use in answers)
        for use in {*mine, *theirs}
    }


def _move_items(kept: uuid.UUID, gone: uuid.UUID, ring: keys.Ring) -> None:
    """Give addresses a place of their own; of two names keep the first; drop what was pending."""
    places = _places(kept, gone)
    taken = set(Item.objects.filter(person=kept).values_list("kind", flat=True))
    for item in Item.objects.filter(person=gone).order_by("pk"):
        kind = places.get(item.kind, item.kind)
        if kind in (PENDING, FORMER) or (item.kind not in places and kind in taken):
            item.delete()
            continue
        value = ring.open(gone, item.sealed, item.context)
        item.kind, item.person_id = kind, kept
        item.sealed = ring.seal(kept, value, item.context)
        item.save(update_fields=["kind", "person", "sealed"])


def _rest_on_all(kept: uuid.UUID) -> None:
    """Let the address that gets the mail serve what either was given for: a seat came with one of them."""
    mail = Item.objects.filter(person=kept, kind=EMAIL).first()
    others = Given.objects.filter(item__person=kept, item__kind__in=ALSO, giving__ended_at__isnull=True)
    for giving in set(others.values_list("giving_id", flat=True)) if mail is not None else ():
        Given.objects.get_or_create(item=mail, giving_id=giving)


def _move_held(declared: collects.Collects, kept: uuid.UUID, gone: uuid.UUID, ring: keys.Ring) -> None:
    rows: Any = declared.model._default_manager.filter(person_id=gone).order_by("pk")
    for row in rows:
        changed = {"person": kept}
        for column in declared.sealed:
            sealed = bytes(getattr(row, column.field) or b"")
            if sealed:
                text = ring.open(gone, sealed, column.context)
                changed[column.field] = ring.seal(kept, text, column.context)  # type: ignore[assignment]
        _take(row, changed)


def _move_rest(kept: uuid.UUID, gone: uuid.UUID) -> None:
    """Move what points at a person without being held: givings, choices, links, and in tables of others the
    pages that somebody who works here made. What works for nobody else is dropped."""
    for relation in Person._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.many_to_many:
            continue
        model, column = relation.related_model, relation.field.name
        if isinstance(model, str) or issubclass(model, Held):
            continue
        rows = model._default_manager.filter(**{column: gone})
        if model in _left_behind:
            rows.delete()
            continue
        for row in rows.order_by("pk"):
            _take(row, {column: kept})


_left_behind: set[type[Model]] = set()


def leave_behind(model: type[Model]) -> None:
    """Register what is dropped with the record that goes: passkeys, which carry its number in the device."""
    _left_behind.add(model)


def _take(row: Model, changed: dict[str, Any]) -> None:
    """Change a row; where the record that stays has the same already (a seat), that one stays."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    try:
        with transaction.atomic():
            rows.update(**changed)
    except IntegrityError:
        rows.delete()
