"""What erasing would do: what goes now, what must stay, under which law and until when. Nothing is opened."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date

from leadrush.vault import kept, rights
from leadrush.vault.erasing import is_last_owner
from leadrush.vault.models import Item


@dataclass
class Going:
    """Things of one kind that go, by the keys of their records; `loses` says what their person loses."""

    title: str
    loses: str = ""
    keys: list[str] = field(default_factory=list)


@dataclass
class Staying:
    """Things of one kind that a law keeps."""

    title: str
    law: str
    until: date
    clause: str
    keys: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """Everything about one person, as erasing would treat it."""

    goes: list[Going]
    stays: list[Staying]
    last_owner: bool

    @property
    def count(self) -> int:
        """How many things go."""
        return sum(len(line.keys) for line in self.goes)

    @property
    def staying(self) -> int:
        """How many things stay."""
        return sum(len(line.keys) for line in self.stays)


def plan(person_id: uuid.UUID, rows: rights.Rows | None = None) -> Plan:
    """Return what erasing everything about a person would do now; one question a declared model.

    Runs under the use of whoever asks. `rows` are those that were found already.
    """
    goes: dict[str, Going] = {}
    stays: dict[tuple[str, date], Staying] = {}
    for declared, held in (rows or rights.rows_of(person_id)).held:
        for row in held:
            kind = row.kind if isinstance(row, Item) else ""
            title = rights.kind_words(kind) if kind else str(declared.title)
            key = f"{declared.label}:{row.pk}"
            if kept.stays(declared, row):
                until = kept.days_of(declared, row)
                line = Staying(title, str(declared.law), until, declared.clause)
                stays.setdefault((declared.label, until), line).keys.append(key)
            else:
                loses = rights.loses(kind) if kind else str(declared.loses)
                goes.setdefault(title, Going(title, loses)).keys.append(key)
    return Plan(list(goes.values()), list(stays.values()), is_last_owner(person_id))
