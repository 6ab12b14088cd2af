"""Connecting browsers with the media server: who may publish or watch, asked again at every ping.

What the media server answers is written down in one row a connection, so that any process serves what comes
next. While it is asked nothing is held; whatever changed meanwhile is looked at before the row is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate
from leadrush.live import agreeing, branches, crowding, entering, media, naming, placing, settling, tickets
from leadrush.live.answering import NotLetIn, NotTaken
from leadrush.live.models import HOSTING, Connection, Guest, Role, Room, RoomState
from leadrush.live.plane.provider import (
    Gone,
    Handle,
    Health,
    Offer,
    Picture,
    Provider,
    Refused,
    Watching,
    Why,
)
from leadrush.vault.turns import begins_again, hold_living

USE = "live.room"
WATCH = Connection.What.WATCH
PUBLISHING = (*HOSTING, Role.SPEAKER)
OPEN = (RoomState.GREEN, RoomState.LIVE, RoomState.PAUSED)
SHOWN = (RoomState.LIVE, RoomState.PAUSED)
MOST = 10
"""Who may publish at once in one room, each screen counted beside its camera."""
SPOKEN_OF = timedelta(seconds=30)
"""After that a process that speaks with the media server about a connection is taken for dead."""
UNANSWERED = timedelta(seconds=15)
"""How long an offer waits for its answer before that browser has to join again."""

Answer = TypeVar("Answer")
WORDS: dict[Why, Callable[[], tuple[str, str]]] = {
    Why.FULL: lambda: ("full", _("The stage is full. Somebody has to leave it first.")),
    Why.TAKEN: lambda: ("busy", _("You are connecting in another window just now. Try again in a moment.")),
    Why.NOBODY: lambda: ("nobody", _("Nobody is to be seen yet.")),
    Why.UNREADABLE: lambda: ("sdp", _("Your browser’s description of its connection cannot be read.")),
    Why.WAITING: lambda: ("busy", _("An answer of your browser is still on its way. Try again in a moment.")),
    Why.OTHER: lambda: ("refused", _("The media server does not do that. Load the page again.")),
}


@dataclass(frozen=True, slots=True)
class Pinged:
    """Whose connection it is, how it does, how much goes over it (kilobits a second), under which words those
    publish who are watched over it, and an offer to answer where they are others than before."""

    guest: Guest
    health: Health
    kbits: int
    words: list[str]
    offer: Offer | None


def publish(
    *,
    ticket: tickets.Ticket,
    sdp: str,
    what: str,
    recorded: bool = False,
    shown: bool = False,
    program: bool = False,
) -> tuple[int, str]:
    """Let somebody on stage publish camera or screen; return the connection and the SDP that answers.

    `recorded` is their yes to being recorded where the room is, `shown` the one to others seeing it;
    `program` says that OBS sends it. The same person from another window or device takes over. Raises
    `NotLetIn`, `NotTaken`, `machine.NotSet`, `Unreachable`.
    """
    with gate.using(USE, what="live.publish"):
        guest = entering.still_in(ticket)
        _demand_stage(guest)
        if recorded and guest.room.recorded:
            agreeing.agree(guest, shown=shown)
        agreeing.demand(guest)
        with media.provider(placing.home(guest.room)) as provider, _in_words():
            room = naming.room(guest.room)
            made = _in_room(
                provider,
                guest.room,
                lambda: provider.publish(room, naming.participant(guest.pk, what), sdp, take_over=True),
            )
        return _keep(guest, what, made.handle, program=program), made.sdp


def watch(*, ticket: tickets.Ticket) -> tuple[int, Offer]:
    """Let somebody watch all who publish but themselves; return the connection and the offer to answer.

    Raises as `publish` does; `NotTaken` of the code `nobody` while nobody publishes, `crowd` where as many
    watch as the site lets.
    """
    with gate.using(USE, what="live.watch"):
        guest = entering.still_in(ticket)
        _demand_shown(guest)
        stands = placing.standing(guest.room)
        machine = _place(guest, stands)
        words = _words(guest)
        if not guest.room.provider_room or not stands or not words:
            raise NotTaken(*WORDS[Why.NOBODY]())
        with _in_words():
            if machine != stands:
                made = branches.watch(guest, machine)
            else:
                made = _watch_at_home(guest.room, stands, words)
        return _keep(guest, WATCH, made.handle, offered=True), made.offer


def answer(*, ticket: tickets.Ticket, connection: int, sdp: str) -> None:
    """Take a browser's answer to the last offer. Raises `Gone`, and as `publish` does."""
    with gate.using(USE, what="live.watch"):
        row = _mine(ticket, connection)
        _still(row, ticket)
        with _speaking(row) as done, media.provider(row.machine) as provider, _in_words(), _noting_end(row):
            provider.answer(Handle.of(row.handle), sdp)
            done["offered_at"] = None


