"""Posting: a message is written in the transaction of what it tells of, and leaves later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from leadrush import gate, vault
from leadrush.mailbox.letters import CONTEXT, Attachment, write
from leadrush.mailbox.models import Kind, Message, State
from leadrush.vault.models import Giving, Person

USE = "mailbox.deliver"


def post(
    *,
    person: Person,
    giving: Giving,
    use: str,
    template: str,
    key: str,
    kind: str = Kind.NEEDED,
    context: Mapping[str, Any] | None = None,
    about: str = "",
    to: str = "email",
    due_at: datetime | None = None,
    headers: Mapping[str, str] | None = None,
    attachments: Iterable[Attachment] = (),
) -> Message:
    """Write a message to a person for a use; `key` makes it the only one, so that a retry posts nothing.

    Whether it may leave is asked when it leaves, not now. `to` is the kind of item that it goes to: the
    address that receives the person's mail, unless an address itself is to be proven or told. Raises
    `KeyError` for a use nobody declared.
    """
    gate.uses.get(use)
    with gate.using(USE, what="mailbox.post"):
        known: Message | None = Message.objects.filter(key=key).first()
        if known is not None:
            return known
        letter = write(template, context or {}, headers=headers, attachments=attachments)
        due_at = due_at or timezone.now()
        message = Message(
            key=key,
            person=person,
            giving=giving,
            use=use,
            kind=kind,
            template=template,
            about=about,
            to=to,
            sealed=vault.seal(person.pk, letter.pack(), CONTEXT, giving=giving, ours=True),
            due_at=due_at,
            next_at=due_at,
        )
        try:
            with transaction.atomic():
                message.save(force_insert=True)
        except IntegrityError:
            # Another process wrote the same message in between.
            return Message.objects.get(key=key)
    return message


def withdraw(*, why: str, about: str = "", person: Person | None = None, template: str = "") -> int:
    """Take back what waits and matches; return how many. What has left is not touched."""
    if not (about or person or template):
        raise ValueError("say which messages: about, person or template")
    which = Q(state=State.WAITING)
    if about:
        which &= Q(about=about)
    if person:
        which &= Q(person=person)
    if template:
        which &= Q(template=template)
    with gate.using(USE, what="mailbox.withdraw"):
        return Message.objects.filter(which).update(state=State.WITHDRAWN, why=why, moved_at=timezone.now())
