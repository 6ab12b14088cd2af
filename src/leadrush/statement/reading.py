"""Reading a room's part of the statement from its `clauses/` folder (TOML)."""

from __future__ import annotations

import csv
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from leadrush.statement.clauses import ClauseTemplate, Faulty, Slot, TermTemplate
from leadrush.statement.shapes import DAYS, TABLE, TABLES, TEXT, TEXTS, WHOLE, YES_NO, shaped
from leadrush.statement.terms import Basis
from leadrush.statement.uses import US, Category, Use

VOCABULARY = Path(__file__).with_name("vocabulary")

CLAUSE_FILE = re.compile(r"(\d\d)-([a-z0-9]+(?:-[a-z0-9]+)*)\.toml")
USE_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
OWN_CATEGORY = re.compile(r"lr:[A-Z][A-Za-z0-9]*")


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
    rows = (VOCABULARY / file).read_bytes().decode().splitlines()
    return {row["term"]: row["iri"] for row in csv.DictReader(rows)}


def read_room(folder: Path, name: str | None = None) -> Room:
    """Read `uses.toml` and every `NN-slug.toml` of a folder. Raises `Faulty` with the file's name."""
    name = name or folder.parent.name
    uses: tuple[Use, ...] = ()
    categories: tuple[Category, ...] = ()
    clauses: list[ClauseTemplate] = []
    for file in sorted(folder.glob("*.toml")):
        try:
            data = tomllib.loads(file.read_bytes().decode())
            if file.name == "uses.toml":
                shaped(data, "the file", {}, {"use": TABLES, "category": TABLES})
                uses = tuple(_use(entry) for entry in data.get("use", ()))
                categories = tuple(_category(entry) for entry in data.get("category", ()))
            else:
                clauses.append(_clause(file, data, name))
        except ValueError as fault:
            raise Faulty(f"{name}/clauses/{file.name}: {fault}") from fault
    return Room(name, uses, categories, tuple(clauses))


def _use(entry: dict[str, Any]) -> Use:
    texts = dict.fromkeys(("name", "heading", "purpose", "title"), TEXT)
    needs = {**texts, "bit": WHOLE}
    use = Use(**shaped(entry, f"use {entry.get('name')}", needs, {"recipient": TEXT, "everything": YES_NO}))
    if not USE_NAME.fullmatch(use.name):
        raise Faulty(f"use {use.name}: write it as room.verb")
    if use.purpose not in purposes():
        raise Faulty(f"use {use.name}: {use.purpose} is no DPV purpose")
    return use


def _category(entry: dict[str, Any]) -> Category:
    needs = {"name": TEXT, "title": TEXT}
    category = Category(**shaped(entry, f"category {entry.get('name')}", needs, {"parent": TEXT}))
    known = category.parent if OWN_CATEGORY.fullmatch(category.name) else category.name
    if known not in personal_data():
        raise Faulty(f"category {category.name}: {known} is no DPV-PD term")
    return category


def _clause(file: Path, data: dict[str, Any], room: str) -> ClauseTemplate:
    named = CLAUSE_FILE.fullmatch(file.name)
    if not named:
        raise Faulty("a clause's file is called NN-slug.toml: two figures, then small letters")
    order, slug = named.groups()
    texts = dict.fromkeys(("section", "text", "kept", "check"), TEXT)
    shaped(
        data,
        "the clause",
        {**texts, "kept_by": TEXTS},
        {"short": TEXT, "terms": TABLES, "slots": TABLE, "first": YES_NO},
    )
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
        slots=tuple(_slot(slot, values) for slot, values in data.get("slots", {}).items()),
        room=room,
        first=data.get("first", True),
    )


def _slot(name: str, data: object) -> Slot:
    needs = dict.fromkeys(("default", "least", "most"), WHOLE)
    return Slot(name=name, **shaped(data, f"slot {name}", needs, {"unit": TEXT, "title": TEXT}))


def _term(data: dict[str, Any]) -> TermTemplate:
    what = f"the term for {data.get('use')}"
    shaped(
        data,
        what,
        {"categories": TEXTS, "use": TEXT, "basis": TEXT},
        {"recipients": TEXTS, "keep": TABLE, "switch": YES_NO, "unconfirmed": YES_NO, "given": TEXTS},
    )
    keep = shaped(data.get("keep", {}), f"{what}, keep", {}, {"days": DAYS, "after": TEXT})
    if data["basis"] not in set(Basis):
        raise Faulty(f"{what}: basis {data['basis']!r} is none of {', '.join(Basis)}")
    basis = Basis(data["basis"])
    days = keep.get("days")
    template = TermTemplate(
        categories=tuple(data["categories"]),
        use=data["use"],
        basis=basis,
        recipients=frozenset(data.get("recipients", [US])),
        days=days,
        after=keep.get("after", "giving"),
        switch=data.get("switch", basis in (Basis.CONSENT, Basis.LEGITIMATE_INTEREST)),
        unconfirmed=data.get("unconfirmed", False),
        given=frozenset(data.get("given", ())),
    )
    # What a term cannot be shows now, with the file's name, not when somebody publishes.
    if not template.terms({str(days): 0}):
        raise Faulty(f"{what}: categories is empty")
    return template
