"""Later versions to bring in, and what the pure decision says of every row there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from leadrush import gate, statement
from leadrush.gate import uses
from leadrush.gate.versions import version_of
from leadrush.statement import Basis, Clause, Retention, Term
from leadrush.vault import collects, folding
from leadrush.vault.masks import keep_only
from leadrush.vault.models import Given, Item

Change = Callable[[Clause, Term], Term | None]


def later(before: statement.Version, change: Change, *, number: int = 0) -> statement.Version:
    """Return the next version: each term as `change(clause, term)` returns it, left out for None."""
    clauses = []
    for clause in before.clauses:
        terms = [changed for term in clause.terms if (changed := change(clause, term)) is not None]
        clauses.append(replace(clause, terms=tuple(terms)))
    named = {term.use for clause in clauses for term in clause.terms}
    kinds = {term.category for clause in clauses for term in clause.terms}
    return statement.Version(
        number or before.number + 1,
        before.published,
        tuple(clauses),
        tuple(use for use in before.uses if use.name in named),
        tuple(kind for kind in before.categories if kind.name in kinds),
    )


def without(use: str, category: str = "") -> Change:
    """Leave a use out, for one category or for all."""
    return lambda _clause, term: None if term.use == use and category in ("", term.category) else term


def on_a_yes(use: str) -> Change:
    """Let a use need a yes."""

    def change(_clause: Clause, term: Term) -> Term:
        if term.use != use:
            return term
        return replace(term, basis=Basis.CONSENT, switch=True, unconfirmed=False, given=frozenset())

    return change


def kept_for(days: int, clause: str) -> Change:
    """Let what a clause says be kept for so many days."""

    def change(its: Clause, term: Term) -> Term:
        if its.slug != clause or term.retention.days is None:
            return term
        return replace(term, retention=Retention(days, term.retention.after))

    return change


def same(_clause: Clause, term: Term) -> Term:
    """Change nothing."""
    return term


def rows(text: statement.Version) -> Iterator[tuple[Any, int, int]]:
    """Yield each row about a person with its mask, and the mask that this version gives it; row by row, by
    the pure decision alone."""
    with gate.using("accountability.check"):
        for declared in collects.gated():
            for row in declared.model._default_manager.select_related("giving"):
                givings = [row.giving]
                categories = declared.categories
                if isinstance(row, Item):
                    categories = (row.category,)
                    resting = Given.objects.filter(item=row, giving__ended_at__isnull=True)
                    givings = [given.giving for given in resting.select_related("giving")]
                true = keep_only()
                for giving in givings:
                    true |= statement.mask_of(
                        categories=categories,
                        given=version_of(giving.version_id),
                        force=text,
                        choices=folding.choices_of(row.person_id),
                        uses=uses.all(),
                        confirmed=giving.confirmed,
                        under=giving.clause,
                    )
                yield row, row.mask, true


def too_open(text: statement.Version) -> list[str]:
    """Return the rows that allow what this version forbids."""
    return [f"{row._meta.label} {row.pk}: {mask & ~true:b}" for row, mask, true in rows(text) if mask & ~true]


def untrue(text: statement.Version) -> list[str]:
    """Return the rows whose mask is another than this version gives."""
    return [
        f"{row._meta.label} {row.pk}: {mask:b}, {true:b}" for row, mask, true in rows(text) if mask != true
    ]
