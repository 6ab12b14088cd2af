"""What these tests stand on: a business in London, a statement in force, webinars, people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from leadrush import gate, vault
from leadrush.look import models as look_models
from leadrush.mailbox.letters import Letter, open_letters
from leadrush.mailbox.models import Message
from leadrush.vault.models import Person
from leadrush.webinars import planning
from leadrush.webinars.models import Registration, Webinar

Plan = Callable[..., Webinar]


@pytest.fixture(autouse=True)
def fresh(settings: Any) -> Iterator[None]:
    settings.MAIL_FROM = "post@tiller.example"
    settings.SITE_URL = "https://tiller.example"
    look_models.forget()
    cache.clear()
    yield
    look_models.forget()
    cache.clear()


@pytest.fixture
def business(published: object) -> look_models.Business:
    it = look_models.Business(name="Tarn & Tiller", time_zone="Europe/London", locale="en_GB")
    it.save()
    return it


@pytest.fixture
def plan(business: object) -> Plan:
    """Return a function that makes an open webinar a week from now, of two seats unless said."""

    def planned(**facts: Any) -> Webinar:
        opened = facts.pop("opened", True)
        number = Webinar.objects.count() + 1
        facts = {
            "slug": f"beds-{number}",
            "title": "Beds that feed you in March",
            "lede": "What to sow when, so that no month is empty.",
            "starts_at": timezone.now().replace(microsecond=0) + timedelta(days=7),
            "minutes": 55,
            "seats": 2,
        } | facts
        webinar = planning.plan(**facts)
        return planning.publish(webinar) if opened else webinar

    return planned


@pytest.fixture
def webinar(plan: Plan) -> Webinar:
    return plan()


def sign_in(address: str, role: str = "") -> tuple[Client, Person]:
    person, _giving = vault.welcome(
        address=address, where="console.invite", clause="working-here", confirmed=True
    )
    Person.objects.filter(pk=person.pk).update(role=role)
    person.refresh_from_db()
    client = Client()
    client.force_login(person)
    return client, person


@pytest.fixture
def host(business: object) -> Client:
    return sign_in("rowan@tiller.example", "host")[0]


def registration(webinar: Webinar, address: str) -> Registration | None:
    """Return what an address has in a webinar."""
    person = vault.find(address)
    with gate.using("webinars.serve"):
        found: Registration | None = (
            Registration.objects.filter(webinar=webinar, person=person).select_related("giving").first()
            if person
            else None
        )
        return found


def states(webinar: Webinar) -> list[str]:
    """Return who has what, in the order of registering."""
    with gate.using("webinars.seats"):
        return list(
            Registration.objects.filter(webinar=webinar).order_by("pk").values_list("state", flat=True)
        )


def letters(template: str = "", address: str = "") -> list[Letter]:
    """Return the mails that were written, oldest first."""
    with gate.using("mailbox.look"):
        found = Message.objects.order_by("made_at", "pk")
        if template:
            found = found.filter(template=f"webinars.{template}")
        if address:
            person = vault.find(address)
            found = found.filter(person=person)
        found = list(found)
        opened = open_letters(found, what="mailbox.read")
        return [opened[message.pk] for message in found]


def link(letter: Letter, words: str) -> str:
    """Return the path of the link with these words in a mail's text."""
    after = letter.text.split(f"{words}:\n", 1)[1]
    return after.split("\n", 1)[0].strip().removeprefix("https://tiller.example")


def press(client: Client, path: str) -> Any:
    """Follow a link from a mail and press the page's button."""
    page = client.get(path, follow=True)
    assert page.status_code == 200, page.status_code
    return client.post(page.request["PATH_INFO"])


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type]
