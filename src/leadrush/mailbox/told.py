"""How the mailbox's uses are told on “What we hold about you”."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from leadrush import ledger
from leadrush.mailbox.models import Message
from leadrush.vault import rights


def register() -> None:
    """Register words and where batches are found; called once, when the app is ready."""
    ledger.program("mailbox.send", _("The mail program"))
    ledger.deed("mailbox.deliver", _("to deliver them"))
    ledger.deed("mailbox.read", _("to read one, and see whether it arrived"))
    ledger.deed("mailbox.find", _("to see which of them left, and when"))
    rights.batches(Message, "entry")
