"""Whom a change concerns, counted in one question: the database sorts rows by case and adds them up.

Each case is an arm of a CASE, worked out by `concern`; a table is read once, whatever changed about it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from django.db import connection

from leadrush import gate, statement
from leadrush.accountability.concern import Case, Concern, State, Subject
from leadrush.gate import uses
from leadrush.gate.models import Version
from leadrush.gate.versions import numbered
from leadrush.vault import collects
from leadrush.vault.giving import EMAIL
from leadrush.vault.models import Choice, Given, Giving, Held, Item

USE = "house.keep"
NOTICE = "statement.notice"
NO_FORM = ""


@dataclass(frozen=True)
class One:
    """One person whom a change concerns; `uses` are those they are to be asked for."""

    person: uuid.UUID
    state: State
    uses: tuple[str, ...]
    reachable: bool
    left_out: bool


@dataclass(frozen=True)
class Locked:
    """What of one subject waits for a yes: how many rows, of how many persons."""

    subject: Subject
    rows: int
    persons: int


@dataclass
class Reach:
    """A subtraction: everybody we hold something about, less those who are not asked, each with why not."""

    held: int = 0
    told: int = 0
    said_no: int = 0
    no_way: int = 0
    left_out: int = 0
    asked: int = 0
    written: int = 0
    by_uses: dict[tuple[str, ...], int] = field(default_factory=dict)
    locked: list[Locked] = field(default_factory=list)
    items: int = 0

    @property
    def untouched(self) -> int:
        """How many hold nothing that the change speaks of."""
        return max(self.held - self.concerned, 0)

    @property
    def concerned(self) -> int:
        """How many the change concerns, written to or not."""
        return self.told + self.said_no + self.no_way + self.left_out + self.asked


def concern_of(old: statement.Version, new: statement.Version) -> Concern:
    """Return the cases of a change, for all versions that something may have been given under."""
    numbers = list(Version.objects.filter(number__lte=old.number).values_list("number", flat=True))
    versions = numbered(numbers) | {old.number: old, new.number: new}
    return Concern(statement.difference(old, new), versions, [use.name for use in uses.all()])


def reach(concern: Concern) -> Reach:
    """Count whom a change would concern now, and what of theirs stays locked. Runs under `house.keep`."""
    with gate.using(USE, what="accountability.reach"), connection.cursor() as cursor:
        found = Reach(held=_held())
        if not concern.subjects:
            return found
        people = _People(concern)
        asked = [f"p.asked{n}" for n in range(len(people.uses))]
        sums = [
            f"SUM(p.n{n}), SUM(CASE WHEN p.n{n} > 0 THEN 1 ELSE 0 END)" for n in range(len(concern.subjects))
        ]
        keys = ", ".join(["p.state", "p.reachable", "p.left_out", *asked])
        cursor.execute(
            f"SELECT {keys}, COUNT(*), {', '.join(sums)} FROM ({people.sql}) AS p GROUP BY {keys}",
            people.parameters,
        )
        _add_up(found, people, cursor.fetchall())
    return found


def of_some(concern: Concern, persons: Sequence[uuid.UUID]) -> list[One]:
    """Return those of these persons whom a change concerns. Runs under `house.keep`."""
    if not concern.subjects or not persons:
        return []
    with gate.using(USE, what="accountability.concern"), connection.cursor() as cursor:
        people = _People(concern, persons)
        asked = "".join(f", p.asked{n}" for n in range(len(people.uses)))
        cursor.execute(
            f"SELECT p.person, p.state, p.reachable, p.left_out{asked} FROM ({people.sql}) AS p",
            people.parameters,
        )
        rows = cursor.fetchall()
    return [
        One(
            person if isinstance(person, uuid.UUID) else uuid.UUID(person),
            State(state),
            people.named(flags),
            bool(reachable),
            bool(left_out),
        )
        for person, state, reachable, left_out, *flags in rows
        if state
    ]


def _held() -> int:
    """Count the persons of whom a form is live."""
    return Giving.objects.filter(ended_at__isnull=True).values("person").distinct().count()


def _add_up(found: Reach, people: _People, rows: Iterable[Sequence[Any]]) -> None:
    subjects, uses_ = people.concern.subjects, len(people.uses)
    sums = [[0, 0] for _ in subjects]
    for state, reachable, left_out, *rest in rows:
        names, count, counts = people.named(rest[:uses_]), int(rest[uses_]), rest[uses_ + 1 :]
        for n, each in enumerate(sums):
            each[0] += int(counts[2 * n] or 0)
            each[1] += int(counts[2 * n + 1] or 0)
        if state and reachable:
            found.written += count
        if state == State.LOCKED and reachable:
            found.asked += count
            found.by_uses[names] = found.by_uses.get(names, 0) + count
        elif state == State.LOCKED and left_out:
            found.left_out += count
        elif state == State.LOCKED:
            found.no_way += count
        elif state == State.SAID_NO:
            found.said_no += count
        elif state == State.TOLD:
            found.told += count
    found.locked = [
        Locked(subject, rows, persons)
        for subject, (rows, persons) in zip(subjects, sums, strict=True)
        if rows
    ]
    found.items = sum(one.rows for one in found.locked)


class _People:
    """One question a person: the columns `person`, `state`, `reachable`, `left_out`, for each use whether it
    is to be asked for (`asked0`, ...), and for each subject how many rows are locked (`n0`, ...)."""

    def __init__(self, concern: Concern, persons: Sequence[uuid.UUID] = ()) -> None:
        self.concern = concern
        self.persons = [_key(person) for person in persons]
        self.uses = list(dict.fromkeys(one.use for one in concern.opening))
        self.keys = dict(Version.objects.values_list("number", "pk"))
        answered = set(Choice.objects.values_list("use", flat=True).distinct())
        self.answered = sorted({one.use for one in concern.subjects} & answered)
        self.parameters: list[Any] = []
        self.sql = self._people()

    def named(self, flags: Iterable[Any]) -> tuple[str, ...]:
        """Return the uses whose column is set."""
        return tuple(name for name, flag in zip(self.uses, flags, strict=True) if flag)

    def _people(self) -> str:
        rows = " UNION ALL ".join(self._tables())
        subjects = self.concern.subjects
        any_of = {
            use: [f"r.s{n} = {State.LOCKED:d}" for n, one in enumerate(subjects) if one.use == use]
            for use in self.uses
        }
        columns = [f"MAX({self._worst()}) AS state"]
        columns += [
            f"MAX(CASE WHEN {' OR '.join(any_of[use])} THEN 1 ELSE 0 END) AS asked{n}"
            for n, use in enumerate(self.uses)
        ]
        columns += [
            f"SUM(CASE WHEN r.s{n} = {State.LOCKED:d} THEN 1 ELSE 0 END) AS n{n}"
            for n in range(len(subjects))
        ]
        inner = f"SELECT r.person AS person, {', '.join(columns)} FROM ({rows}) AS r GROUP BY r.person"
        email = f"{gate.condition('e')} AND (e.mask & {1 << uses.get(NOTICE).bit}) <> 0"
        no = self._answers(NOTICE)
        self.parameters.insert(0, EMAIL)
        return (
            "SELECT q.*, CASE WHEN EXISTS (SELECT 1 FROM vault_item AS e WHERE "
            f"{email} AND (e.person_id = q.person) AND (e.kind = %s)) THEN 1 ELSE 0 END AS reachable, "
            "CASE WHEN l.answer IS NOT NULL AND NOT l.answer THEN 1 ELSE 0 END AS left_out "
            f"FROM ({inner}) AS q LEFT JOIN ({no}) AS l ON l.person_id = q.person"
        )

    def _worst(self) -> str:
        """Return the state of a row over all its uses: an open one is told, as one that merely changes."""
        every = range(len(self.concern.subjects))
        arms = [
            f"WHEN {' OR '.join(f'r.s{n} = {state:d}' for n in every)} THEN {state:d}"
            for state in (State.LOCKED, State.SAID_NO)
        ]
        some = " OR ".join(f"r.s{n} IN ({State.TOLD:d}, {State.OPEN:d})" for n in every)
        return f"CASE {' '.join(arms)} WHEN {some} THEN {State.TOLD:d} ELSE 0 END"

    def _tables(self) -> Iterable[str]:
        for declared in collects.gated():
            is_item = declared.model is Item
            of = {
                n: one
                for n, one in enumerate(self.concern.subjects)
                if (len(one.categories) == 1 if is_item else one.categories == tuple(declared.categories))
            }
            if not of:
                continue
            yield self._items(of) if is_item else self._rows(declared.model, of)

    def _items(self, of: dict[int, Subject]) -> str:
        kinds = sorted({one.categories[0] for one in of.values()})
        columns = self._columns(of, "i.category")
        given, item, giving = (model._meta.db_table for model in (Given, Item, Giving))
        joins = self._joins("i", of)
        self.parameters += kinds
        return (
            f"SELECT i.person_id AS person, {columns} FROM {given} AS g JOIN {item} AS i ON i.id = g.item_id "
            f"JOIN {giving} AS v ON v.id = g.giving_id{joins} "
            f"WHERE {gate.condition('i')} AND (v.ended_at IS NULL) "
            f"AND (i.category IN ({', '.join(['%s'] * len(kinds))})){self._among('i')} "
            "GROUP BY i.id, i.person_id"
        )

    def _rows(self, model: type[Held], of: dict[int, Subject]) -> str:
        table, key = model._meta.db_table, model._meta.pk.column
        columns = self._columns(of)
        joins = self._joins("t", of)
        return (
            f'SELECT t.person_id AS person, {columns} FROM "{table}" AS t '
            f"JOIN {Giving._meta.db_table} AS v ON v.id = t.giving_id{joins} "
            f"WHERE {gate.condition('t')}{self._among('t')} GROUP BY t.person_id, t.{key}"
        )

    def _among(self, alias: str) -> str:
        if not self.persons:
            return ""
        self.parameters += self.persons
        return f" AND ({alias}.person_id IN ({', '.join(['%s'] * len(self.persons))}))"

    def _joins(self, alias: str, of: dict[int, Subject]) -> str:
        wanted = {one.use for one in of.values()}
        return "".join(
            f" LEFT JOIN ({self._answers(use)}) AS c{n} ON c{n}.person_id = {alias}.person_id"
            for n, use in enumerate(self.answered)
            if use in wanted
        )

    def _answers(self, use: str) -> str:
        """Return the newest answer of each person to a use; a yes that waits to be confirmed is none."""
        self.parameters.append(use)
        choice, giving = Choice._meta.db_table, Giving._meta.db_table
        return (
            "SELECT a.person_id AS person_id, a.answer AS answer, a.version_id AS version_id "
            f"FROM {choice} AS a WHERE a.id IN "
            f"(SELECT MAX(b.id) FROM {choice} AS b LEFT JOIN {giving} AS w ON w.id = b.giving_id "
            'WHERE b."use" = %s AND NOT (b.answer AND b.giving_id IS NOT NULL AND w.confirmed_at IS NULL) '
            "GROUP BY b.person_id)"
        )

    def _columns(self, of: dict[int, Subject], category: str = "") -> str:
        """Return a column for each subject: its row's state over all that it rests on, 0 for others."""
        return ", ".join(
            f"MAX({self._case(of[n], category)}) AS s{n}" if n in of else f"0 AS s{n}"
            for n in range(len(self.concern.subjects))
        )

    def _case(self, subject: Subject, category: str) -> str:
        arms: list[str] = []
        of_kind = ""
        if category:
            of_kind = f"{category} <> %s"
            self.parameters.append(subject.categories[0])
            arms.append(f"WHEN {of_kind} THEN 0")
        number = self.answered.index(subject.use) if subject.use in self.answered else None
        for given, answer in product(self.concern.versions, self._answers_to(number)):
            if given not in self.keys:
                continue
            told, said = answer
            where = [f"v.version_id = {self.keys[given]:d}"]
            if number is not None:
                where += _said(number, told, self.keys.get(said))
            arms += self._arms(subject, given, told, said, where)
        return f"CASE {' '.join(arms)} ELSE 0 END" if arms else "0"

    def _answers_to(self, number: int | None) -> list[tuple[bool | None, int]]:
        if number is None:
            return [(None, 0)]
        known = [
            (answer, said) for said in self.concern.versions if said in self.keys for answer in (True, False)
        ]
        return [(None, 0), *known]

    def _arms(
        self, subject: Subject, given: int, told: bool | None, said: int, where: list[str]
    ) -> list[str]:
        forms = [*self.concern.forms(subject), NO_FORM]
        states = {
            (form, sure): self.concern.state(subject, Case(given, form, sure, told, said))
            for form, sure in product(forms, (True, False))
        }
        if len(set(states.values())) == 1:
            state = next(iter(states.values()))
            return [f"WHEN {' AND '.join(where)} THEN {state:d}"] if state else []
        arms = []
        for (form, sure), state in states.items():
            more = [*where, f"v.confirmed_at IS {'NOT ' if sure else ''}NULL"]
            if form != NO_FORM:
                more.append("v.clause = %s")
                self.parameters.append(form)
            arms.append(f"WHEN {' AND '.join(more)} THEN {state:d}")
        return arms


def _said(number: int, told: bool | None, key: int | None) -> list[str]:
    if told is None:
        return [f"c{number}.person_id IS NULL"]
    return [f"c{number}.answer" if told else f"NOT c{number}.answer", f"c{number}.version_id = {key:d}"]


def _key(person: uuid.UUID) -> Any:
    """Return a person's number as this database holds it."""
    return person if connection.vendor == "postgresql" else person.hex
