"""A real SMTP server for tests: it keeps what it got, and can be told to refuse."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from icalendar import Calendar, Event


class Postman:
    """What the server got, and what it is to say instead of yes."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.says: str | None = None
        self.puts_off: set[str] = set()
        """Addresses that are told to come back later."""
        self.port = 0

    @property
    def url(self) -> str:
        """The server's address, as SMTP_URL wants it."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.says:
            return self.says
        if address in self.puts_off:
            return "451 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.recipients += envelope.rcpt_tos
        self.mails.append(cast(EmailMessage, message_from_bytes(content, policy=default)))
        return "250 taken"

    def to(self, address: str) -> list[EmailMessage]:
        """Return the mails to an address, oldest first."""
        return [mail for to, mail in zip(self.recipients, self.mails, strict=False) if to == address]

    def wait(self, address: str, subject: str = "", seconds: float = 20, *, after: int = 0) -> EmailMessage:
        """Return the newest mail to an address whose subject contains some words; wait for it if need be.

        The first `after` mails to this address do not count.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for mail in reversed(self.to(address)[after:]):
                if subject.lower() in str(mail["Subject"]).lower():
                    return mail
            time.sleep(0.1)
        got = [f"{to}: {mail['Subject']}" for to, mail in zip(self.recipients, self.mails, strict=False)]
        raise AssertionError(f"no mail to {address} about {subject!r}; there are {got}")


def text(mail: EmailMessage) -> str:
    """Return a mail's plain text."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def code(mail: EmailMessage) -> str:
    """Return the six figures of a sign-in mail."""
    found = re.search(r"\b(\d{3} ?\d{3})\b", text(mail))
    assert found, text(mail)
    return found[1].replace(" ", "")


def link(mail: EmailMessage, words: str) -> str:
    """Return the address behind some words of a mail."""
    found = re.search(re.escape(words) + r":?\s+<?(https?://\S+?)>?\s", text(mail) + "\n")
    assert found, text(mail)
    return found[1]


def event(mail: EmailMessage) -> tuple[str, Event]:
    """Return the calendar entry that a mail brings: its method, and the event."""
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert len(parts) == 1, f"{len(parts)} calendar entries in “{mail['Subject']}”"
    book = Calendar.from_ical(str(parts[0].get_content()))
    assert parts[0].get_param("method") == book["method"]
    return str(book["method"]), cast(Event, book.events[0])


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running() -> Iterator[Postman]:
    """Serve for the block."""
    postman = Postman()
    postman.port = free_port()
    controller = Controller(postman, hostname="127.0.0.1", port=postman.port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield postman
    finally:
        controller.stop()
