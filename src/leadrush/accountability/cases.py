"""The rows that a change speaks of, as one question: the database writes each row's case as a word and
gathers the words of a person.

`2:31` is a row of the third kind, in state 3 for the first use that changed about it and 1 for the second;
`R` is an address that a notice may go to, `L` a no to notices. What a word stands for is worked out here, by
`concern`, for the ways that anything was given and answered. Mostly all of them come to the same, and then
no row's giving is looked up: that would take longer than all the rest.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q

from leadrush import gate
from leadrush.accountability.concern import Case, Concern, State, Subject
from leadrush.gate import uses
from leadrush.gate.versions import version_of
from leadrush.vault import collects
from leadrush.vault.giving import EMAIL
from leadrush.vault.masks import keep_only
from leadrush.vault.models import Choice, Given, Giving, Held, Item

NOTICE = "statement.notice"
REACHABLE, LEFT_OUT = "R", "L"
GATHERED = {"sqlite": "group_concat", "postgresql": "string_agg"}
GIVEN, GIVING, CHOICE, ITEM = (model._meta.db_table for model in (Given, Giving, Choice, Item))

SURE = ExpressionWrapper(Q(confirmed_at__isnull=False), output_field=BooleanField())
LIVE = ExpressionWrapper(Q(ended_at__isnull=True), output_field=BooleanField())
LIVES = (
    f"EXISTS (SELECT 1 FROM {GIVEN} AS g JOIN {GIVING} AS v ON v.id = g.giving_id "
    "WHERE g.item_id = i.id AND v.ended_at IS NULL)"
)
# The newest answer of each person to a use; a yes that waits to be confirmed is none.
ANSWERS = (
    "SELECT a.person_id AS person_id, a.answer AS answer, a.version_id AS version_id "
    f"FROM {CHOICE} AS a WHERE a.id IN "
    f"(SELECT MAX(b.id) FROM {CHOICE} AS b LEFT JOIN {GIVING} AS w ON w.id = b.giving_id "
    'WHERE b."use" = %s AND NOT (b.answer AND b.giving_id IS NOT NULL AND w.confirmed_at IS NULL){among} '
    "GROUP BY b.person_id)"
)


@dataclass(frozen=True, slots=True)
class How:
    """A way in which something was given: the version's key, the clause, confirmed or not, live or ended."""

    key: int
    clause: str
    sure: bool
    live: bool


@dataclass(frozen=True, slots=True)
class Digit:
    """A row's state for one subject, as SQL: the states it may be, and whether it asks for the giving."""

    sql: str
    values: tuple[Any, ...] = ()
    states: frozenset[State] = frozenset()
    of_giving: bool = False
    of_answer: bool = False

    @classmethod
    def plain(cls, state: State) -> Digit:
        """Return the digit of rows that are all in one state."""
        return cls(f"'{state:d}'", states=frozenset([state]))


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows whose words begin alike: what they are of, and a digit for each subject that speaks of them."""

    number: int
    subjects: tuple[Subject, ...]
    digits: tuple[Digit, ...]

    @property
    def of_giving(self) -> bool:
        """Whether a row's giving decides."""
        return any(digit.of_giving for digit in self.digits)

    @property
    def touched(self) -> bool:
        """Whether any row of this kind may be another one than before."""
        return any(digit.states - {State.UNTOUCHED} for digit in self.digits)

    @property
    def values(self) -> tuple[Any, ...]:
        """The values that its word takes."""
        return tuple(value for digit in self.digits for value in digit.values)

    def word(self, form: str = "{}") -> str:
        """Return the row's word as SQL, each digit in the given form."""
        if not any(digit.of_giving or digit.of_answer for digit in self.digits):
            return f"'{self.number}:{''.join(digit.sql.strip(chr(39)) for digit in self.digits)}'"
        return " || ".join([f"'{self.number}:'", *(form.format(digit.sql) for digit in self.digits)])


