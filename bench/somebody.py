"""One person with a thousand rows in fifteen tables, as somebody has who came often, for years."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from bench import webinars
from bench.shelves.models import SHELVES
from leadrush import gate, vault
from leadrush.mailbox import letters
from leadrush.mailbox.models import Message
from leadrush.mailbox.models import State as Sending
from leadrush.people.models import SignIn
from leadrush.vault.models import Giving, Person
from leadrush.webinars.models import Answer, Host, Question, Registration, Seat, Seen, Webinar

ROWS = 1_000
ITEMS, EACH, MESSAGES = 20, 70, 100
USES = 200


def somebody() -> Person:
    """Make a person who has all of it, under an address that nobody else has."""
    address = f"{uuid.uuid4().hex}@mail.example"
    person, giving = vault.welcome(
        address=address, where="webinars.register", clause="webinar-seat", confirmed=True
    )
    vault.choose(person=person, use="webinars.announce", answer=True, where="people.me")
    with gate.using("house.keep", actor=gate.Actor("program", "bench")):
        _named(person, giving)
        _webinars(person, giving)
        _messages(person, giving)
        rest = ROWS - ITEMS - 1 - 4 * EACH - MESSAGES
        for place, model in enumerate(SHELVES):
            share = rest // len(SHELVES) + (place < rest % len(SHELVES))
            sealed = vault.seal_all(person.pk, [f"words {n} " * 9 for n in range(share)], "shelf")
            model.objects.bulk_create(
                model(person=person, giving=giving, text=f"row {n}", number=n, sealed=one)
                for n, one in enumerate(sealed)
            )
    for n in range(USES):
        with gate.using("webinars.serve", actor=gate.Actor("program", "webinars.mail"), what="bench.use"):
            vault.address_of(person.pk, about=f"bench.row:{n}")
    return person


def _named(person: Person, giving: Giving) -> None:
    """Names and addresses, beside the one that they came with; and where they are signed in."""
    for n in range(ITEMS - 1):
        vault.put(person=person, kind=f"name.{n}", category="Name", value=f"Ana {n}", giving=giving)
    _all(SignIn, person, giving, [{"started": date(2026, 3, 4), "browser": "A browser"} for _ in range(EACH)])


def _webinars(person: Person, giving: Giving) -> None:
    Host.objects.create(person=person, giving=giving, name="Ana", words="I keep bees. " * 20)
    made: list[Webinar] = [webinars.webinar_of(f"bench-{uuid.uuid4().hex[:12]}") for _ in range(EACH)]
    asked = [Question.objects.create(webinar=webinar, text="What is your soil?") for webinar in made]
    seats = _all(Registration, person, giving, [{"webinar": one, "state": Seat.SEAT} for one in made])
    words = vault.seal_all(person.pk, ["Heavy clay, north slope"] * EACH, Answer.CONTEXT)
    _all(
        Answer,
        person,
        giving,
        [
            {"registration": seat, "question": question, "sealed": sealed}
            for seat, question, sealed in zip(seats, asked, words, strict=True)
        ],
    )
    _all(Seen, person, giving, [{"registration": seat, "entry": 0} for seat in seats])


def _messages(person: Person, giving: Giving) -> None:
    letter = letters.write("people.code", {"code": "123 456", "business": "Tarn & Tiller", "until": "10:00"})
    sealed = vault.seal_all(person.pk, [letter.pack()] * MESSAGES, letters.CONTEXT)
    _all(
        Message,
        person,
        giving,
        [
            {"use": "account.sign_in", "kind": "needed", "template": "people.code", "sealed": one}
            | {"state": Sending.LEFT}
            for one in sealed
        ],
    )


def _all(model: type[Any], person: Person, giving: Giving, columns: list[dict[str, Any]]) -> list[Any]:
    unique = {SignIn: "session", Message: "key"}.get(model)
    rows = [
        model(person=person, giving=giving, **one, **({unique: uuid.uuid4().hex} if unique else {}))
        for one in columns
    ]
    made: list[Any] = model._default_manager.bulk_create(rows)
    return made


def count(person: Person) -> tuple[int, int]:
    """Return how many rows there are about a person, and in how many tables."""
    from leadrush.vault import collects

    with gate.using("house.keep", actor=gate.Actor("program", "bench")):
        counts = [one.model._default_manager.filter(person=person).count() for one in collects.gated()]
    return sum(counts), sum(1 for one in counts if one)
