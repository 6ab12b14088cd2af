"""The mailbox's promise, broken by hand in the database."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from leadrush import gate
from leadrush.mailbox.models import Message, State


def a_message_is_stuck() -> None:
    """A message waits that nobody takes up."""
    with gate.using("house.keep"):
        stuck = Message.objects.filter(template="webinars.confirmation").order_by("made_at")[:1]
        hour = timezone.now() - timedelta(hours=1)
        Message.objects.filter(pk__in=list(stuck.values_list("pk", flat=True))).update(
            state=State.WAITING, next_at=hour
        )


WAYS = {"messages": a_message_is_stuck}
