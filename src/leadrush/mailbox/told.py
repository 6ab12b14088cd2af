"""How the mailbox's uses are told on “What we hold about you”."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _

from leadrush import gate, ledger
from leadrush.mailbox.models import Message
from leadrush.vault import rights


def register() -> None:
    """Register words and where batches are found; called once, when the app is ready."""
    ledger.program("mailbox.send", _("The mail program"))
    ledger.deed("mailbox.deliver", _("to deliver them"))
    ledger.deed("mailbox.read", _("to read one, and see whether it arrived"))
    ledger.deed("mailbox.find", _("to see which of them left, and when"))
    rights.batches(entries_of)


def entries_of(person_id: uuid.UUID) -> list[int]:
    """Return the ledger's entries for the batches that a person's messages left in."""
    with gate.using("rights.own", what="mailbox.batches"):
        sent = Message.objects.filter(person_id=person_id, entry__isnull=False)
        return [entry for entry in sent.values_list("entry", flat=True) if entry is not None]
