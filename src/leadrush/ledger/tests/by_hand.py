"""The promise of the ledger, broken by hand in its database."""

from __future__ import annotations

from leadrush.ledger.models import Entry
from leadrush.ledger.tests import tampering


def an_entry_is_edited() -> None:
    """Somebody with the database lets an entry say that it was about something else."""
    entries = Entry.objects.using("ledger").exclude(use__in=["support.help", "webinars.host"])
    entry = entries.order_by("pk").first()
    assert entry is not None
    tampering.by_hand("UPDATE ledger_entry SET about = 'use:nothing' WHERE id = %s", entry.pk)


WAYS = {"ledger": an_entry_is_edited}
