"""What the tests of this part stand on: a business, a statement in force, and no memory between tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory

from leadrush import gate
from leadrush.gate import versions
from leadrush.look import models, proofs
from leadrush.statement import Clause, Version


def a_clause(slug: str) -> Clause:
    return Clause(
        slug, "giving", f"We keep {slug}.", f"Short words of {slug}.", "By code.", (), "", (), "look"
    )


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    models.forget()
    versions.IN_FORCE.forget()
    sources = proofs._clause, proofs._all
    proofs.register(None, None)
    yield
    models.forget()
    proofs.register(*sources)


@pytest.fixture
def version(db: None) -> Iterator[Version]:
    """Publish a statement of three clauses."""
    it = Version(2, date(2026, 9, 3), tuple(a_clause(slug) for slug in ("forms", "webinars", "signing-in")))
    gate.publish(it)
    yield it
    versions.IN_FORCE.forget()


@pytest.fixture
def business(db: None) -> models.Business:
    it = models.Business(
        name="Tarn & Tiller", place="Mill Lane 4\nFellby", time_zone="Europe/London", locale="en_GB"
    )
    it.full_clean()
    it.save()
    return it


@pytest.fixture
def draw() -> Callable[..., str]:
    """Return a function that draws a template's text with the tags of this part."""

    def drawn(text: str, request: HttpRequest | None = None, **context: Any) -> str:
        if request is not None:
            context["request"] = request
        return Template("{% load look %}" + text).render(Context(context))

    return drawn


@pytest.fixture
def get(rf: RequestFactory) -> Callable[[str], HttpRequest]:
    """Return a function that makes a request of nobody signed in."""
    from django.contrib.auth.models import AnonymousUser

    def made(path: str) -> HttpRequest:
        request = rf.get(path)
        request.user = AnonymousUser()
        return request

    return made
