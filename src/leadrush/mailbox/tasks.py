"""What the mailbox does by the clock."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from leadrush import gate
from leadrush.mailbox import sending
from leadrush.mailbox.keeping import over
from leadrush.mailbox.models import Link
from leadrush.vault import clocks, rekeying


@gate.task("mailbox.send", use="mailbox.deliver", every=1)
def send() -> None:
    """Send what is due. Clause `messages`."""
    while sending.send() >= sending.BATCH:
        pass


@gate.task("mailbox.clear", use="mailbox.deliver", every=3600)
def clear() -> None:
    """Erase the sealed copies whose days are over, and links that lead nowhere. Clause `messages`."""
    if not clocks.right():
        return
    now = timezone.now()
    gone = over(now)
    with transaction.atomic():
        rekeying.due(*gone.values_list("person", flat=True).distinct())
        gone.delete()
    Link.objects.filter(expires_at__lt=now).delete()
