"""The checks that count whether the mailbox's clause is kept. Run under `accountability.check`."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.gate import evidence
from leadrush.gate.evidence import Count
from leadrush.mailbox.keeping import over
from leadrush.mailbox.models import Message, State

GRACE = timedelta(minutes=10)
LATE = timedelta(hours=2)
"""The program that erases them comes each hour."""


@evidence.check(
    words=_("%(missed)s of %(of)s messages are stuck, or kept beyond their days."),
    mend=_("See in the outbox which message waits and why, and whether the worker runs."),
)
def messages_go_when_due() -> Count:
    """Count messages that should have left or been erased and were not. Clause `messages`."""
    now = timezone.now()
    stuck = Message.objects.filter(state__in=[State.WAITING, State.LEAVING], next_at__lt=now - GRACE)
    kept = over(now - LATE)
    return Count(stuck.count() + kept.count(), Message.objects.count())
