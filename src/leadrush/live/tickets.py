"""Tickets: short signed words by which a socket, or an offer of sound and picture, is opened for somebody.

A ticket says who sits in which room, in which role, and is good for two minutes; whoever stays gets a new one
at each ping. It travels in a message or a header, never in an address.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.core import signing
from django.utils.translation import gettext as _

from leadrush.live.answering import NotLetIn
from leadrush.live.models import HOSTING, Guest

GOOD_FOR = 120
"""Seconds."""
SALT = "leadrush.live.ticket"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who sits where, as it was when the ticket was issued: keys of the guest and the room, the person."""

    guest: int
    room: int
    about: str
    person: uuid.UUID
    role: str

    @property
    def hosts(self) -> bool:
        """Whether it lets somebody do what hosts do."""
        return self.role in HOSTING


def issue(guest: Guest) -> str:
    """Return a new ticket for somebody's seat; its room has to be at hand."""
    said = [guest.pk, guest.room_id, guest.room.about, guest.person_id.hex, guest.role]
    return signing.dumps(said, salt=SALT)


def again(ticket: Ticket) -> str:
    """Return a new ticket for whoever holds this one, whose seat was asked for since."""
    return signing.dumps([ticket.guest, ticket.room, ticket.about, ticket.person.hex, ticket.role], salt=SALT)


def read(text: str, about: str) -> Ticket:
    """Return what a ticket for this occasion says. Raises `NotLetIn` for one that is none, is too old, or is
    for another room."""
    try:
        guest, room, where, person, role = signing.loads(text, salt=SALT, max_age=GOOD_FOR)
    except signing.SignatureExpired:
        raise NotLetIn("expired", _("This page waited too long. Load it again.")) from None
    except (signing.BadSignature, ValueError, TypeError):
        raise NotLetIn("ticket", _("This page cannot be let in. Load it again.")) from None
    if where != about:
        raise NotLetIn("elsewhere", _("This page is for another room. Load it again."))
    return Ticket(guest, room, where, uuid.UUID(person), role)
