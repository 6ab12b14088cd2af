"""Staff in every role, signed in, and a person to look for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from leadrush import vault
from leadrush.vault.models import Giving, Person

ANA = "ana.brightwater@mail.example"


@pytest.fixture
def team(published: Any) -> dict[str, Person]:
    """One person in each role, with a name."""
    found = {}
    for role in ("reader", "host", "editor", "owner"):
        person, giving = vault.welcome(
            address=f"{role}@tiller.example", where="console.invite", clause="working-here", confirmed=True
        )
        vault.put(person=person, kind="name", category="Name", value=f"{role.title()} Vale", giving=giving)
        Person.objects.filter(pk=person.pk).update(role=role)
        found[role] = Person.objects.get(pk=person.pk)
    return found


@pytest.fixture
def signed_in(team: dict[str, Person]) -> Callable[[str], Client]:
    """Return a browser in which the person of a role is signed in; an empty role is nobody."""

    def browser(role: str) -> Client:
        client = Client()
        if role:
            client.force_login(team[role])
        return client

    return browser


@pytest.fixture
def ana(published: Any) -> tuple[Person, Giving]:
    """Somebody who gave an address and a name for a webinar."""
    person, giving = vault.welcome(
        address=ANA, where="webinars.register", clause="webinar-seat", confirmed=True
    )
    vault.put(person=person, kind="name", category="Name", value="Ana Brightwater", giving=giving)
    return person, giving
