"""What these tests stand on: a business, a statement in force, people who gave things under it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from leadrush import gate, vault
from leadrush.gate import rooms
from leadrush.look import models as look_models
from leadrush.statement import US, Basis, Retention, Term, Version
from leadrush.vault import folding, publishing
from leadrush.vault.models import Person

HELP = "support.help"
ANNOUNCE = "webinars.announce"
Welcome = Callable[..., Person]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nobody who may have looked before: in here nobody has."""
    monkeypatch.setattr(folding, "LEASE", 0.0)


@pytest.fixture
def business(published: Version, settings: Any) -> Iterator[look_models.Business]:
    settings.MAIL_FROM = "post@tiller.example"
    settings.SITE_URL = "https://tiller.example"
    look_models.forget()
    cache.clear()
    it = look_models.Business(name="Tarn & Tiller", time_zone="Europe/London", locale="en_GB")
    it.save()
    yield it
    look_models.forget()
    cache.clear()


@pytest.fixture
def welcome(business: object) -> Welcome:
    """Return a function that makes somebody who registered, under the version in force."""

    def made(address: str, *, clause: str = "webinar-seat", confirmed: bool = True, name: str = "") -> Person:
        person, giving = vault.welcome(
            address=address, where="webinars.register", clause=clause, confirmed=confirmed
        )
        if name:
            vault.put(person=person, kind="name", category="Name", value=name, giving=giving)
        return person

    return made


def sign_in(person: Person, role: str = "") -> Client:
    Person.objects.filter(pk=person.pk).update(role=role)
    person.refresh_from_db()
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def owner(welcome: Welcome) -> Client:
    return sign_in(welcome("ines@tiller.example", clause="working-here", name="Ines"), "owner")


def next_text(**draft: Any) -> Version:
    """The next version of the installed rooms' clauses, drawn up from a draft's parts."""
    return Version.draw_up(rooms.all(), number=gate.force().number + 1, published=date(2026, 3, 1), **draft)


def with_terms(text: Version, clause: str, change: Callable[[Term], Term | None]) -> Version:
    """A version in which the terms of one clause are other ones; None takes a term out."""
    clauses = tuple(
        replace(one, terms=tuple(term for old in one.terms if (term := change(old))))
        if one.slug == clause
        else one
        for one in text.clauses
    )
    named = {term.use for one in clauses for term in one.terms}
    kinds = {term.category for one in clauses for term in one.terms}
    return Version(
        text.number,
        text.published,
        clauses,
        tuple(use for use in text.uses if use.name in named),
        tuple(one for one in text.categories if one.name in kinds),
        text.prose,
    )


def publish(text: Version) -> Version:
    publishing.begin(text)
    publishing.finish()
    return text


def wider_help(text: Version | None = None) -> Version:
    """The next version, in which whoever helps may also let Acme Mail see the address."""
    return with_terms(
        text or next_text(), "helping", lambda term: replace(term, recipients=frozenset({US, "Acme Mail"}))
    )


def longer_kept(days: int = 60) -> Version:
    return next_text(filled={"messages": {"days": days}})


def new_consent(text: Version | None = None) -> Version:
    """The next version, in which announcements may also speak of what somebody registered for."""
    text = text or next_text()
    more = Term("lr:Registration", ANNOUNCE, Basis.CONSENT, frozenset({US}), Retention(None), True)
    clauses = tuple(
        replace(one, terms=(*one.terms, more)) if one.slug == "webinar-later" else one for one in text.clauses
    )
    return replace(text, clauses=clauses)


def mails(person: Person, template: str = "accountability.changed") -> list[Any]:
    from leadrush.mailbox.letters import open_letters
    from leadrush.mailbox.models import Message

    with gate.using("mailbox.deliver", what="test"):
        found = list(Message.objects.filter(person=person, template=template).order_by("made_at"))
        letters = open_letters(found, what="mailbox.read")
    return [letters[message.pk] for message in found]
