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
    "buying": "When you buy",
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
    """A gap in a clause that the owner fills: a whole number within bounds. `title` says of what."""

    name: str
    default: int
    least: int
    most: int
    unit: str = "days"
    title: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.default <= self.most:
            raise Faulty(f"slot {self.name}: write 0 <= least <= default <= most")

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
    given: frozenset[str] = frozenset()

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
                given=self.given,
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
    first: bool = True
    """Whether a site's first version has it; one that has not is taken up by the owner, once it is true."""

    def __post_init__(self) -> None:
        if self.section not in SECTIONS:
            raise Faulty(f"clause {self.slug}: section {self.section!r} is none of {', '.join(SECTIONS)}")
        named: set[str] = set()
        for words in (self.text, self.short, self.kept):
            named |= _gaps(words, self.slug)
        named |= {term.days for term in self.terms if isinstance(term.days, str)}
        slots = {slot.name for slot in self.slots}
        if missing := sorted(named - slots):
            raise Faulty(f"clause {self.slug}: no slot named {', '.join(missing)}")
        if idle := sorted(slots - named):
            raise Faulty(f"clause {self.slug}: slot {', '.join(idle)} fills nothing")
        if not self.kept_by:
            raise Faulty(f"clause {self.slug} names nothing that keeps it: fill kept_by")
        if not self.check:
            raise Faulty(f"clause {self.slug} names no check that counts: fill check")

    @property
    def file(self) -> str:
        """Where the clause is written, for whoever has to mend it."""
        return f"{self.room}/clauses/{self.order:02}-{self.slug}.toml"

    def fill(self, filled: Mapping[str, int]) -> Clause:
        """Return the clause with its slots filled. Raises `Faulty` for a value out of bounds, and for one
        that no slot takes: what an owner wrote is never passed over."""
        if strange := sorted(set(filled) - {slot.name for slot in self.slots}):
            raise Faulty(f"clause {self.slug} has no slot named {', '.join(strange)}")
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


def _gaps(words: str, slug: str) -> set[str]:
    """Return the names that stand in braces. Raises `Faulty` for anything but `{name}`."""
    try:
        parts = list(string.Formatter().parse(words))
    except ValueError as fault:
        raise Faulty(f"clause {slug}: {fault}; write a brace of your own twice") from fault
    for _, name, form, conversion in parts:
        if name is not None and (form or conversion or not name.isidentifier()):
            raise Faulty(f"clause {slug}: {{{name}}} is no gap: write a slot's name alone in braces")
    return {name for _, name, _, _ in parts if name is not None}
