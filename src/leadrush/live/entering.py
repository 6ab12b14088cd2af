"""Entering a live room: who may, what they are called there, and which of their windows is in it."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from leadrush import gate, vault
from leadrush.live import lasting, occasions, staying, telling, tickets
from leadrush.live.answering import NotLetIn, NotTaken
from leadrush.live.models import Guest, Role, Room
from leadrush.vault import cards
from leadrush.vault.models import Giving, Person
from leadrush.vault.turns import begins_again, hold_living

USE = "live.room"
FORM = "live.enter"
LONGEST = 60


def room_of(about: str) -> Room:
    """Return the room of an occasion, made when it is first asked for. Raises `LookupError`."""
    occasions.of(about)
    return Room.objects.get_or_create(about=about)[0]


def read_name(text: str) -> str:
    """Return a chosen name as it is shown: 1 to 60 characters, none that cannot be seen or that turns the
    direction of what follows. Raises `NotTaken`, and `cards.CardNumber` for the number of a card."""
    kept = "".join(" " if sign.isspace() else sign for sign in unicodedata.normalize("NFC", text))
    # Joiners make emoji and some scripts readable; every other control, format and unassigned sign goes.
    seen = (sign for sign in kept if sign in "\u200c\u200d" or unicodedata.category(sign)[0] != "C")
    name = " ".join("".join(seen).split()).strip("\u200c\u200d ")
    if not name:
        raise NotTaken("name", _("Write what you want to be called here."))
    if len(name) > LONGEST:
        raise NotTaken("name", _("A name here has at most %(most)d characters.") % {"most": LONGEST})
    cards.refuse(name)
    return name


def offered(room: Room) -> str:
    """Return the name that somebody is offered who chose none: `Guest 31`."""
    with gate.using(USE, what=FORM):
        number = Guest.objects.filter(room=room).count() + 1
    return _("Guest %(number)d") % {"number": number}


@begins_again
def enter(*, room: Room, person: Person, name: str = "") -> Guest:
    """Give somebody their seat in a room, or the one that they have, by another name if they chose one.

    Who may host comes as one. Twice is once. Raises `NotLetIn` for who is not registered, or was removed,
    `NotTaken` for a name that is none, and `evidence.Stopped` while `live-room` is broken.
    """
    may_host = occasions.hosts(room.about, person)
    seat = None if may_host else occasions.seat_of(room.about, person)
    demand_let_in(room, seat, may_host=may_host)
    chosen = read_name(name) if name.strip() else ""
    with transaction.atomic(), gate.using(USE, what=FORM):
        hold_living(person.pk)
        guest: Guest | None = _guests().filter(room=room, person=person).first()
        if guest is None:
            does = _begins_as(room, person, may_host=may_host)
            guest = _new(room, person, seat, chosen or offered(room), does)
        elif guest.removed_at is not None:
            raise _removed()
        else:
            _bring_up_to_date(guest, chosen, may_host=may_host)
    return guest


def demand_let_in(room: Room, seat: Giving | None, *, may_host: bool, role: str = "") -> None:
    """Raise `NotLetIn` for somebody who may not enter now."""
    if room.is_over:
        raise NotLetIn("over", _("This is over."))
    if role == Role.HOST and not may_host:
        raise NotLetIn("host", _("Only those who hold this can come in here."))
    if not may_host and seat is None:
        raise NotLetIn(
            "seat", _("There is no seat for you here. Register first, or use the link in your mail.")
        )


def _removed() -> NotLetIn:
    return NotLetIn("removed", _("You were taken out of this room by who holds it."))


def _begins_as(room: Room, person: Person, *, may_host: bool) -> Role:
    if may_host:
        return Role.HOST
    return Role.COHOST if occasions.helps(room.about, person) else Role.GUEST


def _new(room: Room, person: Person, seat: Giving | None, name: str, role: Role) -> Guest:
    over = occasions.of(room.about).ends_at
    giving = vault.give(
        person=person,
        where=FORM,
        clause=lasting.CLAUSE,
        about=room.about,
        confirmed=seat is None or seat.confirmed,
        lapses_at=lasting.lapses_at(over),
    )
    guest = Guest(person=person, giving=giving, room=room, name=name, role=role)
    guest.save()
    return guest


def _bring_up_to_date(guest: Guest, name: str, *, may_host: bool) -> None:
    """Take a new name, and what somebody may do who became staff, or is none any more, since they came."""
    does = guest.role
    if may_host:
        does = Role.HOST
    elif not may_host and does == Role.HOST:
        does = Role.GUEST
    if (name or guest.name, does) != (guest.name, guest.role):
        guest.name, guest.role = name or guest.name, does
        guest.save(update_fields=["name", "role"])
        _tell_name(guest)


def _tell_name(guest: Guest) -> None:
    telling.tell(guest.room_id, "name", guest=guest.pk, name=guest.name, role=guest.role)


def seated(key: int, *, hosts: bool = False) -> Guest:
    """Return somebody who is in a room, with room and giving, under the use in force.

    Raises `NotLetIn` where they are not any more, the room is over, or (`hosts`) they do not hold it.
    """
    guest: Guest | None = _guests().filter(pk=key).first()
    if guest is None or guest.giving.ended_at is not None:
        raise NotLetIn("seat", _("You have no seat here any more."))
    if guest.removed_at is not None:
        raise _removed()
    if guest.room.is_over:
        raise NotLetIn("over", _("This is over."))
    if hosts and not guest.may_host:
        raise NotTaken("host", _("Only those who hold this can do that."))
    return guest


def rename(*, guest: int, name: str) -> None:
    """Take another name. Raises as `read_name` does."""
    chosen = read_name(name)
    with transaction.atomic(), gate.using(USE, what="live.name"):
        there = seated(guest)
        if there.name != chosen:
            there.name = chosen
            there.save(update_fields=["name"])
            _tell_name(there)


def still_in(ticket: tickets.Ticket, guest: Guest | None = None) -> Guest:
    """Return who holds a ticket, with room and giving, where they still may be there; under the use in force.

    Asks for their seat again, or for their right to hold it. `guest` is their row where it was just read.
    Raises `NotLetIn`.
    """
    guest = guest or seated(ticket.guest)
    if guest.person_id != ticket.person:
        raise NotLetIn("ticket", _("This page cannot be let in. Load it again."))
    person = Person.objects.get(pk=guest.person_id)
    may_host = occasions.hosts(guest.room.about, person)
    seat = None if may_host else occasions.seat_of(guest.room.about, person)
    demand_let_in(guest.room, seat, may_host=may_host, role=guest.role if guest.may_host else ticket.role)
    return guest


def sit(*, ticket: tickets.Ticket, chair: str) -> Guest:
    """Let one of somebody's windows be the one that is in the room; any other is told so and closed.

    Asks again whether they still may be there, and notes that they came. Raises `NotLetIn`.
    """
    with gate.using(USE, what="live.sit"):
        guest = still_in(ticket)
        with transaction.atomic():
            guest.chair = chair
            guest.save(update_fields=["chair"])
            staying.came(guest)
            telling.look_again(guest.room_id, guest.pk)
    return guest


def _guests() -> Any:
    return Guest.objects.select_related("room", "giving")
