"""Somebody who registered with an address, a browser, and the letters that come."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from leadrush import gate, vault
from leadrush.gate import tasks
from leadrush.mailbox.letters import Letter, open_letters
from leadrush.mailbox.models import Message
from leadrush.vault.models import Giving, Person

ANA = "ana.brightwater@mail.example"
BO = "bo@post.example"


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    """Rate limits live in the process; no test inherits another's tries."""
    cache.clear()
    yield
    cache.clear()


def registered(address: str, **more: Any) -> tuple[Person, Giving]:
    more = {"where": "webinars.register", "clause": "webinar-seat", "confirmed": True, **more}
    return vault.welcome(address=address, **more)


@pytest.fixture
def ana(published: object) -> Person:
    return registered(ANA)[0]


@pytest.fixture
def bo(published: object) -> Person:
    return registered(BO)[0]


def letters(person: uuid.UUID | None = None, template: str = "") -> list[tuple[Message, Letter]]:
    """Let the program write what was asked for; return the letters to a person, oldest first."""
    tasks.get("people.codes").run()
    with gate.using("mailbox.look", actor=gate.Actor("program", "tests")):
        rows = Message.objects.order_by("made_at")
        rows = rows.filter(person_id=person) if person else rows
        rows = rows.filter(template=template) if template else rows
        found = list(rows)
        opened = open_letters(found, what="tests.read")
    return [(row, opened[row.pk]) for row in found]


def newest_code(person: Person, template: str = "people.code") -> str:
    (*_, (_row, letter)) = letters(person.pk, template)
    match = re.search(r"\b(\d{3}) (\d{3})\b", letter.subject)
    assert match, letter.subject
    return match[1] + match[2]


def sign_in(client: Client, person: Person, address: str) -> Any:
    """Sign in by code, the whole way."""
    client.post("/sign-in/", {"address": address})
    return client.post("/sign-in/code/", {"code": newest_code(person), "act": "enter"})


@pytest.fixture
def as_ana(client: Client, ana: Person) -> Client:
    sign_in(client, ana, ANA)
    return client


Letters = Callable[..., list[tuple[Message, Letter]]]
