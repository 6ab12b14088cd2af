"""A version: the statement as it was published, immutable and known by its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Self, TypeVar

from leadrush.statement.clauses import SECTIONS, Clause, Faulty
from leadrush.statement.reading import Room
from leadrush.statement.shapes import DAYS_KEPT, TABLES, TEXT, TEXTS, WHOLE, YES_NO, shaped
from leadrush.statement.terms import Basis, Retention, Term
from leadrush.statement.uses import EVERYTHING, Category, Meaning


@dataclass(frozen=True, slots=True)
class Prose:
    """Words of the owner's own in a section: they carry no mark, and nobody checks whether they are kept."""

    section: str
    text: str
    heading: str = ""


@dataclass(frozen=True)
class Version:
    """One numbered text. Shapes: `clauses` in the order they are read; §1 is the first; `prose` stands behind
    the clauses of its section.

    `uses` and `categories` say what is meant by each name that the terms use, and by no other: the text
    stands by itself, whatever later code declares.
    """

    number: int
    published: date
    clauses: tuple[Clause, ...]
    uses: tuple[Meaning, ...] = ()
    categories: tuple[Category, ...] = ()
    prose: tuple[Prose, ...] = ()
    _terms: dict[tuple[str, str], tuple[Term, Clause]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _numbers: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)
    _uses: dict[str, Meaning] = field(init=False, repr=False, compare=False, default_factory=dict)
    _senses: dict[str, tuple[str, str]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _categories: dict[str, Category] = field(init=False, repr=False, compare=False, default_factory=dict)

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
        for term in self.terms():
            if strange := sorted(term.given - set(self._numbers)):
                raise Faulty(f"{term.use}: given names {strange[0]}, which is no clause")
        self._uses.update(_told("use", self.uses, {term.use for term in self.terms()}))
        self._senses.update((use.name, (use.purpose, use.recipient)) for use in self.uses)
        named = {term.category for term in self.terms()} - {EVERYTHING}
        self._categories.update(_told("category", self.categories, named))

    @classmethod
    def draw_up(
        cls,
        rooms: Iterable[Room],
        *,
        number: int,
        published: date,
        filled: Mapping[str, Mapping[str, int]] | None = None,
        prose: Iterable[Prose] = (),
        left_out: Collection[str] = (),
    ) -> Self:
        """Return a version made of what these rooms bring, ordered by section and the clause's own order.

        `filled` maps a clause's slug to its slots' values; clauses that are not there are passed over,
        since their room may be gone. `left_out` are slugs of clauses that it goes without. Raises `Faulty`
        for a value out of bounds or a slot that is not there, and for a use or a category that no room
        declares, or two declare otherwise.
        """
        rooms = list(rooms)
        filled = filled or {}
        sections = list(SECTIONS)
        templates = [one for room in rooms for one in room.clauses if one.slug not in left_out]
        templates.sort(key=lambda t: (sections.index(t.section), t.order, t.slug))
        clauses = tuple(t.fill(filled.get(t.slug, {})) for t in templates)
        terms = [term for clause in clauses for term in clause.terms]
        named = {term.use for term in terms} | {term.category for term in terms}
        uses = {use.meaning for room in rooms for use in room.uses if use.name in named}
        categories = {one for room in rooms for one in room.categories if one.name in named}
        words = tuple(sorted(prose, key=lambda one: sections.index(one.section)))
        return cls(number, published, clauses, _by_name(uses), _by_name(categories), words)

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

    def use(self, name: str) -> Meaning:
        """Return what this version means by a use. Raises `KeyError` for one that its terms do not name."""
        return self._uses[name]

    def sense(self, use: str) -> tuple[str, str] | None:
        """Return the purpose and the recipient that make a use this use; its title and heading are words."""
        return self._senses.get(use)

    def category(self, name: str) -> Category:
        """Return what this version means by a kind of data. Raises `KeyError` for one that no term names."""
        return self._categories[name]

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
                "uses": [asdict(use) for use in self.uses],
                "categories": [asdict(category) for category in self.categories],
                # Left out where there is none, as it was before owners could add words: digests on file stay.
                **({"prose": [asdict(one) for one in self.prose]} if self.prose else {}),
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
            data = shaped(json.loads(raw), "a version", _VERSION, {"prose": TABLES})
            version = cls(
                data["number"],
                date.fromisoformat(data["published"]),
                tuple(_clause_in(clause) for clause in data["clauses"]),
                tuple(Meaning(**shaped(use, "a use", _USE)) for use in data["uses"]),
                tuple(Category(**shaped(one, "a category", _CATEGORY)) for one in data["categories"]),
                tuple(Prose(**shaped(one, "a prose", _PROSE)) for one in data.get("prose", ())),
            )
            if version.canonical() != raw:
                raise Faulty("its text is not in the canonical form")
        except (ValueError, RecursionError) as fault:
            raise Faulty(f"this is not a published version: {fault}") from fault
        return version


Told = TypeVar("Told", Meaning, Category)


def _told(kind: str, told: tuple[Told, ...], named: set[str]) -> dict[str, Told]:
    """Return what is told by name. Raises `Faulty` unless it is just what is named, in the names' order."""
    known = {one.name: one for one in told}
    if missing := sorted(named - set(known)):
        raise Faulty(f"{kind} {missing[0]} is named and nobody says what it means")
    if idle := sorted(set(known) - named):
        raise Faulty(f"{kind} {idle[0]} is told and no term names it")
    if [one.name for one in told] != sorted(known):
        raise Faulty(f"each {kind} is told once, in the order of their names")
    return known


def _by_name(told: Iterable[Told]) -> tuple[Told, ...]:
    return tuple(sorted(told, key=lambda one: one.name))


_VERSION = {"number": WHOLE, "published": TEXT, "clauses": TABLES, "uses": TABLES, "categories": TABLES}
_USE = dict.fromkeys(("name", "heading", "purpose", "title", "recipient"), TEXT)
_CATEGORY = dict.fromkeys(("name", "title", "parent"), TEXT)
_PROSE = dict.fromkeys(("section", "heading", "text"), TEXT)
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
                # Left out where empty, as it was before a term could name clauses: digests on file stay.
                **({"given": sorted(term.given)} if term.given else {}),
            }
            for term in clause.terms
        ],
    }


def _clause_in(data: dict[str, Any]) -> Clause:
    clause = shaped(data, "a clause", _CLAUSE)
    terms = tuple(_term_in(term) for term in clause["terms"])
    return Clause(**{**clause, "kept_by": tuple(clause["kept_by"]), "terms": terms})


def _term_in(data: dict[str, Any]) -> Term:
    term = shaped(data, "a term", _TERM, {"given": TEXTS})
    return Term(
        category=term["category"],
        use=term["use"],
        basis=Basis(term["basis"]),
        recipients=frozenset(term["recipients"]),
        retention=Retention(term["days"], term["after"]),
        switch=term["switch"],
        unconfirmed=term["unconfirmed"],
        given=frozenset(term.get("given", ())),
    )
