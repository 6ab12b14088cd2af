"""What a room does: green, live, paused, over; and what it shows, by the word of who holds it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate
from leadrush.live import (
    agreeing,
    asking,
    counted,
    occasions,
    others,
    placing,
    polling,
    settling,
    slides,
    telling,
    texts,
)
from leadrush.live.answering import NotTaken
from leadrush.live.closing import OVER
from leadrush.live.entering import seated
from leadrush.live.models import Connection, Encoder, Guest, Inquiry, Role, Room, RoomState
from leadrush.media import films

USE = "live.host"
LEFT_OPEN = timedelta(hours=6)
"""How long after its event a room that nobody ended stays open."""
SLOWEST = 600
GOES: dict[str, tuple[str, ...]] = {
    RoomState.GREEN: (RoomState.PLANNED,),
    RoomState.LIVE: (RoomState.PLANNED, RoomState.GREEN, RoomState.PAUSED),
    RoomState.PAUSED: (RoomState.LIVE,),
    RoomState.OVER: (RoomState.PLANNED, RoomState.GREEN, RoomState.LIVE, RoomState.PAUSED),
}
"""From where a room comes to each state."""


def facts(room: Room) -> dict[str, Any]:
    """Return a room as everybody in it gets it."""
    return {
        "state": room.state,
        "live_at": room.live_at,
        "ended_at": room.ended_at,
        "recorded": room.recorded,
        "chat": room.chat,
        "slow": room.slow,
        "slide": room.slide,
        "pages": room.pages,
        "slides": slides.path(room),
        "offer": room.offer,
        "film": _film(room),
    }


def _film(room: Room) -> dict[str, Any] | None:
    """Return the recording that a room shows: its address, empty where it may not be shown just now, its
    seconds, whether it has captions, its slides in time; None for a room that shows none."""
    if not room.film:
        return None
    film = films.find(room.film)
    if film is None:
        return {"src": "", "seconds": 0, "captions": False, "slides": []}
    return {
        "src": films.link(film),
        "seconds": film.seconds,
        "captions": bool(film.transcript),
        "slides": [{"second": one.second, "page": one.page, "src": one.src} for one in film.slides],
    }


def go(*, guest: int, state: str) -> None:
    """Bring the room into another state, as who holds it. Twice is once. Raises `NotTaken` where there is no
    way from the state that it is in."""
    to = RoomState(state)
    with transaction.atomic(), gate.using(USE, what="live.stage"):
        there = seated(guest, hosts=True)
        room = _held(there.room)
        if room.state == to:
            return
        if room.state not in GOES.get(to, ()):
            raise NotTaken("state", _("That cannot be done now."))
        if to == RoomState.OVER:
            end(room)
            return
        if occasions.of(room.about).film:
            raise NotTaken("state", _("A recording is shown here: it begins by itself, at its hour."))
        room.state = to
        if to == RoomState.LIVE:
            room.live_at = room.live_at or timezone.now()
        room.save(update_fields=["state", "live_at"])
        slides.note(room)
        telling.tell(room.pk, "room", **facts(room))
        settling.after(room)


def _held(room: Room) -> Room:
    return Room.objects.select_for_update().get(pk=room.pk)


def end(room: Room) -> None:
    """End a room, which is held: polls and votes become numbers, secrets go, sockets close. Under any use
    that reads what is left in it."""
    polling.close_all(room)
    asking.count_up(list(Inquiry.objects.filter(room=room, state__in=asking.WAITING)))
    Guest.objects.filter(room=room).exclude(hand_at=None).update(hand_at=None)
    Guest.objects.filter(room=room, role=Role.SPEAKER).update(role=Role.GUEST)
    room.state, room.ended_at = RoomState.OVER, timezone.now()
    room.save(update_fields=["state", "ended_at"])
    telling.tell(room.pk, "room", close=OVER, **facts(room))
    settling.after(room)
    settling.end(Connection.objects.filter(room=room), "over")
    Encoder.objects.filter(room=room).delete()
    transaction.on_commit(lambda: counted.forget(room), robust=True)
    transaction.on_commit(lambda: texts.forget(room.pk))


def end_forgotten() -> int:
    """End the rooms whose event was over six hours ago, or is no more; return how many."""
    ended = 0
    for room in Room.objects.exclude(state=RoomState.OVER):
        try:
            over = occasions.of(room.about).ends_at
        except LookupError:
            over = room.made_at
        if over + LEFT_OPEN < timezone.now():
            with transaction.atomic():
                held = _held(room)
                if not held.is_over:
                    end(held)
                    ended += 1
    return ended


def set_up(
    *,
    guest: int,
    slow: int | None = None,
    chat: bool | None = None,
    slide: int | None = None,
    offer: str | None = None,
    recorded: bool | None = None,
    shown: bool | None = None,
) -> None:
    """Change what a room shows or lets be, as who holds it: seconds between lines (0 for none), whether there
    is chat, which page, which offer (a path of this site), whether it is recorded.

    Who lets it be recorded agrees to be in the recording; whoever else is on stage is asked. `shown` says
    whether others than those with a seat may see them in it."""
    with transaction.atomic(), gate.using(USE, what="live.stage"):
        there = seated(guest, hosts=True)
        room = _held(there.room)
        if slow is not None:
            room.slow = min(max(slow, 0), SLOWEST)
        if slide is not None:
            room.slide = min(max(slide, 0), room.pages)
        if offer is not None:
            if offer and (not offer.startswith("/") or offer.startswith("//") or len(offer) > 200):
                raise NotTaken("offer", _("An offer is a page of this site."))
            room.offer = offer
        room.chat = room.chat if chat is None else chat
        begins = bool(recorded) and not room.recorded
        if begins:
            placing.make_recordable(room)
        room.recorded = room.recorded if recorded is None else recorded
        room.save(update_fields=["slow", "chat", "slide", "offer", "recorded"])
        slides.note(room)
        telling.tell(room.pk, "room", **facts(room))
        if begins:
            agreeing.begin(there)
        if shown is not None:
            _show(there, on=shown, recorded=room.recorded)
        if recorded is not None:
            settling.after(room)


def _show(guest: Guest, *, on: bool, recorded: bool) -> None:
    if not on:
        others.take_back(guest)
    elif recorded:
        agreeing.agree(guest, shown=True)
    else:
        raise NotTaken("recorded", _("Let it be recorded first."))


def caption(*, guest: int, text: str) -> None:
    """Show a line of captions to everybody; it is not kept. For hosts, whose words they are."""
    line = " ".join(text.split())
    if not line or len(line) > 300:
        raise NotTaken("caption", _("A line of captions has 1 to 300 characters."))
    with gate.using(USE, what="live.caption"):
        there = seated(guest, hosts=True)
        telling.tell(there.room_id, "caption", text=line)
