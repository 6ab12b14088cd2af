"""Whom a change concerns, counted: the database gathers each person's rows by case (`cases`) and says how
many persons are alike; what that comes to is said here, once for all of them."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Exists, OuterRef

from leadrush import gate, statement
from leadrush.accountability.cases import LEFT_OUT, NOTICE, REACHABLE, Cases
from leadrush.accountability.concern import Concern, State, Subject
from leadrush.gate import uses
from leadrush.gate.models import Version
from leadrush.gate.versions import numbered
from leadrush.vault.models import Giving

__all__ = ["NOTICE", "Locked", "One", "Reach", "concern_of", "of_some", "reach"]

USE = "house.keep"


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
        if not concern.subjects:
            return Reach(held=_held(ended=True))
        cases = Cases(concern)
        found = Reach(held=_held(ended=cases.ended))
        cursor.execute(cases.counted, cases.values)
        _add_up(found, cases, cursor.fetchall())
    return found


def of_some(concern: Concern, persons: Sequence[uuid.UUID]) -> list[One]:
    """Return those of these persons whom a change concerns. Runs under `house.keep`."""
    if not concern.subjects or not persons:
        return []
    with gate.using(USE, what="accountability.concern"), connection.cursor() as cursor:
        cases = Cases(concern, persons)
        cursor.execute(cases.sql, cases.values)
        rows = [(person, Alike(cases, words)) for person, words in cursor.fetchall()]
    return [
        One(
            person if isinstance(person, uuid.UUID) else uuid.UUID(person),
            alike.state,
            alike.uses,
            alike.reachable,
            alike.left_out,
        )
        for person, alike in rows
        if alike.state
    ]


def _held(*, ended: bool) -> int:
    """Count the persons of whom a form is live. Where one may have ended, those who have none are taken off:
    they are few, and to count all others one by one takes SQLite ten times as long."""
    all_of = Giving.objects.values("person").distinct().count()
    if not ended:
        return all_of
    live = Giving.objects.filter(person=OuterRef("person"), ended_at__isnull=True)
    over = Giving.objects.filter(~Exists(live), ended_at__isnull=False)
    return all_of - over.values("person").distinct().count()


def _add_up(found: Reach, cases: Cases, rows: Iterable[tuple[str, int]]) -> None:
    sums = {one: [0, 0] for one in cases.concern.subjects}
    for words, count in rows:
        alike = Alike(cases, words)
        for one, locked in alike.locked.items():
            sums[one][0] += count * locked
            sums[one][1] += count
        if alike.state and alike.reachable:
            found.written += count
        if alike.state == State.LOCKED and alike.reachable:
            found.asked += count
            found.by_uses[alike.uses] = found.by_uses.get(alike.uses, 0) + count
        elif alike.state == State.LOCKED and alike.left_out:
            found.left_out += count
        elif alike.state == State.LOCKED:
            found.no_way += count
        elif alike.state == State.SAID_NO:
            found.said_no += count
        elif alike.state == State.TOLD:
            found.told += count
    found.locked = [Locked(subject, rows, persons) for subject, (rows, persons) in sums.items() if rows]
    found.items = sum(one.rows for one in found.locked)


class Alike:
    """Persons whose rows are in the same cases: their state, and how many rows of each subject are locked."""

    def __init__(self, cases: Cases, words: str) -> None:
        counts = Counter(words.split())
        self.reachable = counts.pop(REACHABLE, 0) > 0
        self.left_out = counts.pop(LEFT_OUT, 0) > 0
        self.locked: Counter[Subject] = Counter()
        states = set()
        for word, count in counts.items():
            number, _, digits = word.partition(":")
            for subject, digit in zip(cases.kinds[int(number)].subjects, digits, strict=True):
                states.add(State(int(digit)))
                if int(digit) == State.LOCKED:
                    self.locked[subject] += count
        self.state = _worst(states)
        asked = {one.use for one in self.locked}
        self.uses = tuple(dict.fromkeys(one.use for one in cases.concern.opening if one.use in asked))


def _worst(states: set[State]) -> State:
    """Return the state over all uses: an open one is told, as one that merely changes."""
    for state in (State.LOCKED, State.SAID_NO):
        if state in states:
            return state
    return State.TOLD if states & {State.TOLD, State.OPEN} else State.UNTOUCHED