def ping(*, ticket: tickets.Ticket, connection: int) -> Pinged:
    """Keep a connection for a minute, ask again whether its person may have it, and say how it does.

    Raises `Gone` where it is no more and may be made anew; `NotLetIn` where they may not, and then it ends.
    """
    with gate.using(USE, what="live.ping"):
        row = _mine(ticket, connection)
        guest = _still(row, ticket)
        with _speaking(row) as done, media.provider(row.machine) as provider, _in_words(), _noting_end(row):
            handle = Handle.of(row.handle)
            health = provider.alive(handle)
            done["seen_at"] = timezone.now()
            offer, words = None, [] if row.publishes else _words(guest)
            if row.publishes and health.up and row.up_at is None:
                done["up_at"] = timezone.now()
            elif not row.publishes and handle.room != guest.room.provider_room:
                if not branches.shows(guest.room, handle.room):
                    raise Gone("Others are to be seen than it has.")
            elif not row.publishes:
                offer = _retune(provider, handle, row, words)
                if offer is not None:
                    done["offered_at"] = timezone.now()
        if "up_at" in done:
            with transaction.atomic():
                settling.tell(guest.room_id)
        kbits = health.kbits_in if row.publishes else health.kbits_out
        return Pinged(guest, health, kbits, words, offer)


def picture(*, ticket: tickets.Ticket, connection: int, size: Picture) -> None:
    """Send whoever watches over a connection so much of the pictures, until the next offer. Raises as
    `answer` does, and `NotTaken` for who watches a branch: Janus 1.1 sends all of that, or nothing."""
    with gate.using(USE, what="live.watch"):
        row = _mine(ticket, connection)
        guest = _still(row, ticket)
        if row.machine != placing.standing(guest.room):
            raise NotTaken("picture", _("The picture cannot be made smaller just now: many watch this room."))
        if not row.publishes:
            with _speaking(row), media.provider(row.machine) as provider, _in_words(), _noting_end(row):
                provider.picture(Handle.of(row.handle), size)


def leave(*, ticket: tickets.Ticket, connection: int) -> None:
    """End a connection; twice is once."""
    with gate.using(USE, what="live.leave"), transaction.atomic():
        settling.end(Connection.objects.filter(pk=connection, guest=ticket.guest), "left")


# --- who may ----------------------------------------------------------------------------------------------


def _demand_stage(guest: Guest) -> None:
    if guest.role not in PUBLISHING:
        raise NotLetIn("role", _("Only those on stage can be seen and heard. Put your hand up."))
    if guest.room.state not in OPEN:
        raise NotTaken("state", _("This room is not open yet."))


def _demand_shown(guest: Guest) -> None:
    if guest.room.state not in (OPEN if guest.may_host else SHOWN):
        raise NotTaken("state", _("This has not begun yet."))


def _place(guest: Guest, stands: str) -> str:
    """Return at which machine somebody watches. Raises `NotTaken` where none has place."""
    machine = placing.watched_at(guest, stands) if stands else ""
    if machine is None:
        words = _("Many are here. You see it some seconds later than the others.")
        raise NotTaken("crowd", words, hls=crowding.address(guest))
    return machine


def _may(row: Connection, ticket: tickets.Ticket) -> Guest:
    """Return whose connection it is where they still may have one like it. Raises `NotLetIn`, `NotTaken`."""
    guest = entering.still_in(ticket)
    if row.publishes:
        _demand_stage(guest)
        agreeing.demand(guest)
    else:
        _demand_shown(guest)
    return guest


def _still(row: Connection, ticket: tickets.Ticket) -> Guest:
    """Return whose connection it is where they still may have it; else end it, and raise why."""
    try:
        return _may(row, ticket)
    except NotTaken as word:
        with transaction.atomic():
            settling.end(Connection.objects.filter(pk=row.pk), word.code[:10])
        raise


def _words(guest: Guest) -> list[str]:
    """Return under which words those publish whom somebody watches: who is on stage, and not themselves, but
    for what they send from elsewhere, by OBS."""
    rows = Connection.objects.filter(room=guest.room, ended_at=None, guest__role__in=PUBLISHING)
    rows = rows.filter(guest__removed_at=None).exclude(what=WATCH).exclude(guest=guest, program=False)
    return [
        naming.participant(key, what) for key, what in rows.order_by("pk").values_list("guest_id", "what")
    ]


# --- speaking with the media server -----------------------------------------------------------------------


