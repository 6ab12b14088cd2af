"""Small statements to try things on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from leadrush.statement import (
    EVERYTHING,
    US,
    Basis,
    Category,
    Clause,
    ClauseTemplate,
    Meaning,
    Retention,
    Room,
    Slot,
    Term,
    Use,
    Version,
)
from leadrush.statement.clauses import TermTemplate

EMAIL = "EmailAddress"
NAME = "Name"
REMIND = "webinars.remind"
HERE, ELSEWHERE = "reminders", "somewhere-else"
"""Clauses that data may be given under."""


def a_term(
    category: str = EMAIL,
    use: str = REMIND,
    basis: Basis = Basis.CONTRACT,
    recipients: Iterable[str] = (US,),
    days: int | None = 30,
    after: str = "giving",
    switch: bool | None = None,
    unconfirmed: bool = False,
    given: Iterable[str] = (),
) -> Term:
    """A term whose switch is, unless said, what its basis demands."""
    if switch is None:
        switch = basis in (Basis.CONSENT, Basis.LEGITIMATE_INTEREST)
    return Term(
        category,
        use,
        basis,
        frozenset(recipients),
        Retention(days, after),
        switch,
        unconfirmed,
        frozenset(given),
    )


def a_clause(*terms: Term, slug: str = "reminders", text: str = "We remind you.") -> Clause:
    return Clause(
        slug=slug,
        section="joining",
        text=text,
        short="We remind you.",
        kept="The gate keeps it.",
        kept_by=("leadrush.gate",),
        check="leadrush.webinars.keeps.reminders",
        terms=terms,
        room="webinars",
    )


def a_version(*terms: Term, number: int = 1, meaning: Meaning | None = None) -> Version:
    """A version of one clause with these terms; each use means `meaning`, or else what `a_use` does."""
    clauses = [a_clause(*terms)]
    if any(ELSEWHERE in term.given for term in terms):
        clauses.append(a_clause(slug=ELSEWHERE))
    return told(number, date(2026, 1, number), *clauses, uses=[meaning] if meaning else [])


def told(
    number: int,
    published: date,
    *clauses: Clause,
    uses: Iterable[Meaning] = (),
    categories: Iterable[Category] = (),
) -> Version:
    """A version of these clauses that says what it means by each name: these meanings, or plain ones."""
    terms = [term for clause in clauses for term in clause.terms]
    meant = {name: a_use(name).meaning for name in {term.use for term in terms}}
    meant |= {use.name: use for use in uses if use.name in meant}
    kinds = {name: a_category(name) for name in {term.category for term in terms} - {EVERYTHING}}
    kinds |= {category.name: category for category in categories if category.name in kinds}
    return Version(
        number,
        published,
        clauses,
        tuple(meant[name] for name in sorted(meant)),
        tuple(kinds[name] for name in sorted(kinds)),
    )


def a_category(name: str = EMAIL) -> Category:
    return Category(name, f"your {name}", "Interest" if name.startswith("lr:") else "")


def a_room(
    *clauses: ClauseTemplate, uses: tuple[Use, ...] = (), categories: tuple[Category, ...] = ()
) -> Room:
    return Room("webinars", uses, categories, clauses)


def a_use(name: str = REMIND, bit: int = 0, everything: bool = False, recipient: str = US) -> Use:
    return Use(name, bit, "provide", "RequestedServiceProvision", "remind you", recipient, everything)


def a_term_template(
    days: int | str | None = 30,
    categories: tuple[str, ...] = (EMAIL,),
    use: str = REMIND,
    recipient: str = US,
) -> TermTemplate:
    return TermTemplate(
        categories, use, Basis.CONTRACT, frozenset({recipient}), days, "webinar", False, False
    )


def a_template(
    slug: str = "reminders",
    *,
    order: int = 10,
    section: str = "joining",
    text: str = "We keep it {days} days.",
    short: str = "Kept {days} days.",
    kept: str = "Erased after {days} days.",
    terms: tuple[TermTemplate, ...] | None = None,
    slots: tuple[Slot, ...] = (Slot("days", default=30, least=1, most=90),),
    kept_by: tuple[str, ...] = ("leadrush.webinars.tasks.erase",),
    check: str = "leadrush.webinars.keeps.erased",
    room: str = "webinars",
) -> ClauseTemplate:
    terms = (a_term_template("days"),) if terms is None else terms
    return ClauseTemplate(slug, order, section, text, short, kept, kept_by, check, terms, slots, room)