class Cases:
    """One row a person, in `sql` with its `values`: the columns `person` and `words`; of some, or of all."""

    def __init__(self, concern: Concern, persons: Sequence[uuid.UUID] = ()) -> None:
        self.concern = concern
        self.persons = [_key(person) for person in persons]
        givings, choices = Giving.objects.order_by(), Choice.objects.order_by()
        if persons:
            givings, choices = givings.filter(person__in=persons), choices.filter(person__in=persons)
        ways = givings.annotate(sure=SURE, live=LIVE).values_list("version_id", "clause", "sure", "live")
        self.ways = sorted((How(*way) for way in ways.distinct()), key=str)
        self.said: dict[str, list[tuple[bool, int]]] = {}
        for use, answer, key in sorted(choices.values_list("use", "answer", "version_id").distinct()):
            self.said.setdefault(use, []).append((answer, key))
        self.kinds: list[Kind] = []
        self.values: list[Any] = []
        # Never one arm alone: SQLite would then go through it person by person, by an index.
        rows = " UNION ALL ".join([*self._arms(), self._left_out()])
        gathered = GATHERED[connection.vendor]
        columns = f"r.person AS person, {gathered}(r.word, ' ') AS words"
        self.sql = f"SELECT {columns} FROM ({rows}) AS r GROUP BY r.person"

    @property
    def counted(self) -> str:
        """The same as a question of how many persons have the same words."""
        return f"SELECT p.words, COUNT(*) FROM ({self.sql}) AS p GROUP BY p.words"

    @property
    def ended(self) -> bool:
        """Whether anything that was given has ended."""
        return not all(way.live for way in self.ways)

    # --- digits ---------------------------------------------------------------------------------------

    def _kind(self, subjects: list[Subject], ways: list[How]) -> Kind:
        digits = [self._digit(one, ways) for one in subjects]
        if any(digit.states == {State.LOCKED} for digit in digits):
            # Such a row waits for a yes anyway: of other uses it matters only whether they do, too.
            digits = [one if State.LOCKED in one.states else Digit.plain(State.UNTOUCHED) for one in digits]
        kind = Kind(len(self.kinds), tuple(subjects), tuple(digits))
        self.kinds.append(kind)
        return kind

    def _digit(self, subject: Subject, ways: list[How]) -> Digit:
        silent = self._given(subject, ways, None)
        found = {said: self._given(subject, ways, said) for said in self.said.get(subject.use, ())}
        if all(digit == silent for digit in found.values()):
            return silent
        c, arms, values = self._answer(subject.use), [], list(silent.values)
        for (answer, key), digit in found.items():
            arms.append(
                f" WHEN {'' if answer else 'NOT '}{c}.answer AND {c}.version_id = {key:d} THEN {digit.sql}"
            )
            values += digit.values
        every = [silent, *found.values()]
        return Digit(
            f"CASE WHEN {c}.person_id IS NULL THEN {silent.sql}{''.join(arms)} ELSE '0' END",
            tuple(values),
            frozenset().union(*(digit.states for digit in every)),
            any(digit.of_giving for digit in every),
            of_answer=True,
        )

    def _given(self, subject: Subject, ways: list[How], said: tuple[bool, int] | None) -> Digit:
        states = {(way.key, way.clause, way.sure): self._state(subject, way, said) for way in ways}
        if len(set(states.values())) < 2:
            return Digit.plain(next(iter(states.values()), State.UNTOUCHED))
        arms, values = [], []
        for (key, clause, sure), state in states.items():
            if state:
                arms.append(
                    f" WHEN v.version_id = {key:d} AND v.confirmed_at IS {'NOT ' if sure else ''}NULL "
                    f"AND v.clause = %s THEN '{state:d}'"
                )
                values.append(clause)
        sql = f"CASE{''.join(arms)} ELSE '0' END"
        return Digit(sql, tuple(values), frozenset(states.values()), of_giving=True)

    def _state(self, subject: Subject, way: How, said: tuple[bool, int] | None) -> State:
        """Return the state of what was given so; a version that is later than both changes nothing here."""
        given, answer, under = version_of(way.key).number, None, 0
        if said is not None:
            answer, under = said[0], version_of(said[1]).number
        if given not in self.concern.versions or (said and under not in self.concern.versions):
            return State.UNTOUCHED
        return self.concern.state(subject, Case(given, way.clause, way.sure, answer, under))

    # --- rows -----------------------------------------------------------------------------------------

    def _arms(self) -> Iterator[str]:
        subjects = self.concern.subjects
        live = [way for way in self.ways if way.live]
        for declared in collects.gated():
            if declared.model is Item:
                names = dict.fromkeys(one.categories[0] for one in subjects if len(one.categories) == 1)
                kinds = {name: [one for one in subjects if one.categories == (name,)] for name in names}
                yield from self._items({name: self._kind(of, live) for name, of in kinds.items()})
                continue
            of = [one for one in subjects if one.categories == tuple(declared.categories)]
            if of and (kind := self._kind(of, self.ways)).touched:
                yield self._rows(declared.model, kind)

    def _rows(self, model: type[Held], kind: Kind) -> str:
        self.values += kind.values
        giving = f" JOIN {GIVING} AS v ON v.id = t.giving_id" if kind.of_giving else ""
        return (
            f'SELECT t.person_id AS person, {kind.word()} AS word FROM "{model._meta.db_table}" AS t{giving}'
            f"{self._joins('t', [kind])} WHERE {gate.condition('t')}{self._among('t')}"
        )

    def _items(self, kinds: dict[str, Kind]) -> Iterator[str]:
        """Yield the items whose giving decides nothing, and addresses; then each kind where it does."""
        plain = {name: kind for name, kind in kinds.items() if kind.touched and not kind.of_giving}
        yield self._alike(plain)
        for name, kind in kinds.items():
            if kind.touched and kind.of_giving:
                yield self._by_giving(name, kind)

    def _alike(self, kinds: dict[str, Kind]) -> str:
        words = "''"
        if kinds:
            arms = "".join(f" WHEN %s THEN {kind.word()}" for kind in kinds.values())
            # What more than housekeeping may see rests on something live.
            lives = f"i.mask <> {keep_only()} OR {LIVES}"
            words = f"CASE WHEN {lives} THEN CASE i.category{arms} ELSE '' END ELSE '' END"
        for name, kind in kinds.items():
            self.values += [name, *kind.values]
        self.values.append(EMAIL)
        joins = self._joins("i", kinds.values())
        self.values += [EMAIL, *kinds]
        among = f" OR (i.category IN ({_marks(kinds)}))" if kinds else ""
        return (
            f"SELECT i.person_id AS person, {words} || CASE WHEN i.kind = %s "
            f"AND (i.mask & {1 << uses.get(NOTICE).bit}) <> 0 THEN ' {REACHABLE}' ELSE '' END AS word "
            f"FROM {ITEM} AS i{joins} "
            f"WHERE {gate.condition('i')} AND (i.kind = %s{among}){self._among('i')}"
        )

    def _by_giving(self, name: str, kind: Kind) -> str:
        """Return the items of one kind, each in the highest state of the live givings that it rests on."""
        self.values += kind.values
        joins = self._joins("i", [kind])
        self.values.append(name)
        return (
            f"SELECT i.person_id AS person, {kind.word('MAX({})')} AS word FROM {GIVEN} AS g "
            f"JOIN {ITEM} AS i ON i.id = g.item_id JOIN {GIVING} AS v ON v.id = g.giving_id{joins} "
            f"WHERE {gate.condition('i')} AND (v.ended_at IS NULL) AND (i.category = %s){self._among('i')} "
            "GROUP BY i.id, i.person_id"
        )

    def _left_out(self) -> str:
        return (
            f"SELECT l.person_id AS person, '{LEFT_OUT}' AS word FROM ({self._answers(NOTICE)}) AS l "
            "WHERE NOT l.answer"
        )

    def _joins(self, alias: str, kinds: Iterable[Kind]) -> str:
        wanted = dict.fromkeys(
            one.use
            for kind in kinds
            for one, digit in zip(kind.subjects, kind.digits, strict=True)
            if digit.of_answer
        )
        return "".join(
            f" LEFT JOIN ({self._answers(use)}) AS {self._answer(use)} "
            f"ON {self._answer(use)}.person_id = {alias}.person_id"
            for use in wanted
        )

    def _answer(self, use: str) -> str:
        """Return the name of the newest answers to a use in the question."""
        return f"c{list(self.said).index(use)}"

    def _answers(self, use: str) -> str:
        self.values.append(use)
        return ANSWERS.format(among=self._among("b"))

    def _among(self, alias: str) -> str:
        self.values += self.persons
        return f" AND ({alias}.person_id IN ({_marks(self.persons)}))" if self.persons else ""


def _marks(values: Iterable[Any]) -> str:
    return ", ".join("%s" for _ in values)


def _key(person: uuid.UUID) -> Any:
    """Return a person's number as this database holds it."""
    return person if connection.vendor == "postgresql" else person.hex
