"""A real SMTP server that the site sends to, and somebody to write to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from leadrush import vault
from leadrush.vault.models import Giving, Person
from tests.rig import postman as rig


@pytest.fixture
def postman(settings: Any) -> Iterator[rig.Postman]:
    with rig.running() as serving:
        settings.SMTP_URL = serving.url
        settings.MAIL_FROM = "post@tiller.example"
        yield serving


@pytest.fixture
def given_by_ana(published: object) -> tuple[Person, Giving]:
    return vault.welcome(
        address="ana@mail.example", where="webinars.register", clause="webinar-seat", confirmed=True
    )