@contextmanager
def _in_words() -> Iterator[None]:
    """Say in words what the media server refuses. Raises `NotTaken`."""
    try:
        yield
    except Refused as refused:
        raise NotTaken(*WORDS[refused.why]()) from None


def _in_room(provider: Provider, room: Room, act: Callable[[], Answer]) -> Answer:
    """Do something in a room that is made where it does not stand, also when it goes in between."""
    for left in (1, 0):
        provider.open(naming.room(room), publishers=MOST, recording=settling.is_recorded(room))
        try:
            return act()
        except Gone:
            if not left:
                raise
    raise AssertionError("unreachable")


def _watch_at_home(room: Room, stands: str, words: list[str]) -> Watching:
    with media.provider(stands) as provider:
        try:
            return provider.watch(room.provider_room, words)
        except Gone:  # the media server was started anew, and nobody is back yet
            raise Refused(Why.NOBODY, "The room is not there.") from None


def _retune(provider: Provider, handle: Handle, row: Connection, words: list[str]) -> Offer | None:
    try:
        return provider.retune(handle, words)
    except Refused as refused:
        if refused.why is not Why.WAITING:
            raise
        if row.offered_at is not None and row.offered_at > timezone.now() - UNANSWERED:
            return None
        raise Gone("Its offer was never answered.") from None


# --- rows -------------------------------------------------------------------------------------------------


def _mine(ticket: tickets.Ticket, connection: int) -> Connection:
    """Return a connection of whoever holds the ticket. Raises `Gone`, or `NotLetIn` where another window of
    theirs has taken over, or they may not have it any more."""
    row: Connection | None = Connection.objects.filter(pk=connection, guest=ticket.guest).first()
    if row is None or row.person_id != ticket.person:
        raise Gone("There is no such connection.")
    if row.why == "taken":
        newer = Connection.objects.filter(guest=row.guest_id, what=row.what, ended_at=None).first()
        if newer is not None and newer.program:
            raise NotLetIn("taken", _("OBS shows you now. End it there, or press the camera here again."))
        raise NotLetIn("taken", _("You are in this room in another window now. You can come back here."))
    if row.ended_at is not None:
        _may(row, ticket)
        raise Gone("It was ended.")
    return row


@contextmanager
def _speaking(row: Connection) -> Iterator[dict[str, Any]]:
    """Be the only one who speaks with the media server about a connection; write down what the block notes.

    Raises `NotTaken` while another process does.
    """
    now = timezone.now()
    free = Connection.objects.filter(pk=row.pk).filter(Q(busy_until=None) | Q(busy_until__lt=now))
    if not free.update(busy_until=now + SPOKEN_OF):
        raise NotTaken("busy", _("Your browser asks twice at once. Try again in a moment."))
    done: dict[str, Any] = {}
    try:
        yield done
    finally:
        Connection.objects.filter(pk=row.pk).update(busy_until=None, **done)


@contextmanager
def _noting_end(row: Connection) -> Iterator[None]:
    """Write down where the media server has let go of a connection."""
    try:
        yield
    except Gone:
        with transaction.atomic():
            settling.end(Connection.objects.filter(pk=row.pk), "gone")
        raise


def _keep(guest: Guest, what: str, handle: Handle, *, offered: bool = False, program: bool = False) -> int:
    """Write a new connection down in the place of the one that its person had; return its key.

    Where they may not have it any more since it was asked for, it ends, and that is raised.
    """
    try:
        return _write(guest, what, handle, offered=offered, program=program)
    except BaseException:
        with media.provider(handle.host) as provider:
            settling.remove(provider, handle.plain())
        raise


@begins_again
def _write(guest: Guest, what: str, handle: Handle, *, offered: bool, program: bool) -> int:
    with transaction.atomic():
        hold_living(guest.person_id)
        there = entering.seated(guest.pk)
        if what == WATCH:
            _demand_shown(there)
        else:
            _demand_stage(there)
        settling.end(Connection.objects.filter(guest=there, what=what), "taken")
        row = Connection(
            person_id=there.person_id,
            giving=there.giving,
            room=there.room,
            guest=there,
            what=what,
            machine=handle.host,
            handle=handle.plain(),
            offered_at=timezone.now() if offered else None,
            program=program,
        )
        row.save()
    return int(row.pk)


def shown(offer: Offer) -> list[dict[str, Any]]:
    """Return what an offer shows, for a page: its parts with whose they are, camera or screen."""
    return [{"mid": one.mid, "kind": one.kind, **whose(one.participant)} for one in offer.tracks]


def whose(word: str) -> dict[str, Any]:
    """Return whose word that is, for a page: a guest, and camera or screen."""
    guest, what = naming.read(word)
    return {"guest": guest, "what": what}
