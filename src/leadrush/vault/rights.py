"""What we hold about a person: every declared table walked, every item with where it came from and its uses.

Export, correction and erasure walk the same declarations, so what a person sees is what is there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q
from django.utils.functional import Promise

from leadrush import gate, ledger
from leadrush.gate import uses
from leadrush.gate.use import in_force
from leadrush.vault import collects
from leadrush.vault.folding import categories_of
from leadrush.vault.giving import LOST, NAME, confirm
from leadrush.vault.lapsing import end
from leadrush.vault.models import Giving, Held, Item, Person, Role
from leadrush.vault.opening import mark_of, open_items

USE = "rights.own"
UNSAID = {"rights", "accountability"}
"""Headings that every row serves; a list of what an item is for leaves them out."""

Answer = Callable[[Giving], None]
_forms: dict[str, str | Promise] = {}
_asking: set[str] = set()
_kinds: dict[str, str | Promise] = {}
_correct: dict[str, str] = {}
_loses: dict[str, str | Promise] = {}
_batches: dict[type[Any], str] = {}
_answers: dict[str, tuple[Answer, Answer]] = {}


def form(code: str, words: str | Promise, *, asks: bool = False) -> None:
    """Register what a form is called where a giving is shown, e.g. “Form ‘Keep me a seat’”.

    `asks`: a yes there is consent to more than was allowed when data was given, whatever the use rests on.
    """
    _forms[code] = words
    if asks:
        _asking.add(code)


def item_kind(kind: str, words: str | Promise, correct: str = "", loses: str | Promise = "") -> None:
    """Register what a kind of item is called, the name of the address where it is corrected, and what its
    person loses when it is erased."""
    _kinds[kind] = words
    _correct[kind] = correct
    _loses[kind] = loses


def answers(code: str, *, yes: Answer, no: Answer) -> None:
    """Register what “it was me” and “it wasn't me” mean for a form that made more than one giving."""
    _answers[code] = (yes, no)


def answer(giving: Giving, *, was_me: bool) -> None:
    """Do what a person says about a giving under their address: confirm it, or erase what it gave."""
    yes, no = _answers.get(giving.where, (_confirm, end))
    (yes if was_me else no)(giving)


def _confirm(giving: Giving) -> None:
    confirm(giving=giving, lapses_at=giving.lapses_at)


def batches(model: type[Held], column: str) -> None:
    """Register which column of a person's own rows notes the entries of batches that they were part of."""
    _batches[model] = column


def form_words(code: str) -> str:
    """Return what a form is called, or its code."""
    return str(_forms.get(code, code))


def asks(code: str) -> bool:
    """Return whether a yes in this form is consent, whatever the use rests on."""
    return code in _asking


def kind_words(kind: str) -> str:
    """Return what a kind of item is called, or its name; of one that was lost, what it was."""
    return str(_kinds.get(_held_as(kind), kind))


def _held_as(kind: str) -> str:
    return kind.removesuffix(LOST)


def loses(kind: str) -> str:
    """Return what a person loses with an item of this kind; empty where that needs no words."""
    return str(_loses.get(kind, ""))


@dataclass(frozen=True)
class Record:
    """One item on “What we hold about you”. `uses`: (title, clause); `correct`: an address name or empty."""

    key: str
    title: str
    value: str
    given_at: datetime
    where: str
    version: int
    clause: str
    confirmed: bool
    giving: uuid.UUID
    uses: tuple[tuple[str, str], ...]
    last_used: datetime | None
    times_used: int
    correct: str
    categories: tuple[str, ...] = ()
    mask: int = 0
    kind: str = ""


@dataclass(frozen=True)
class Rows:
    """What is held about a person as it lies there, sealed, by table; and the names of who works here."""

    held: list[tuple[collects.Collects, list[Any]]]
    team: list[Item]


def rows_of(person_id: uuid.UUID) -> Rows:
    """Return every row held about a person, opening none: one question a declared model.

    The names of those who work here come with the person's own items, since the uses of what is held are told
    with them.
    """
    held: list[tuple[collects.Collects, list[Any]]] = []
    team: list[Item] = []
    parts: set[int] = set()
    for declared in collects.gated():
        rows: list[Any] = list(
            declared.model._default_manager.filter(_whose(declared, person_id))
            .select_related("giving__version", *declared.related)
            .order_by("pk")
        )
        if declared.model is Item:
            team = [row for row in rows if row.person_id != person_id]
            rows = [row for row in rows if row.person_id == person_id]
        if declared.model in _batches:
            parts |= {entry for row in rows if (entry := getattr(row, _batches[declared.model]))}
        held.append((declared, rows))
    _notes()["rights.parts", person_id] = parts
    return Rows(held, team)


