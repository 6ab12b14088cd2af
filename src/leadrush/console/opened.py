"""One person as the back office shows them: what the address serves, what is held.

Everything here runs under `support.help`, after the entry that says what for. What the statement does not
let be opened for that is counted and not read.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadrush import gate, ledger, vault
from leadrush.gate import uses
from leadrush.statement import Basis
from leadrush.vault import collects, rights
from leadrush.vault.models import Choice, Given, Giving, Held, Item

USE = "support.help"
MOST = 10
"""So many rows of one kind are listed; of more, the number is said."""

Rows = list[tuple[collects.Collects, list[Any]]]


@dataclass(frozen=True)
class About:
    """A use that a person's address may or may not serve, and since when that is so."""

    title: str
    clause: str
    now: bool
    since: datetime | None
    how: str
    version: int | None
    asks: bool


@dataclass(frozen=True)
class Thing:
    """Something held: what it is, its value where this use may see it, its clause and version."""

    title: str
    value: str
    clause: str
    version: int
    count: int = 1


@dataclass(frozen=True)
class Withheld:
    """What is held and not for this use: how many things, of which kinds."""

    count: int
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Came:
    """One form that a person filled in."""

    at: datetime
    where: str
    about: str
    version: int
    clause: str
    confirmed: bool
    ended: bool


def rows_of(person_id: uuid.UUID) -> Rows:
    """Return the rows about a person that the use in force may see; one question a declared table."""
    return [
        (
            declared,
            list(
                declared.model._default_manager.filter(person_id=person_id)
                .select_related("giving__version", *declared.related)
                .defer(*(() if declared.model is Item else (s.field for s in declared.sealed)))
                .order_by("pk")
            ),
        )
        for declared in collects.gated()
    ]


def categories_in(rows: Rows) -> set[str]:
    """Return the kinds of data in these rows, for the entry."""
    found: set[str] = set()
    for declared, held in rows:
        if declared.model is Item:
            found |= {item.category for item in held}
        elif held:
            found |= set(declared.categories)
    return found


def values(rows: Rows, entry: ledger.Entry) -> dict[str, str]:
    """Open what names the person, under the entry that was written for it: kind to value."""
    items = [item for declared, held in rows if declared.model is Item for item in held]
    written = set(entry.categories.split())
    # What arrived since the entry was written is opened under an entry of its own.
    known = entry if {item.category for item in items} <= written else None
    opened = vault.open_items(items, what=entry.what, about=entry.about, entry=known)
    return {item.kind: opened[item.pk] for item in items}


def held(rows: Rows, opened: dict[str, str]) -> list[Thing]:
    """Return what is held as the page lists it. Sealed words are named and counted, not opened."""
    found: list[Thing] = []
    for declared, rows_held in rows:
        if declared.model is Item:
            found += [
                Thing(rights.kind_words(item.kind), opened[item.kind], *_under(item)) for item in rows_held
            ]
        elif rows_held and (declared.sealed or len(rows_held) > MOST):
            found.append(Thing(str(declared.title), "", *_under(rows_held[-1]), count=len(rows_held)))
        elif rows_held:
            told = declared.shows(rows_held) if declared.shows else {}
            found += [Thing(str(declared.title), told.get(row.pk, ""), *_under(row)) for row in rows_held]
    return found


def _under(row: Held) -> tuple[str, int]:
    return row.giving.clause, row.giving.version.number


def withheld(person_id: uuid.UUID, rows: Rows) -> Withheld:
    """Count what is held and not for this use; its content is not read."""
    seen = {declared.label: len(held) for declared, held in rows}
    kinds: list[str] = []
    count = 0
    with gate.using("house.keep", actor=gate.current().actor, what="console.withheld"):
        for declared in collects.gated():
            left = declared.model._default_manager.filter(person_id=person_id).count() - seen[declared.label]
            if left > 0:
                count += left
                kinds.append(str(declared.title))
    return Withheld(count, tuple(kinds))


def serves(person_id: uuid.UUID, rows: Rows) -> list[About]:
    """Return what a person's address may be used for and what not, and since when; two questions."""
    force = gate.force()
    items = [row for declared, held in rows if declared.model is Item for row in held]
    email = next((item for item in items if item.kind == "email"), None)
    choices = _choices(person_id)
    givings: list[Giving] = []
    if email is not None:
        rests = Given.objects.filter(item=email, giving__ended_at__isnull=True)
        givings = [rest.giving for rest in rests.select_related("giving__version").order_by("giving__at")]
    found = []
    for use in uses.all():
        term = None if use.heading in rights.UNSAID else force.find("EmailAddress", use.name)
        if term is None:
            continue
        now = email is not None and bool(email.mask & (1 << use.bit))
        found.append(
            _about(
                force.use(use.name).title,
                term[1].slug,
                now,
                choices.get(use.name),
                givings,
                term[0].basis is Basis.CONSENT,
            )
        )
    return found


def _about(
    title: str, clause: str, now: bool, choice: Choice | None, givings: Sequence[Giving], asks: bool
) -> About:
    if choice is not None:
        how = rights.form_words(choice.where)
        return About(title, clause, now, choice.at, how, choice.version.number, asks)
    by = next((giving for giving in givings if giving.clause == clause), None)
    by = by or (givings[0] if now and givings else None)
    if by is None or not now:
        return About(title, clause, now, None, "", None, asks)
    return About(title, clause, now, by.at, rights.form_words(by.where), by.version.number, asks)


def _choices(person_id: uuid.UUID) -> dict[str, Choice]:
    """Return the newest answer that counts for each use; a yes to an unconfirmed form waits."""
    rows = Choice.objects.filter(person_id=person_id).order_by("id").select_related("giving", "version")
    return {
        row.use: row
        for row in rows
        if not (row.answer and row.giving is not None and not row.giving.confirmed)
    }


def came_from(person_id: uuid.UUID) -> list[Came]:
    """Return the forms that a person filled in, first one first."""
    givings = list(Giving.objects.filter(person_id=person_id).select_related("version").order_by("at"))
    titles = ledger.titles({giving.about for giving in givings if giving.about})
    return [
        Came(
            at=giving.at,
            where=rights.form_words(giving.where),
            about=titles.get(giving.about, ""),
            version=giving.version.number,
            clause=giving.clause,
            confirmed=giving.confirmed,
            ended=giving.ended_at is not None,
        )
        for giving in givings
    ]
