"""What the mailbox does by the clock."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from leadrush import gate
from leadrush.mailbox import sending
from leadrush.mailbox.models import Link, Message, State
from leadrush.vault import rekeying


@gate.task("mailbox.send", use="mailbox.deliver", every=1)
def send() -> None:
    """Send what is due. Clause `messages`."""
    while sending.send() >= sending.BATCH:
        pass


@gate.task("mailbox.clear", use="mailbox.deliver", every=3600)
def clear() -> None:
    """Erase the sealed copies whose days are over, and links that lead nowhere. Clause `messages`."""
    now = timezone.now()
    term = gate.force().term("lr:Message", "mailbox.deliver")
    days = term.retention.days if term else None
    if days is not None:
        settled = Message.objects.exclude(state__in=[State.WAITING, State.LEAVING])
        over = settled.filter(moved_at__lt=now - timedelta(days=days))
        with transaction.atomic():
            rekeying.due(*over.values_list("person", flat=True).distinct())
            over.delete()
    Link.objects.filter(expires_at__lt=now).delete()