def _whose(declared: collects.Collects, person_id: uuid.UUID) -> Q:
    own = Q(person_id=person_id)
    if declared.model is not Item:
        return own
    # Two terms that an index answers each; a role is not empty for those who work here.
    persons = Person.objects.filter(Q(pk=person_id) | Q(role__gt=Role.NONE))
    return (own | Q(kind=NAME)) & Q(person__in=persons.values("pk"))


def records(person_id: uuid.UUID, rows: Rows | None = None) -> list[Record]:
    """Return every item held about a person, oldest first. One question a declared model, plus a few.

    Opens everything under `rights.own`, which is itself a use that the person sees. `rows` are those that
    were found already.
    """
    found: list[tuple[Held, collects.Collects, str]] = []
    for declared, held in (rows or rows_of(person_id)).held:
        if held:
            values = _values(declared, held)
            found += [(row, declared, values[row.pk]) for row in held if row.pk in values]
    used = _used(person_id)
    return sorted(
        (_record(row, declared, value, used) for row, declared, value in found),
        key=lambda record: record.given_at,
    )


def _values(declared: collects.Collects, rows: list[Any]) -> dict[Any, str]:
    if declared.model is Item:
        return dict(open_items(rows, what="rights.see"))
    if declared.shows is not None:
        return dict(declared.shows(rows))
    shown = [name for name in declared.fields if name not in {s.field for s in declared.sealed}]
    return {row.pk: ", ".join(str(getattr(row, name)) for name in shown) for row in rows}


def _record(
    row: Held, declared: collects.Collects, value: str, used: dict[str, tuple[datetime, int]]
) -> Record:
    giving: Giving = row.giving
    kind = row.kind if isinstance(row, Item) else ""
    times = [used[category] for category in categories_of(row) if category in used]
    correct = _correct.get(_held_as(kind), "")
    if not kind and declared.correct:
        correct = declared.correct(row)
    return Record(
        key=f"{declared.label}:{row.pk}",
        title=kind_words(kind) if kind else str(declared.title),
        value=value,
        given_at=giving.at,
        where=form_words(giving.where),
        version=giving.version.number,
        clause=giving.clause,
        confirmed=giving.confirmed,
        giving=giving.pk,
        uses=tuple(_uses(row)),
        last_used=max((at for at, _count in times), default=None),
        times_used=sum(count for _at, count in times),
        correct=correct,
        categories=tuple(categories_of(row)),
        mask=row.mask,
        kind=kind,
    )


def _uses(row: Held) -> Iterable[tuple[str, str]]:
    for _use, title, clause in serves(categories_of(row), row.mask):
        yield title, clause


def serves(categories: tuple[str, ...], mask: int) -> Iterable[tuple[str, str, str]]:
    """Yield each use that a row of these kinds and this mask may be used for: name, title, clause."""
    force = gate.force()
    for use in uses.all():
        if mask & (1 << use.bit) and use.heading not in UNSAID:
            clause = force.clause_for(categories[0], use.name)
            yield use.name, force.use(use.name).title if clause else use.title, clause.slug if clause else ""


def _notes() -> dict[Any, Any]:
    """Return what the door in force remembers, so that one page asks each question once."""
    door = in_force()
    return door.notes if door else {}


def count(person_id: uuid.UUID) -> int:
    """Return how many entries there are about a person."""
    return sum(row["times"] for row in _sums(person_id))


def _sums(person_id: uuid.UUID) -> list[dict[str, Any]]:
    """Return last use and number of uses for each set of categories; asked once a door."""
    notes = _notes()
    if (known := notes.get(("rights.sums", person_id))) is None:
        rows = entries(person_id).order_by().values("categories").annotate(last=Max("at"), times=Count("pk"))
        known = notes["rights.sums", person_id] = list(rows)
    return list(known)


def _used(person_id: uuid.UUID) -> dict[str, tuple[datetime, int]]:
    found: dict[str, tuple[datetime, int]] = {}
    for row in _sums(person_id):
        for category in row["categories"].split():
            last, times = found.get(category, (row["last"], 0))
            found[category] = (max(last, row["last"]), times + row["times"])
    return found


def entries(person_id: uuid.UUID) -> Any:
    """Return the ledger's entries about a person, batches that they were part of included, newest first."""
    notes = _notes()
    if (parts := notes.get(("rights.parts", person_id))) is None:
        parts = set()
        with gate.using(USE, what="rights.batches"):
            for model, column in _batches.items():
                rows = model._default_manager.filter(person_id=person_id, **{f"{column}__isnull": False})
                parts.update(rows.values_list(column, flat=True))
        notes["rights.parts", person_id] = parts
    return ledger.of(mark_of(person_id), parts)
