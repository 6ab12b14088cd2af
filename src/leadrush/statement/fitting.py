"""Whether the rooms' parts of the statement fit together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leadrush.statement.clauses import ClauseTemplate
from leadrush.statement.reading import Room
from leadrush.statement.uses import EVERYTHING, Category, Use


def faults(rooms: Iterable[Room]) -> list[str]:
    """Return what does not fit, each sentence naming its file: names and bits taken twice, uses and
    categories that nobody declared, uses that no sentence allows."""
    rooms = list(rooms)
    uses, found = _uses(rooms)
    categories, twice = _categories(rooms)
    return [*found, *twice, *_clauses(rooms, uses, categories)]


def _uses(rooms: list[Room]) -> tuple[dict[str, Use], list[str]]:
    uses: dict[str, Use] = {}
    bits: dict[int, str] = {}
    found: list[str] = []
    for room in rooms:
        file = f"{room.name}/clauses/uses.toml"
        for use in room.uses:
            if use.name in uses:
                found.append(f"{file}: use {use.name} is declared twice")
                continue
            if use.bit in bits:
                found.append(
                    f"{file}: bit {use.bit} of {use.name} belongs to {bits[use.bit]}: take a free one"
                )
            bits.setdefault(use.bit, use.name)
            uses[use.name] = use
    return uses, found


def _categories(rooms: list[Room]) -> tuple[dict[str, Category], list[str]]:
    """Several rooms may declare a category; it is one category, so they say the same."""
    categories: dict[str, Category] = {}
    found: list[str] = []
    for room in rooms:
        for category in room.categories:
            if categories.setdefault(category.name, category) != category:
                found.append(
                    f"{room.name}/clauses/uses.toml: category {category.name} is declared otherwise before"
                )
    return categories, found


def _clauses(rooms: list[Room], uses: dict[str, Use], categories: dict[str, Category]) -> Iterator[str]:
    known = {clause.slug for room in rooms for clause in room.clauses}
    files: dict[str, str] = {}
    sentences: dict[tuple[str, str], str] = {}
    for clause in (clause for room in rooms for clause in room.clauses):
        if clause.slug in files:
            yield f"{clause.file}: {files[clause.slug]} has this name already"
        files.setdefault(clause.slug, clause.file)
        yield from _terms(clause, uses, categories, known)
        for key in ((category, term.use) for term in clause.terms for category in term.categories):
            if key in sentences:
                yield f"{clause.file}: {key[0]} for {key[1]} stands in {sentences[key]} already"
            sentences.setdefault(key, clause.file)
    bound = {use for _, use in sentences}
    for room in rooms:
        for use in room.uses:
            if use.name not in bound:
                file = f"{room.name}/clauses/uses.toml"
                yield f"{file}: use {use.name} stands in no clause: no sentence allows it"


def _terms(
    clause: ClauseTemplate, uses: dict[str, Use], categories: dict[str, Category], known: set[str]
) -> Iterator[str]:
    for term in clause.terms:
        use = uses.get(term.use)
        if use is None:
            yield f"{clause.file}: use {term.use} is not declared in any uses.toml"
            continue
        for category in term.categories:
            if category == EVERYTHING and not use.everything:
                yield f"{clause.file}: {use.name} may not be about everything"
            if category != EVERYTHING and category not in categories:
                yield f"{clause.file}: category {category} is not declared in any uses.toml"
        for slug in sorted(term.given - known):
            yield f"{clause.file}: {use.name} is for what came by {slug}, which is no clause"
        if term.recipients != {use.recipient}:
            said = ", ".join(sorted(term.recipients))
            yield f"{clause.file}: {use.name} goes to {use.recipient}, not to {said}"
