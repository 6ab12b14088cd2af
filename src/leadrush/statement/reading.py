"""Reading a room's part of the statement from its `clauses/` folder (TOML)."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from leadrush.statement.clauses import ClauseTemplate, Faulty, Slot, TermTemplate
from leadrush.statement.terms import Basis
from leadrush.statement.uses import EVERYTHING, US, Category, Use

VOCABULARY = Path(__file__).with_name("vocabulary")


@dataclass(frozen=True, slots=True)
class Room:
    """What one room adds to the statement."""

    name: str
    uses: tuple[Use, ...]
    categories: tuple[Category, ...]
    clauses: tuple[ClauseTemplate, ...]


@cache
def purposes() -> dict[str, str]:
    """Return the W3C DPV purposes: term to IRI."""
    return _terms("dpv-purposes.csv")


@cache
def personal_data() -> dict[str, str]:
    """Return the W3C DPV-PD categories of personal data: term to IRI."""
    return _terms("dpv-personal-data.csv")


def _terms(file: str) -> dict[str, str]:
    with (VOCABULARY / file).open(newline="", encoding="utf-8") as rows:
        return {row["term"]: row["iri"] for row in csv.DictReader(rows)}


def read_room(folder: Path, name: str | None = None) -> Room:
    """Read `uses.toml` and every `NN-slug.toml` of a folder. Raises `Faulty` with the file's name."""
    name = name or folder.parent.name
    uses: tuple[Use, ...] = ()
    categories: tuple[Category, ...] = ()
    clauses: list[ClauseTemplate] = []
    for file in sorted(folder.glob("*.toml")):
        try:
            data = tomllib.loads(file.read_text(encoding="utf-8"))
            if file.name == "uses.toml":
                uses = tuple(_use(entry) for entry in data.get("use", ()))
                categories = tuple(_category(entry) for entry in data.get("category", ()))
            else:
                clauses.append(_clause(file, data, name))
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as fault:
            word = f"{fault.args[0]} is missing" if isinstance(fault, KeyError) else str(fault)
            raise Faulty(f"{name}/clauses/{file.name}: {word}") from fault
    return Room(name, uses, categories, tuple(clauses))


def _use(entry: dict[str, Any]) -> Use:
    use = Use(**entry)
    if use.purpose not in purposes():
        raise Faulty(f"use {use.name}: {use.purpose} is no DPV purpose")
    return use


def _category(entry: dict[str, Any]) -> Category:
    category = Category(**entry)
    known = category.parent if category.name.startswith("lr:") else category.name
    if known not in personal_data():
        raise Faulty(f"category {category.name}: {known} is no DPV-PD term")
    return category


def _clause(file: Path, data: dict[str, Any], room: str) -> ClauseTemplate:
    order, _, slug = file.stem.partition("-")
    slots = tuple(Slot(name=slot, **values) for slot, values in data.get("slots", {}).items())
    return ClauseTemplate(
        slug=slug,
        order=int(order),
        section=data["section"],
        text=data["text"].strip(),
        short=data.get("short", "").strip(),
        kept=data["kept"].strip(),
        kept_by=tuple(data["kept_by"]),
        check=data["check"],
        terms=tuple(_term(term) for term in data.get("terms", ())),
        slots=slots,
        room=room,
    )


def _term(data: dict[str, Any]) -> TermTemplate:
    basis = Basis(data["basis"])
    keep = data.get("keep", {})
    return TermTemplate(
        categories=tuple(data["categories"]),
        use=data["use"],
        basis=basis,
        recipients=frozenset(data.get("recipients", [US])),
        days=keep.get("days"),
        after=keep.get("after", "giving"),
        switch=data.get("switch", basis in (Basis.CONSENT, Basis.LEGITIMATE_INTEREST)),
        unconfirmed=data.get("unconfirmed", False),
    )


def faults(rooms: list[Room]) -> list[str]:
    """Return what does not fit between the rooms: bits taken twice, undeclared uses and categories."""
    found: list[str] = []
    bits: dict[int, str] = {}
    uses: dict[str, Use] = {}
    categories = {category.name for room in rooms for category in room.categories}
    for use in (use for room in rooms for use in room.uses):
        if use.name in uses:
            found.append(f"use {use.name} is declared twice")
        if use.bit in bits:
            found.append(f"bit {use.bit} belongs to {bits[use.bit]} and to {use.name}: take a free one")
        bits[use.bit] = use.name
        uses[use.name] = use
    bound: set[str] = set()
    for room in rooms:
        for clause in room.clauses:
            for term in clause.terms:
                bound.add(term.use)
                known = uses.get(term.use)
                if known is None:
                    found.append(f"clause {clause.slug}: use {term.use} is not declared in any uses.toml")
                    continue
                for category in term.categories:
                    if category == EVERYTHING:
                        if not known.everything:
                            found.append(f"clause {clause.slug}: {term.use} may not be about everything")
                    elif category not in categories:
                        found.append(f"clause {clause.slug}: category {category} is not declared")
                if term.recipients != frozenset({known.recipient}):
                    found.append(f"clause {clause.slug}: {term.use} goes to {known.recipient}, not elsewhere")
    found += [f"use {name} stands in no clause: no sentence allows it" for name in sorted(set(uses) - bound)]
    return found
