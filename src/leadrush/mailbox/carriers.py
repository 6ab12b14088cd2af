"""What carries a message away: an SMTP server, or, without one, the outbox that the console shows."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, formataddr
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.utils import timezone

from leadrush import look
from leadrush.mailbox.letters import Letter
from leadrush.mailbox.models import Message

TIMEOUT = 20


class Unreachable(Exception):
    """The server cannot take it now; `word` names the class and code, never what the server said."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class Refused(Unreachable):
    """The server will never take it."""


class Carrier:
    """No mail server is set: a message has left when it stands in the outbox, where the console shows it."""

    ready = True
    fault = ""
    word = "No mail server is set: read it here."

    def carry(self, message: Message, letter: Letter, address: str) -> None:
        """Deliver one letter. Raises `Unreachable` (try again) or `Refused` (don't)."""


class Smtp(Carrier):
    """One connection to the server that SMTP_URL names."""

    word = "The mail server took it."

    def __init__(self, url: str) -> None:
        self._server: smtplib.SMTP | None = None
        try:
            self._server = _connect(url)
            self.ready = True
        except (OSError, smtplib.SMTPException) as fault:
            self.ready = False
            self.fault = f"The mail server cannot be reached ({_word(fault)})."

    def carry(self, message: Message, letter: Letter, address: str) -> None:
        assert self._server is not None
        try:
            mail = compose(message, letter, address)
            self._server.send_message(mail, from_addr=settings.MAIL_FROM, to_addrs=[address])
        except (smtplib.SMTPNotSupportedError, ValueError) as fault:
            # This message alone is at fault (letters that the server cannot write): the others go on.
            self._renew()
            raise Refused(f"The mail server cannot write to this address ({_word(fault)}).") from None
        except smtplib.SMTPRecipientsRefused as fault:
            code = next(iter(fault.recipients.values()))[0]
            self._renew()
            raise _judged(code) from None
        except smtplib.SMTPResponseException as fault:
            self._renew()
            raise _judged(fault.smtp_code) from None
        except (OSError, smtplib.SMTPException) as fault:
            self.ready = False
            self.fault = f"The mail server went away ({_word(fault)})."
            raise Unreachable(self.fault) from None

    def _renew(self) -> None:
        """Clear what a refused message left in the conversation."""
        assert self._server is not None
        try:
            self._server.rset()
        except (OSError, smtplib.SMTPException) as fault:
            self.ready = False
            self.fault = f"The mail server went away ({_word(fault)})."

    def close(self) -> None:
        """Say goodbye to the server."""
        if self._server is not None:
            try:
                self._server.quit()
            except (OSError, smtplib.SMTPException):
                self._server.close()


def _connect(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    tls = parse_qs(parts.query).get("tls", ["none"])[0]
    host, port = parts.hostname or "localhost", parts.port or (465 if tls == "ssl" else 25)
    context = ssl.create_default_context()
    if tls == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
        if tls == "starttls":
            server.starttls(context=context)
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server


def _judged(code: int) -> Unreachable:
    word = f"The mail server said {code}."
    return Refused(word) if 500 <= code < 600 else Unreachable(word)


def _word(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        return f"{type(fault).__name__} {fault.smtp_code}"
    return type(fault).__name__


def compose(message: Message, letter: Letter, address: str) -> EmailMessage:
    """Return the MIME message: text, HTML, a calendar part where there is one. The Message-ID is stable."""
    mail = EmailMessage(policy=WIRE)
    mail["Subject"] = letter.subject
    mail["From"] = formataddr((look.business().name, settings.MAIL_FROM))
    mail["To"] = address
    mail["Date"] = format_datetime(timezone.now())
    mail["Message-ID"] = f"<{message.pk}@{settings.MAIL_FROM.rpartition('@')[2] or socket.getfqdn()}>"
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in letter.headers.items():
        mail[name] = value
    mail.set_content(letter.text, cte="quoted-printable")
    mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for attachment in letter.attachments:
        kind, _semicolon, rest = attachment.type.partition(";")
        params = dict(part.strip().split("=", 1) for part in rest.split(";") if "=" in part)
        subtype = kind.removeprefix("text/")
        mail.add_attachment(attachment.text, subtype=subtype, filename=attachment.name, params=params)
    return mail


@contextmanager
def connect() -> Iterator[Carrier]:
    """Open what carries messages now; out of reach, its `ready` is False and its `fault` says why."""
    if not settings.SMTP_URL:
        yield Carrier()
        return
    smtp = Smtp(settings.SMTP_URL)
    try:
        yield smtp
    finally:
        smtp.close()
