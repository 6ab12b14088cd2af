"""Until when a message's sealed copy is kept, by clause `messages`: of the version that it was sent under and
the one in force, the one that says fewer days counts."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from leadrush import gate, statement
from leadrush.gate.versions import version_of
from leadrush.mailbox.models import Message, State

NEEDS = (("lr:Message", "mailbox.deliver"), ("lr:Message", "mailbox.look"))


def over(now: datetime) -> QuerySet[Message]:
    """Return the messages whose days were over at this moment; what waits or leaves is not over."""
    settled = Message.objects.exclude(state__in=[State.WAITING, State.LEAVING])
    which = Q(pk__in=())
    for key in settled.order_by().values_list("giving__version", flat=True).distinct():
        days = statement.kept(given=version_of(key), force=gate.force(), needs=NEEDS).get("sending")
        if days is not None:
            which |= Q(giving__version=key, moved_at__lt=now - timedelta(days=days))
    return settled.filter(which)
