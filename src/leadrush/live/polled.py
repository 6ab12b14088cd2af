"""Being in a room without a socket: each look is a ping, and keeps the seat."""

from __future__ import annotations

from typing import Any

from leadrush import gate
from leadrush.live import entering, showing, texts
from leadrush.live.answering import NotLetIn
from leadrush.live.models import Guest
from leadrush.live.tickets import Ticket

CHAIR = "polled"


def look(ticket: Ticket) -> dict[str, Any]:
    """Return a room's state for who holds a ticket, and note that they are here. Raises `NotLetIn`.

    Whoever has a window with a socket, too, keeps that one: looking takes no seat from it.
    """
    with gate.using("live.room", what="live.state"):
        taken = Guest.objects.filter(pk=ticket.guest).values_list("chair", flat=True).first()
    try:
        guest = entering.sit(ticket=ticket, chair=taken or CHAIR)
        return showing.state(guest=guest.pk)
    except NotLetIn as word:
        if word.code == "over":
            texts.forget(ticket.room)
            showing.forget(ticket.room)
        raise
