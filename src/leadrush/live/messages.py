"""What a page may send over a room's socket: small JSON messages, each of a `kind`, read by their shape.

`ref` comes back with the answer, so that a page knows which of its messages was not taken.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

import msgspec
from django.utils.translation import gettext as _

from leadrush.live.answering import NotTaken

LARGEST = 16_384
"""Characters of one message; a line of 1,000 with every sign escaped is smaller."""

Key = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Text = Annotated[str, msgspec.Meta(max_length=8000)]


class Message(msgspec.Struct, tag_field="kind", frozen=True, kw_only=True):
    """What every message may have."""

    ref: Annotated[str, msgspec.Meta(max_length=40)] = ""


class Enter(Message, tag="enter", frozen=True, kw_only=True):
    """The first one: a ticket, and the version of the messages that the page speaks."""

    v: int
    ticket: Annotated[str, msgspec.Meta(max_length=1000)]


class Ping(Message, tag="ping", frozen=True, kw_only=True):
    """Still here; answered with a new ticket."""


class Name(Message, tag="name", frozen=True, kw_only=True):
    name: Text


class Say(Message, tag="say", frozen=True, kw_only=True):
    text: Text
    once: uuid.UUID


class Ask(Message, tag="ask", frozen=True, kw_only=True):
    text: Text
    once: uuid.UUID
    named: bool = False


class Wish(Message, tag="wish", frozen=True, kw_only=True):
    """A vote for a question, or none any more."""

    inquiry: Key
    wished: bool = True


class Answer(Message, tag="answer", frozen=True, kw_only=True):
    poll: Key
    option: Key


class React(Message, tag="react", frozen=True, kw_only=True):
    """A clap counts once; `follow` and `slower` stay until they are taken back."""

    what: Literal["clap", "follow", "slower"]
    on: bool = True


class Hand(Message, tag="hand", frozen=True, kw_only=True):
    up: bool = True


class Hide(Message, tag="hide", frozen=True, kw_only=True):
    line: Key


class Settle(Message, tag="settle", frozen=True, kw_only=True):
    inquiry: Key
    state: Literal["open", "now", "answered", "hidden"]


class Poll(Message, tag="poll", frozen=True, kw_only=True):
    text: Text
    options: Annotated[list[Text], msgspec.Meta(max_length=20)]
    shown: bool = True
    opens: bool = False


class OpenPoll(Message, tag="open_poll", frozen=True, kw_only=True):
    poll: Key


class ClosePoll(Message, tag="close_poll", frozen=True, kw_only=True):
    poll: Key


class ShowPoll(Message, tag="show_poll", frozen=True, kw_only=True):
    poll: Key
    shown: bool = True


class Stage(Message, tag="stage", frozen=True, kw_only=True):
    guest: Key
    on: bool = True


class Cohost(Message, tag="cohost", frozen=True, kw_only=True):
    guest: Key
    on: bool = True


class Mute(Message, tag="mute", frozen=True, kw_only=True):
    guest: Key
    muted: bool = True


class Remove(Message, tag="remove", frozen=True, kw_only=True):
    guest: Key


class People(Message, tag="people", frozen=True, kw_only=True):
    """Who is here, for a host."""


class Go(Message, tag="go", frozen=True, kw_only=True):
    state: Literal["green", "live", "paused", "over"]


class SetUp(Message, tag="set_up", frozen=True, kw_only=True):
    """What the room shows or lets be; what is left out stays."""

    slow: Annotated[int, msgspec.Meta(ge=0, le=600)] | None = None
    chat: bool | None = None
    slide: Annotated[int, msgspec.Meta(ge=0, le=9999)] | None = None
    offer: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    recorded: bool | None = None
    shown: bool | None = None


class Caption(Message, tag="caption", frozen=True, kw_only=True):
    text: Text


Any = (
    Enter
    | Ping
    | Name
    | Say
    | Ask
    | Wish
    | Answer
    | React
    | Hand
    | Hide
    | Settle
    | Poll
    | OpenPoll
    | ClosePoll
    | ShowPoll
    | Stage
    | Cohost
    | Mute
    | Remove
    | People
    | Go
    | SetUp
    | Caption
)
_decoder = msgspec.json.Decoder(Any)


def read(text: str | None) -> Any:
    """Return what a page sent. Raises `NotTaken` for what is no message, or too large, with `ref` where the
    message had one."""
    if text is None:
        raise NotTaken("kind", _("This room takes words only."))
    if len(text) > LARGEST:
        raise NotTaken("long", _("That is too long. At most 1,000 characters at a time."))
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):  # shapes are among the former
        raise NotTaken("kind", _("The room did not understand that. Load the page again.")) from None
