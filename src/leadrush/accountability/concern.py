"""Whom a new version concerns: for each row that is held, what it becomes, worked out from what it rests on.

A row is of one or several kinds of data, and rests on givings, each under a version, a clause, and confirmed
or not. What a new version does to it depends on that and on the person's newest answer, on nothing else: it
is worked out once for each such case, and the database only sorts rows by case (`reaching`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from leadrush.statement import EVERYTHING, Choice, Difference, Version, decide, stays_locked
from leadrush.vault import collects
from leadrush.vault.models import Item


class State(IntEnum):
    """What a change is to a row for one use; of several givings that a row rests on, the highest counts."""

    UNTOUCHED = 0
    TOLD = 1  # it changes, and nothing that this person would have to allow
    SAID_NO = 2  # it would go further, and this person said no to the use before
    LOCKED = 3  # it would go further, and waits for a yes
    OPEN = 4  # it goes further and what it rests on allowed that before: told, not asked
    FRESH = 5  # it was given again under the new version: nothing changes for it


@dataclass(frozen=True, slots=True)
class Subject:
    """Rows of these kinds of data, for one use whose terms about them change."""

    categories: tuple[str, ...]
    use: str


@dataclass(frozen=True, slots=True)
class Case:
    """What a giving and its person's answer come to: all that the decision asks of them."""

    version: int
    under: str
    confirmed: bool
    answer: bool | None = None
    said: int = 0


def subjects(change: Difference, uses: Iterable[str]) -> list[Subject]:
    """Return the kinds of rows and the uses that a change speaks of, in the order of the declarations."""
    changed = {(pair.category, pair.use) for pair in change.changed}
    kinds = dict.fromkeys(_tables())
    names = list(uses)
    return [
        Subject(kind, use)
        for kind in kinds
        for use in names
        if any((one, use) in changed or _by_everything(change, one, use, changed) for one in kind)
    ]


def _by_everything(change: Difference, kind: str, use: str, changed: set[tuple[str, str]]) -> bool:
    """Say whether what changed about everything is what is said of this kind."""
    own = any(
        (kind, use) == (term.category, term.use) for v in (change.old, change.new) for term in v.terms()
    )
    return not own and (EVERYTHING, use) in changed


def _tables() -> Iterator[tuple[str, ...]]:
    """Yield the kinds of data of each declared table; an item is of one kind, its own."""
    from leadrush.gate import rooms

    for declared in collects.gated():
        if declared.model is Item:
            yield from ((name,) for name in rooms.categories())
        else:
            yield declared.categories


class Concern:
    """The cases of one change. `versions` are all that something may have been given under, by number."""

    def __init__(self, change: Difference, versions: Mapping[int, Version], uses: Iterable[str]) -> None:
        self.change = change
        self.versions = dict(versions)
        self.subjects = subjects(change, uses)
        self.state = lru_cache(maxsize=None)(self._state)

    @property
    def opening(self) -> list[Subject]:
        """The subjects of which a yes would open something."""
        return [one for one in self.subjects if self._opens(one)]

    def _opens(self, subject: Subject) -> bool:
        wanted = {(kind, subject.use) for kind in subject.categories} | {(EVERYTHING, subject.use)}
        return any(pair.opens and (pair.category, pair.use) in wanted for pair in self.change.wider)

    def _state(self, subject: Subject, case: Case) -> State:
        """Return what the change is to a row of this subject in this case."""
        given = self.versions[case.version]
        new = self.change.new
        if given.number >= new.number:
            return State.FRESH
        if not self._speaks(subject, case):
            return State.UNTOUCHED
        if not self._opens(subject):
            return State.TOLD
        choice = None if case.answer is None else Choice(case.answer, self.versions[case.said])
        if choice is not None and not choice.answer:
            unsaid = [self._locked(kind, subject.use, case, None) for kind in subject.categories]
            return State.SAID_NO if any(unsaid) else State.TOLD
        found = [self._locked(kind, subject.use, case, choice) for kind in subject.categories]
        if all(state is not None for state in found) and any(found):
            return State.LOCKED
        allowed = all(
            decide(
                category=kind,
                use=subject.use,
                given=given,
                force=new,
                choice=choice,
                confirmed=case.confirmed,
                under=case.under,
            ).allowed
            for kind in subject.categories
        )
        return State.OPEN if allowed else State.TOLD

    def _locked(self, kind: str, use: str, case: Case, choice: Choice | None) -> bool | None:
        """Say whether this kind waits for a yes (True), is allowed anyway (False), or neither (None)."""
        given, new = self.versions[case.version], self.change.new
        if decide(
            category=kind,
            use=use,
            given=given,
            force=new,
            choice=choice,
            confirmed=case.confirmed,
            under=case.under,
        ).allowed:
            return False
        locked = stays_locked(
            category=kind,
            use=use,
            given=given,
            old=self.change.old,
            new=new,
            choice=choice,
            confirmed=case.confirmed,
            under=case.under,
        )
        return True if locked else None

    def _speaks(self, subject: Subject, case: Case) -> bool:
        """Say whether a term that changed speaks of what came by this form."""
        terms = [
            version.term(kind, subject.use)
            for version in (self.change.old, self.change.new)
            for kind in subject.categories
        ]
        return any(term is not None and term.speaks_of(case.under) for term in terms)

    def forms(self, subject: Subject) -> list[str]:
        """Return the clauses that terms about this subject name; any other is as good as any other."""
        named = {
            slug
            for version in self.versions.values()
            for kind in subject.categories
            if (term := version.term(kind, subject.use)) is not None
            for slug in term.given
        }
        return sorted(named)
