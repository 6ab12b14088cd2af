"""Two invented uses, and a house with rows that only one of them may read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection

from leadrush import gate
from leadrush.gate import uses
from leadrush.gate.tests.house.models import Author, Letter, Note, Page, Tag


@dataclass(frozen=True)
class Use:
    name: str
    bit: int
    heading: str = "provide"
    title: str = "try the gate"
    purpose: str = "dpv:ServiceProvision"
    recipient: str = "us"


READ = Use("tests.read", 60)
OTHER = Use("tests.other", 61)
SEEN = (1 << READ.bit) | (1 << OTHER.bit)
HIDDEN = 1 << OTHER.bit
POSTGRESQL = connection.vendor == "postgresql"


@dataclass
class House:
    """What the tests walk around in: `seen` may be read under `tests.read`, `hidden` may not."""

    ann: Author
    bob: Author
    seen: int
    hidden: int
    page: int

    def texts(self) -> dict[int, str]:
        """Return every note there is, under the use that sees all."""
        with gate.using(OTHER.name):
            return dict(Note.objects.values_list("pk", "text"))


@pytest.fixture(autouse=True, scope="session")
def two_uses() -> Iterator[None]:
    uses.register(READ, OTHER)
    yield
    uses.forget([READ.name, OTHER.name])


def furnish() -> House:
    """Make three authors: Ann wrote a note of each kind, Bob one that is hidden, Cid none."""
    ann, bob, _cid = (Author.objects.create(name=name) for name in ("Ann", "Bob", "Cid"))
    with gate.using(OTHER.name):
        seen = Note.objects.create(author=ann, text="seen", size=1, mask=SEEN)
        hidden = Note.objects.create(author=ann, text="secret", size=20, mask=HIDDEN)
        bobs = Note.objects.create(author=bob, text="secret of Bob", size=300, mask=HIDDEN)
        page = Page.objects.create(note=seen, number=1, text="seen page", mask=SEEN)
        Page.objects.create(note=seen, number=2, text="secret page", mask=HIDDEN)
        Page.objects.create(note=hidden, number=3, text="page of a secret", mask=SEEN)
        tag = Tag.objects.create(name="green")
        for note in (seen, hidden, bobs):
            note.tags.add(tag)
            Letter.objects.create(note=note, subject=f"about {note.size}")
    return House(ann, bob, seen.pk, hidden.pk, page.pk)


@pytest.fixture
def house(db: Any) -> House:
    return furnish()


@pytest.fixture
def open_house(transactional_db: Any) -> House:
    """The same, committed, for what needs other connections."""
    return furnish()
