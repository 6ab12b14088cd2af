"""Sending: each message asks the gate at the moment it leaves, one person at a time.

A message leaves when its hand-over (one row, `waiting` to `leaving`) commits, while its person's row is held,
so that an opt-out comes before it or after it and never between. No transaction spans the network. Where the
worker dies between the hand-over and the word of the server, nobody can know whether it arrived: needed
messages and notices go again with the same Message-ID, promotions don't.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from leadrush import gate, ledger, vault
from leadrush.mailbox import carriers
from leadrush.mailbox.letters import Letter, open_letters
from leadrush.mailbox.models import Kind, Message, State
from leadrush.vault.models import Item
from leadrush.vault.turns import hold

BATCH = 50
WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720, 1440))
"""How long to wait after each failed try; after the last one the message has failed."""
GONE_QUIET = timedelta(minutes=5)
"""A message that has been leaving for longer was left by a worker that died."""


def send(now: datetime | None = None) -> int:
    """Send what is due, some at a time; return how many were handled. Runs under `mailbox.deliver`."""
    now = now or timezone.now()
    recover(now)
    due = Message.objects.filter(state=State.WAITING, next_at__lte=now).order_by("next_at")[:BATCH]
    batches: dict[tuple[str, str, str], list[Message]] = defaultdict(list)
    for message in due:
        batches[message.use, message.template, message.about].append(message)
    with carriers.connect() as carrier:
        for batch in batches.values():
            if not carrier.ready:
                _postpone(batch, carrier.fault)
                continue
            _send_batch(batch, carrier)
    return sum(len(batch) for batch in batches.values())


def recover(now: datetime) -> None:
    """Settle what a dead worker left in the middle of leaving."""
    quiet = Message.objects.filter(state=State.LEAVING, moved_at__lt=now - GONE_QUIET)
    quiet.filter(kind=Kind.PROMOTION).update(
        state=State.UNSURE, why="The worker stopped while it was leaving; not sent twice.", moved_at=now
    )
    quiet.exclude(kind=Kind.PROMOTION).update(
        state=State.WAITING,
        why="The worker stopped while it was leaving; sent again under the same Message-ID.",
        next_at=now,
        moved_at=now,
    )


def _send_batch(batch: list[Message], carrier: carriers.Carrier) -> None:
    """Send messages of one use, text and subject: one entry in the ledger, written before the first opens."""
    first = batch[0]
    name = f"mailbox:{uuid.uuid4().hex}"
    readable = vault.have_keys({message.person_id for message in batch})
    letters = open_letters([m for m in batch if m.person_id in readable], what="mailbox.deliver", batch=name)
    with gate.using(first.use, actor=gate.Actor("program", f"{first.use.partition('.')[0]}.mail")) as door:
        door.what = first.template
        entry = vault.note(
            subject=first.person_id if len(batch) == 1 else None,
            categories=["EmailAddress"],
            what=first.template,
            about=first.about,
            count=len(batch),
            batch=name if len(batch) > 1 else "",
        )
        for message in batch:
            if message.pk not in letters:
                _settle(message, State.WITHDRAWN, "The person was erased before it left.", was=State.WAITING)
            elif not carrier.ready:
                # The server went away in the middle: what is left opens no address for nothing.
                _postpone([message], carrier.fault)
            else:
                _send_one(message, letters[message.pk], carrier, entry)


def _send_one(message: Message, letter: Letter, carrier: carriers.Carrier, entry: ledger.Entry) -> None:
    address = _hand_over(message, entry)
    if address is None:
        return
    try:
        carrier.carry(message, letter, address)
    except carriers.Refused as fault:
        _settle(message, State.FAILED, fault.word, was=State.LEAVING)
    except carriers.Unreachable as fault:
        _postpone([message], fault.word, was=State.LEAVING)
    else:
        _settle(message, State.LEFT, carrier.word, was=State.LEAVING)


def _hand_over(message: Message, entry: ledger.Entry) -> str | None:
    """Ask the gate and commit that the message leaves; return its address, or None when it stays."""
    with transaction.atomic():
        hold(message.person_id)
        item = Item.objects.filter(person_id=message.person_id, kind=message.to).first()
        if item is None:
            _settle(message, State.REFUSED, why_not(message), was=State.WAITING)
            return None
        address = vault.open_items([item], entry=entry)[item.pk]
        with gate.using("mailbox.deliver", what="mailbox.hand_over"):
            moved = Message.objects.filter(pk=message.pk, state=State.WAITING).update(
                state=State.LEAVING, moved_at=timezone.now(), entry=entry.pk, tries=message.tries + 1
            )
    message.tries += 1
    return address if moved else None


def why_not(message: Message) -> str:
    """Return why a message may not be sent to its person now, for the outbox."""
    with gate.using("house.keep", what="mailbox.why"):
        held = Item.objects.filter(person_id=message.person_id, kind=message.to).exists()
    if not held:
        return "We no longer hold an address."
    choice = vault.choices_of(message.person_id).get(message.use)
    if choice is not None and not choice.answer:
        return "The person said no."
    return "The statement does not allow it for this address, or the person has not said yes."


def _settle(message: Message, state: str, why: str, *, was: str) -> None:
    """Move a message on from where this round left it; one that was withdrawn meanwhile stays withdrawn."""
    with gate.using("mailbox.deliver", what="mailbox.settle"):
        Message.objects.filter(pk=message.pk, state=was).update(
            state=state, why=why[:200], moved_at=timezone.now()
        )


def _postpone(batch: list[Message], why: str, *, was: str = State.WAITING) -> None:
    """Try again later, each time after a longer wait; give up after the last."""
    now = timezone.now()
    for message in batch:
        later: dict[str, Any] = {"state": State.FAILED, "why": why[:200], "moved_at": now}
        if message.tries < len(WAITS):
            later |= {"state": State.WAITING, "next_at": now + WAITS[max(message.tries - 1, 0)]}
        with gate.using("mailbox.deliver", what="mailbox.postpone"):
            Message.objects.filter(pk=message.pk, state=was).update(**later)
