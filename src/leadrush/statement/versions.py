"""A version: the statement as it was published, immutable and known by its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from leadrush.statement.clauses import SECTIONS, Clause, ClauseTemplate, Faulty
from leadrush.statement.shapes import DAYS_KEPT, TABLES, TEXT, TEXTS, WHOLE, YES_NO, shaped
from leadrush.statement.terms import Basis, Retention, Term
from leadrush.statement.uses import EVERYTHING


@dataclass(frozen=True)
class Version:
    """One numbered text. Shapes: `clauses` in the order they are read; §1 is the first."""

    number: int
    published: date
    clauses: tuple[Clause, ...]
    _terms: dict[tuple[str, str], tuple[Term, Clause]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _numbers: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for n, clause in enumerate(self.clauses, 1):
            if clause.slug in self._numbers:
                raise Faulty(f"two clauses are called {clause.slug}")
            self._numbers[clause.slug] = n
            for term in clause.terms:
                key = (term.category, term.use)
                if key in self._terms:
                    other = self._terms[key][1].slug
                    raise Faulty(f"{term.category} for {term.use} stands twice: in {other} and {clause.slug}")
                self._terms[key] = (term, clause)

    @classmethod
    def draw_up(
        cls,
        templates: Iterable[ClauseTemplate],
        *,
        number: int,
        published: date,
        filled: Mapping[str, Mapping[str, int]] | None = None,
    ) -> Self:
        """Return a version made of these clauses, ordered by section and the clause's own order.

        `filled` maps a clause's slug to its slots' values; clauses that are not there are passed over,
        since their room may be gone. Raises `Faulty` for a value out of bounds or a slot that is not there.
        """
        filled = filled or {}
        sections = list(SECTIONS)
        ordered = sorted(templates, key=lambda t: (sections.index(t.section), t.order, t.slug))
        return cls(number, published, tuple(t.fill(filled.get(t.slug, {})) for t in ordered))

    def clause(self, slug: str) -> Clause:
        """Return the clause of this name. Raises `KeyError` when this version has none."""
        return self.clauses[self._numbers[slug] - 1]

    def number_of(self, slug: str) -> int | None:
        """Return n of §n, or None when this version has no such clause."""
        return self._numbers.get(slug)

    def find(self, category: str, use: str) -> tuple[Term, Clause] | None:
        """Return the term for this data and use with its clause; one about everything counts for each
        category that has none of its own."""
        return self._terms.get((category, use)) or self._terms.get((EVERYTHING, use))

    def term(self, category: str, use: str) -> Term | None:
        """Return the term for this data and use, as `find` does."""
        found = self.find(category, use)
        return found[0] if found else None

    def clause_for(self, category: str, use: str) -> Clause | None:
        """Return the clause that holds the term for this data and use."""
        found = self.find(category, use)
        return found[1] if found else None

    def terms(self) -> list[Term]:
        """Return every term, in the order of the clauses."""
        return [term for clause in self.clauses for term in clause.terms]

    def canonical(self) -> bytes:
        """Return the one form that the digest is taken of: sorted JSON without spaces, UTF-8."""
        return json.dumps(
            {
                "number": self.number,
                "published": self.published.isoformat(),
                "clauses": [_clause_out(clause) for clause in self.clauses],
            },
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        ).encode()

    @property
    def digest(self) -> str:
        """The SHA-256 of the canonical form, 64 hex figures."""
        return hashlib.sha256(self.canonical()).hexdigest()

    @classmethod
    def from_canonical(cls, text: bytes | str, digest: str = "") -> Self:
        """Read a version back. Raises `Faulty` when the text is not a canonical one, or, where a digest is
        given, when any byte of it is not what was published."""
        try:
            raw = text.encode() if isinstance(text, str) else bytes(text)
            if digest and hashlib.sha256(raw).hexdigest() != digest:
                raise Faulty("its digest is not the one that was published")
            data = shaped(json.loads(raw), "a version", _VERSION)
            version = cls(
                data["number"],
                date.fromisoformat(data["published"]),
                tuple(_clause_in(clause) for clause in data["clauses"]),
            )
            if version.canonical() != raw:
                raise Faulty("its text is not in the canonical form")
        except (ValueError, RecursionError) as fault:
            raise Faulty(f"this is not a published version: {fault}") from fault
        return version


_VERSION = {"number": WHOLE, "published": TEXT, "clauses": TABLES}
_CLAUSE = {
    **dict.fromkeys(("slug", "section", "text", "short", "kept", "check", "room"), TEXT),
    "kept_by": TEXTS,
    "terms": TABLES,
}
_TERM = {
    **dict.fromkeys(("category", "use", "basis", "after"), TEXT),
    "recipients": TEXTS,
    "days": DAYS_KEPT,
    "switch": YES_NO,
    "unconfirmed": YES_NO,
}


def _clause_out(clause: Clause) -> dict[str, Any]:
    return {
        "slug": clause.slug,
        "section": clause.section,
        "text": clause.text,
        "short": clause.short,
        "kept": clause.kept,
        "kept_by": list(clause.kept_by),
        "check": clause.check,
        "room": clause.room,
        "terms": [
            {
                "category": term.category,
                "use": term.use,
                "basis": term.basis.value,
                "recipients": sorted(term.recipients),
                "days": term.retention.days,
                "after": term.retention.after,
                "switch": term.switch,
                "unconfirmed": term.unconfirmed,
            }
            for term in clause.terms
        ],
    }


def _clause_in(data: dict[str, Any]) -> Clause:
    clause = shaped(data, "a clause", _CLAUSE)
    terms = tuple(_term_in(term) for term in clause["terms"])
    return Clause(**{**clause, "kept_by": tuple(clause["kept_by"]), "terms": terms})


def _term_in(data: dict[str, Any]) -> Term:
    term = shaped(data, "a term", _TERM)
    return Term(
        category=term["category"],
        use=term["use"],
        basis=Basis(term["basis"]),
        recipients=frozenset(term["recipients"]),
        retention=Retention(term["days"], term["after"]),
        switch=term["switch"],
        unconfirmed=term["unconfirmed"],
    )
