"""A draft: what an owner fills in, adds and leaves out, before it is published as a version."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Self
from unicodedata import category

from leadrush.statement.clauses import SECTIONS, Clause, ClauseTemplate, Faulty, Slot
from leadrush.statement.reading import Room
from leadrush.statement.shapes import TABLE, TABLES, TEXT, TEXTS, WHOLE, shaped
from leadrush.statement.uses import EVERYTHING
from leadrush.statement.versions import Prose, Version

UNSHOWN = ("Cc", "Cs")
"""Unicode's control signs and halves of signs."""
LAID_OUT = "\n\t"
"""Control signs that lay words out."""

MOST_TEXT, MOST_HEADING, MOST_PROSE = 4000, 120, 40
"""The longest text and heading of the owner's own, in letters, and how many texts a draft may hold."""


@dataclass(frozen=True)
class Draft:
    """Slots filled, by clause and by slot; the owner's own words; the slugs of clauses left out."""

    filled: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    prose: tuple[Prose, ...] = ()
    left_out: frozenset[str] = frozenset()

    @classmethod
    def read(cls, data: object) -> Self:
        """Read a draft from its JSON form. Raises `Faulty`, naming what is no part of one."""
        shaped(data, "the draft", {}, {"filled": TABLE, "prose": TABLES, "left_out": TEXTS})
        assert isinstance(data, dict)
        filled = {
            slug: shaped(values, f"clause {slug}", _each(values))
            for slug, values in data.get("filled", {}).items()
        }
        prose = tuple(
            Prose(**shaped(one, "your own words", {"section": TEXT, "text": TEXT}, {"heading": TEXT}))
            for one in data.get("prose", ())
        )
        return cls(filled, prose, frozenset(data.get("left_out", ())))

    def out(self) -> dict[str, Any]:
        """Return the JSON form: what `read` takes, in one order."""
        return {
            "filled": {slug: dict(sorted(values.items())) for slug, values in sorted(self.filled.items())},
            "prose": [asdict(one) for one in self.prose],
            "left_out": sorted(self.left_out),
        }

    @classmethod
    def of(cls, version: Version, rooms: Iterable[Room], left_out: Iterable[str] = ()) -> Self:
        """Return the draft that says what a version says: its slots' values, its prose.

        A version does not tell a clause that was left out from one that a newer program brings, so whoever
        knows says which are left out.
        """
        clauses = {clause.slug: clause for clause in version.clauses}
        templates = [one for room in rooms for one in room.clauses if one.slots]
        filled = {one.slug: values_in(one, clauses[one.slug]) for one in templates if one.slug in clauses}
        return cls(filled, version.prose, frozenset(left_out) - set(clauses))

    def version(
        self, rooms: Iterable[Room], *, number: int, published: date, needed: Mapping[str, str] | None = None
    ) -> Version:
        """Return the version that this draft would publish.

        `needed` maps the slug of a clause that must stay to what needs it, beside what `stays` finds. Raises
        `Faulty`, naming the clause, the slot or the section, for whatever cannot be published.
        """
        rooms = list(rooms)
        templates = {one.slug: one for room in rooms for one in room.clauses}
        if strange := sorted((set(self.filled) | self.left_out) - set(templates)):
            raise Faulty(f"there is no clause named {strange[0]}")
        why = {**stays(templates.values(), self.left_out), **(needed or {})}
        if kept := sorted(self.left_out & set(why)):
            raise Faulty(f"clause {kept[0]} cannot be left out: {why[kept[0]]}")
        _read_prose(self.prose)
        return Version.draw_up(
            rooms,
            number=number,
            published=published,
            filled=self.filled,
            prose=self.prose,
            left_out=self.left_out,
        )


def _each(values: object) -> dict[str, str]:
    return dict.fromkeys(values, WHOLE) if isinstance(values, dict) else {}


def stays(templates: Iterable[ClauseTemplate], left_out: Iterable[str] = ()) -> dict[str, str]:
    """Return the clauses that cannot be left out, each with the reason: those that open no use, for they say
    how everything is kept; those about everything that is held; those that another one speaks of."""
    templates, gone = list(templates), set(left_out)
    found: dict[str, str] = {}
    for one in templates:
        if not one.terms:
            found[one.slug] = "it says how everything here is kept, and leaving it out would not end that"
        elif any(EVERYTHING in term.categories for term in one.terms):
            found[one.slug] = "the rest of the statement stands on it"
    for one in templates:
        for slug in {slug for term in one.terms for slug in term.given} - {one.slug}:
            if one.slug not in gone:
                found.setdefault(slug, f"clause {one.slug} speaks of what is given under it")
    return found


def values_in(template: ClauseTemplate, clause: Clause) -> dict[str, int]:
    """Return what a published clause's slots were filled with: read from its terms and words, or else the
    default, where a newer program words the clause otherwise; never a value out of bounds."""
    found: dict[str, int | None] = {}
    days = {(term.category, term.use): term.retention.days for term in clause.terms}
    for term in template.terms:
        if isinstance(term.days, str):
            found[term.days] = days.get((term.categories[0], term.use))
    for words, said in (
        (template.text, clause.text),
        (template.short, clause.short),
        (template.kept, clause.kept),
    ):
        found |= _values(words, said)
    return {slot.name: _within(slot, found.get(slot.name)) for slot in template.slots}


def _within(slot: Slot, value: int | None) -> int:
    return value if value is not None and slot.least <= value <= slot.most else slot.default


def _values(words: str, said: str) -> dict[str, int]:
    """Return the number that stands in each gap of these words; none where the words are other ones."""
    names: set[str] = set()
    form = ""
    for plain, name, _, _ in string.Formatter().parse(words):
        form += re.escape(plain)
        if name is not None:
            form += f"(?P={name})" if name in names else rf"(?P<{name}>\d+)"
            names.add(name)
    match = re.fullmatch(form, said)
    return {name: int(value) for name, value in match.groupdict().items()} if match else {}


def _read_prose(prose: tuple[Prose, ...]) -> None:
    if len(prose) > MOST_PROSE:
        raise Faulty(f"your own words are {len(prose)} texts: at most {MOST_PROSE} fit")
    for one in prose:
        if one.section not in SECTIONS:
            raise Faulty(f"your own words: section {one.section!r} is none of {', '.join(SECTIONS)}")
        where = f"your own words under “{SECTIONS[one.section]}”"
        if not one.text.strip():
            raise Faulty(f"{where} are empty: write them or take them out")
        for name, words, most in (("text", one.text, MOST_TEXT), ("heading", one.heading, MOST_HEADING)):
            if len(words) > most:
                raise Faulty(f"{where}: the {name} has {len(words)} letters; at most {most} fit")
            if any(category(sign) in UNSHOWN and sign not in LAID_OUT for sign in words):
                raise Faulty(f"{where}: the {name} holds a sign that cannot be shown")
