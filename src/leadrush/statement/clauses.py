"""A clause: one promise, with its sentences, its terms and what keeps it."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass

from leadrush.statement.terms import Basis, Retention, Term

SECTIONS: dict[str, str] = {
    "giving": "When you give us something",
    "visiting": "While you visit",
    "joining": "When you register",
    "writing": "When we write to you",
    "account": "When you sign in",
    "asking": "When you ask",
    "keeping": "How we keep it",
    "changing": "When this statement changes",
}
"""The statement's table of contents, in its order; every clause stands in one of these."""


class Faulty(ValueError):
    """A clause, a slot or a draft says something that cannot be; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A gap in a clause that the owner fills: a whole number within bounds."""

    name: str
    default: int
    least: int
    most: int
    unit: str = "days"

    def value(self, filled: Mapping[str, int]) -> int:
        """Return what the owner filled in, or the default. Raises `Faulty` outside the bounds."""
        value = filled.get(self.name, self.default)
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            raise Faulty(f"{self.name} is {value!r}: write a whole number from {self.least} to {self.most}")
        return value


@dataclass(frozen=True, slots=True)
class TermTemplate:
    """A term as a clause's file says it: several categories at once, and days that may be a slot."""

    categories: tuple[str, ...]
    use: str
    basis: Basis
    recipients: frozenset[str]
    days: int | str | None
    after: str
    switch: bool
    unconfirmed: bool

    def terms(self, values: Mapping[str, int]) -> list[Term]:
        days = values[self.days] if isinstance(self.days, str) else self.days
        return [
            Term(
                category=category,
                use=self.use,
                basis=self.basis,
                recipients=self.recipients,
                retention=Retention(days, self.after),
                switch=self.switch,
                unconfirmed=self.unconfirmed,
            )
            for category in self.categories
        ]


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise as published: its words with every slot filled, and its terms.

    `short` is what stands beside a form's button; `kept` says in words how it is kept; `kept_by` names the
    code that keeps it and `check` the function that counts whether it is kept (dotted paths).
    """

    slug: str
    section: str
    text: str
    short: str
    kept: str
    kept_by: tuple[str, ...]
    check: str
    terms: tuple[Term, ...]
    room: str


@dataclass(frozen=True, slots=True)
class ClauseTemplate:
    """A clause as its room ships it, with slots still open."""

    slug: str
    order: int
    section: str
    text: str
    short: str
    kept: str
    kept_by: tuple[str, ...]
    check: str
    terms: tuple[TermTemplate, ...]
    slots: tuple[Slot, ...]
    room: str

    def __post_init__(self) -> None:
        if self.section not in SECTIONS:
            raise Faulty(f"clause {self.slug}: section {self.section!r} is none of {', '.join(SECTIONS)}")
        names = {slot.name for slot in self.slots}
        for words in (self.text, self.short, self.kept):
            used = {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}
            if not used <= names:
                raise Faulty(f"clause {self.slug}: no slot named {', '.join(sorted(used - names))}")
        for term in self.terms:
            if isinstance(term.days, str) and term.days not in names:
                raise Faulty(f"clause {self.slug}: no slot named {term.days}")
        if not self.kept_by:
            raise Faulty(f"clause {self.slug} names nothing that keeps it: fill kept_by")
        if not self.check:
            raise Faulty(f"clause {self.slug} names no check that counts: fill check")

    def fill(self, filled: Mapping[str, int]) -> Clause:
        """Return the clause with its slots filled. Raises `Faulty` for a value out of bounds."""
        values = {slot.name: slot.value(filled) for slot in self.slots}
        return Clause(
            slug=self.slug,
            section=self.section,
            text=self.text.format(**values),
            short=self.short.format(**values),
            kept=self.kept.format(**values),
            kept_by=self.kept_by,
            check=self.check,
            terms=tuple(term for template in self.terms for term in template.terms(values)),
            room=self.room,
        )
