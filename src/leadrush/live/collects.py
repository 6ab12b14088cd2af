"""What a live room takes, and the tables that hold nothing about anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from leadrush import vault
from leadrush.live import occasions
from leadrush.live.models import Appearance, Connection, Encoder, Guest, Inquiry, Line, Room, Stay
from leadrush.look import times as home
from leadrush.vault.collects import Collects, Sealed


def _titles(rooms: set[Room]) -> dict[int, str]:
    found = {}
    for room in rooms:
        try:
            found[room.pk] = occasions.of(room.about).title
        except LookupError:
            found[room.pk] = said("A live room")
    return found


def _guest(rows: list[Guest]) -> Mapping[Any, str]:
    titles = _titles({row.room for row in rows})
    return {row.pk: f"{titles[row.room_id]}: {row.name} ({row.get_role_display()})" for row in rows}


def _stay(rows: list[Stay]) -> Mapping[Any, str]:
    titles = _titles({row.guest.room for row in rows})
    return {
        row.pk: said("%(title)s: came %(came)s, left %(left)s")
        % {
            "title": titles[row.guest.room_id],
            "came": home.when(row.came_at),
            "left": home.when(row.left_at),
        }
        for row in rows
    }


def _connection(rows: list[Connection]) -> Mapping[Any, str]:
    titles = _titles({row.room for row in rows})
    return {
        row.pk: f"{titles[row.room_id]}: {row.get_what_display()}, {home.when(row.made_at)}" for row in rows
    }


def _encoder(rows: list[Encoder]) -> Mapping[Any, str]:
    titles = _titles({row.room for row in rows})
    return {row.pk: titles[row.room_id] for row in rows}


def _appearance(rows: list[Appearance]) -> Mapping[Any, str]:
    titles = _titles({row.room for row in rows})
    return {row.pk: f"{titles[row.room_id]}, {home.when(row.at)}" for row in rows}


def _line(rows: list[Line]) -> Mapping[Any, str]:
    return _opened(rows, Line.CONTEXT, "lr:RoomTalk")


def _inquiry(rows: list[Inquiry]) -> Mapping[Any, str]:
    asked = _opened(rows, Inquiry.CONTEXT, "lr:Inquiry")
    return {row.pk: f"{asked[row.pk]} – {row.reply}" if row.reply else asked[row.pk] for row in rows}


def _opened(rows: list[Any], context: str, category: str) -> Mapping[Any, str]:
    pairs = [(row.person_id, row.sealed) for row in rows]
    texts = vault.unseal(pairs, context=context, category=category, what="rights.see")
    return {row.pk: text for row, text in zip(rows, texts, strict=True)}


# In the order in which they rest on each other: erasing goes backwards.
COLLECTS = [
    Collects(
        model=Guest,
        categories=("lr:RoomName",),
        clause="live-room",
        title=_("Your seat in a live room"),
        fields={
            "room": _("Which room"),
            "role": _("What you did there"),
            "name": _("What you were called there"),
            "chair": _("Which of your windows was in it"),
            "hand_at": _("When you put your hand up"),
            "muted_at": _("When the host muted you"),
            "removed_at": _("When the host took you out"),
            "at": _("When you first came"),
        },
        loses=_("What you said and asked there, and the hours you were there, go with it."),
        shows=_guest,
        related=("room",),
    ),
    Collects(
        model=Stay,
        categories=("lr:Attendance",),
        clause="live-room",
        title=_("When you were in a live room"),
        fields={
            "guest": _("In which seat"),
            "came_at": _("When you came"),
            "left_at": _("When you left"),
            "corrected_at": _("When you corrected it"),
        },
        shows=_stay,
        related=("guest__room",),
    ),
    Collects(
        model=Connection,
        categories=("lr:Attendance",),
        clause="live-room",
        title=_("A connection of your browser with a live room"),
        fields={
            "room": _("With which room"),
            "guest": _("In which seat"),
            "what": _("Whether you watched, or were seen and heard"),
            "machine": _("With which machine it was made"),
            "handle": _("What the media server calls it"),
            "made_at": _("When it was made"),
            "seen_at": _("When your browser last said that it is there"),
            "up_at": _("Since when you could be seen and heard"),
            "offered_at": _("Since when an offer to your browser waits for its answer"),
            "busy_until": _("Until when the site speaks about it with the media server"),
            "ended_at": _("When it ended"),
            "why": _("Why it ended"),
            "gone": _("Whether the media server knows that it ended"),
            "program": _("Whether it was a program such as OBS, and not your browser"),
        },
        shows=_connection,
        related=("room",),
    ),
    Collects(
        model=Encoder,
        categories=("lr:Attendance",),
        clause="live-room",
        title=_("A program such as OBS from which you present"),
        fields={
            "room": _("In which room"),
            "guest": _("From which seat"),
            "nonce": _("A random word of which its key is made"),
            "client": _("The number of its connection"),
            "source": _("What its stream is called on this machine"),
            "began_at": _("Since when it sends"),
            "seen_at": _("When it last sent"),
        },
        loses=_("Its key ends, and what it sends is not shown any more."),
        shows=_encoder,
        related=("room",),
    ),
    Collects(
        model=Appearance,
        categories=("lr:RoomRecording",),
        clause="live-recording",
        title=_("You in the recording of a live room"),
        fields={
            "room": _("Of which room"),
            "word": _("The number that you have in the recording"),
            "at": _("When you agreed"),
            "shown_at": _("When you agreed that others see it, too"),
        },
        loses=_("The recording is made anew without you, or is taken down where that cannot be done."),
        shows=_appearance,
        related=("room",),
    ),
    Collects(
        model=Line,
        categories=("lr:RoomTalk",),
        clause="live-chat",
        title=_("What you said in a chat"),
        fields={
            "room": _("In which room"),
            "guest": _("In which seat"),
            "sealed": _("Your words, sealed"),
            "once": _("A number by which your browser sent it once"),
            "at": _("When"),
            "hidden_at": _("When the host hid it"),
        },
        sealed=(Sealed("sealed", Line.CONTEXT),),
        shows=_line,
    ),
    Collects(
        model=Inquiry,
        categories=("lr:Inquiry",),
        clause="live-questions",
        title=_("A question of yours to a host"),
        fields={
            "room": _("In which room"),
            "guest": _("In which seat"),
            "sealed": _("Your question, sealed"),
            "named": _("Whether your name was shown"),
            "state": _("Whether it was answered"),
            "votes": _("How many wished for it"),
            "reply": _("What the host answered in writing"),
            "once": _("A number by which your browser sent it once"),
            "at": _("When"),
        },
        sealed=(Sealed("sealed", Inquiry.CONTEXT),),
        shows=_inquiry,
    ),
]

GROUND = {
    "live.Vote": "an answer to a poll that is open, under a digest that nobody can undo without its secret",
    "live.Support": "a vote for a question that is not answered, under such a digest",
    "live.Branch": "what of a room is watched at which machine; who is seen stands there by numbers of seats",
    "live.Recording": (
        "how far a room’s film is, its chapters, and what its host wrote down that is said in it; who is in "
        "it stands there by the numbers of their seats"
    ),
    "live.Secret": "what those digests are made with, in the keys database, destroyed when they are counted",
}

NOTHING = {
    "live.Machine": "a machine that carries live rooms, and how many watch there",
    "live.Room": "what a live room shows and whether it is on; who is in it is in live.Guest",
    "live.Turn": "which page of its slides a live room showed from when on",
    "live.Poll": "what a host asks everybody",
    "live.Option": "a poll's answers, and how many chose each",
}
