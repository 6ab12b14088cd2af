"""A real SMTP server, which can be told to refuse."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from leadrush import vault
from leadrush.vault.models import Giving, Person


class Postman:
    """What the server got, and what it is to say instead of yes."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.recipients: list[str] = []
        self.says: str | None = None
        self.port = 0

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.says:
            return self.says
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.recipients += envelope.rcpt_tos
        self.mails.append(message_from_bytes(content, policy=default))
        return "250 taken"


@pytest.fixture
def postman(settings: Any) -> Iterator[Postman]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    handler = Postman()
    controller = Controller(handler, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    settings.SMTP_URL = f"smtp://127.0.0.1:{port}"
    settings.MAIL_FROM = "post@tiller.example"
    handler.port = port
    yield handler
    controller.stop()


@pytest.fixture
def given_by_ana(published: object) -> tuple[Person, Giving]:
    return vault.welcome(
        address="ana@mail.example", where="webinars.register", clause="webinar-seat", confirmed=True
    )
