"""The socket of a room: a ticket first, then small messages; each act opens its use, off the loop."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate
from leadrush.gate.evidence import Stopped
from leadrush.live import (
    asking,
    chatting,
    entering,
    halls,
    hosting,
    messages,
    polling,
    showing,
    staging,
    staying,
    tickets,
)
from leadrush.live.answering import NotLetIn, NotTaken
from leadrush.live.closing import BROKEN, LATE, NOT_LET_IN, OVER
from leadrush.live.pacing import Pace
from leadrush.live.telling import write
from leadrush.vault.turns import Erased

log = logging.getLogger(__name__)
PATIENCE = 10.0
"""Seconds in which the ticket has to come."""
BURST, RATE = 10, 2
"""Messages at once, and a second after that, of one window; pings and answers of the room are not counted."""
ROOM, HOST = "live.room", "live.host"

ACTS: dict[type[Any], tuple[str, Callable[..., Any]]] = {
    messages.Name: (ROOM, entering.rename),
    messages.Say: (ROOM, chatting.say),
    messages.Ask: (ROOM, asking.ask),
    messages.Wish: (ROOM, asking.support),
    messages.Answer: (ROOM, polling.answer),
    messages.Hand: (ROOM, hosting.hand),
    messages.Hide: (HOST, chatting.hide),
    messages.Settle: (HOST, asking.settle),
    messages.Poll: (HOST, polling.make),
    messages.OpenPoll: (HOST, polling.open_up),
    messages.ClosePoll: (HOST, polling.close),
    messages.ShowPoll: (HOST, polling.show),
    messages.Stage: (HOST, hosting.stage),
    messages.Cohost: (HOST, hosting.cohost),
    messages.Mute: (HOST, hosting.mute),
    messages.Remove: (HOST, hosting.remove),
    messages.People: (HOST, hosting.people),
    messages.Go: (HOST, staging.go),
    messages.SetUp: (HOST, staging.set_up),
    messages.Caption: (HOST, staging.caption),
}
"""What each message does: the use that it opens, and the verb. Whom it is done to is `whom` there."""


@gate.socket(ROOM, HOST, what="live.socket")
class Seat(AsyncWebsocketConsumer):
    """One window in a live room."""

    # Its hall listens for it: a room has one channel a process.
    channel_layer_alias = ""

    hall: halls.Hall | None = None
    listener: halls.Listener | None = None
    ticket: tickets.Ticket | None = None

    async def dispatch(self, message: Any) -> None:
        """Handle a message; connections are looked after where the databases are asked."""
        handlers: dict[str, Callable[[Any], Awaitable[None]]] = {
            "websocket.connect": self.websocket_connect,
            "websocket.receive": self.websocket_receive,
            "websocket.disconnect": self.websocket_disconnect,
        }
        await handlers[message["type"]](message)

    async def connect(self) -> None:
        """Let the window speak; it has ten seconds for its ticket."""
        self.about = self.scope["url_route"]["kwargs"]["about"]
        self.pace = Pace(BURST, RATE)
        self.late = asyncio.get_running_loop().call_later(PATIENCE, self._too_late)
        self.writing: asyncio.Task[None] | None = None
        await self.accept()

    def _too_late(self) -> None:
        self._closing = asyncio.ensure_future(self._refuse("", NotTaken("late", _("No ticket came.")), LATE))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take one message, and answer what is not taken with a word."""
        ref = ""
        try:
            message = messages.read(text_data)
            ref = message.ref
            if isinstance(message, messages.Enter):
                await self._enter(message)
            elif self.listener is None or self.ticket is None:
                raise NotTaken("enter", _("The ticket comes first."))
            else:
                await self._act(message)
        except NotLetIn as word:
            await self._refuse(ref, word, OVER if word.code == "over" else NOT_LET_IN)
        except NotTaken as word:
            await self._refuse(ref, word, 0 if self.listener else BROKEN)
        except ValidationError as fault:  # the number of a card
            await self._refuse(ref, NotTaken("words", " ".join(fault.messages)))
        except (Stopped, gate.NotInForce):
            said = _("Nothing is taken here at the moment: see the statement for what is being mended.")
            await self._refuse(ref, NotTaken("stopped", said))
        except Erased:
            await self._refuse(ref, NotLetIn("seat", _("You have no seat here any more.")), NOT_LET_IN)
        except Exception as fault:
            # The class alone: a message may quote what somebody typed.
            log.error("A message to a room ended in %s.", type(fault).__name__)
            await self._refuse(ref, NotTaken("broken", _("That did not work. Try again in a moment.")))

    async def _refuse(self, ref: str, word: NotTaken, close: int = 0) -> None:
        text = write("no", ref=ref, code=word.code, words=word.words, **word.more)
        if self.listener is not None:
            self.listener.put(text)
            if close:
                self.listener.end(close)
            return
        await self.send(text_data=text)
        if close:
            await self.close(close)

    def _actor(self, ticket: tickets.Ticket) -> gate.Actor:
        return gate.Actor("staff" if ticket.hosts else "person", str(ticket.person))

    async def _behind(self, use: str, who: tickets.Ticket, verb: Callable[..., Any], **named: Any) -> Any:
        """Run a verb in the thread that asks the databases, behind this socket's door."""

        def through() -> Any:
            with gate.opened(self, use, self._actor(who)):
                return verb(**named)

        return await database_sync_to_async(through)()

    async def _enter(self, message: messages.Enter) -> None:
        if self.listener is not None:
            raise NotTaken("entered", _("You are in the room already."))
        if message.v != showing.VERSION:
            raise NotLetIn("version", _("This page is an older one. Load it again."))
        ticket = tickets.read(message.ticket, self.about)
        self.late.cancel()  # where a thousand come at once, they wait for their turn
        chair = uuid.uuid4().hex
        listener = halls.Listener(self.base_send, chair=chair, guest=ticket.guest, hosts=ticket.hosts)
        hall = await halls.join(ticket.room, listener)
        try:
            guest = await self._behind(ROOM, ticket, entering.sit, ticket=ticket, chair=chair)
            # What they do may have changed since the ticket was issued.
            ticket = replace(ticket, role=guest.role)
            listener.hosts = ticket.hosts
            state = await self._behind(ROOM, ticket, showing.state, guest=guest.pk)
        except BaseException:
            await halls.leave(hall, listener)
            raise
        self.hall, self.listener, self.ticket = hall, listener, ticket
        listener.begin(write("state", **state, sums=hall.whole()))
        self.writing = asyncio.create_task(listener.run())
        if listener.doubted:  # another window sat down while this one did
            hall.doubt(listener.guest)

    async def _act(self, message: Any) -> None:
        assert self.listener is not None and self.ticket is not None and self.hall is not None
        if isinstance(message, messages.Ping):
            self.listener.put(write("pong", ticket=tickets.again(self.ticket), now=timezone.now()))
            return
        if not self.pace.takes():
            raise NotTaken("fast", _("That is too fast. Wait a second."), wait=1)
        if isinstance(message, messages.React):
            self._react(message)
            return
        use, verb = ACTS[type(message)]
        if use == HOST and not self.ticket.hosts:
            raise NotTaken("host", _("Only those who hold this can do that."))
        said = {name: getattr(message, name) for name in message.__struct_fields__ if name != "ref"}
        if isinstance(message, messages.Stage | messages.Cohost | messages.Mute | messages.Remove):
            said["whom"] = said.pop("guest")
        answer = await self._behind(use, self.ticket, verb, guest=self.listener.guest, **said)
        if isinstance(message, messages.People):
            self.listener.put(write("people", ref=message.ref, people=answer))
        elif message.ref:
            self.listener.put(write("yes", ref=message.ref))

    def _react(self, message: messages.React) -> None:
        assert self.listener is not None and self.hall is not None
        if message.what == "clap":
            self.hall.claps += message.on
        elif message.on:
            self.listener.moods.add(message.what)
        else:
            self.listener.moods.discard(message.what)

    async def disconnect(self, code: int) -> None:
        """Let the seat be empty, and note until when somebody was here."""
        self.late.cancel()
        if self.writing is not None:
            self.writing.cancel()
        if self.hall is None or self.listener is None or self.ticket is None:
            return
        await halls.leave(self.hall, self.listener)
        left = {"guest": self.listener.guest, "chair": self.listener.chair}
        try:
            await self._behind(ROOM, self.ticket, staying.left, **left)
        except Exception as fault:  # the beat has noted it, 20 seconds ago at most
            log.error("Leaving a room was not noted: %s.", type(fault).__name__)
