"""What these tests stand on: a webinar that is about to begin, people with seats, somebody who holds it."""

from __future__ import annotations

import asyncio
import itertools
import json
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from channels.layers import channel_layers
from django.core.cache import cache
from django.utils import timezone

from leadrush import gate, vault
from leadrush.live import entering, halls, showing, texts, tickets
from leadrush.live.models import Guest, Room
from leadrush.look import models as look_models
from leadrush.vault.models import Giving, Person
from leadrush.webinars import planning, registering
from leadrush.webinars.models import Webinar
from leadrush.website.sockets import Sockets

numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def fresh(settings: Any) -> Iterator[None]:
    settings.SITE_URL = "https://tiller.example"
    settings.ALLOWED_HOSTS = ["tiller.example", "testserver"]
    for known in (look_models, texts, showing):
        known.forget()
    cache.clear()
    halls._halls.clear()
    channel_layers.backends.clear()
    yield
    look_models.forget()


@pytest.fixture
def webinar(published: object) -> Webinar:
    look_models.Business(name="Tarn & Tiller", time_zone="Europe/London", locale="en_GB").save()
    starts_at = timezone.now().replace(microsecond=0) + timedelta(minutes=5)
    made = planning.plan(slug="beds", title="Beds in March", starts_at=starts_at, minutes=55, seats=100)
    return planning.publish(made)


@pytest.fixture
def room(webinar: Webinar) -> Room:
    return entering.room_of(webinar.about)


def registered(webinar: Webinar, address: str = "") -> Person:
    """Return somebody who keeps a seat, and who showed that the address is theirs."""
    address = address or f"guest{next(numbers)}@mail.example"
    registering.register(webinar=webinar, address=address)
    person = vault.find(address)
    assert person is not None
    giving = Giving.objects.get(person=person, clause="webinar-seat", about=webinar.about)
    registering.it_was_me(webinar=webinar, giving=giving)
    return person


def staff(role: str = "host") -> Person:
    address = f"staff{next(numbers)}@tiller.example"
    person, _giving = vault.welcome(
        address=address, where="console.invite", clause="working-here", confirmed=True
    )
    Person.objects.filter(pk=person.pk).update(role=role)
    person.refresh_from_db()
    return person


@pytest.fixture
def seat(room: Room, webinar: Webinar) -> Callable[..., Guest]:
    """Return a function that registers somebody and lets them enter."""
    return lambda name="", address="": entering.enter(
        room=room, person=registered(webinar, address), name=name
    )


@pytest.fixture
def host(room: Room) -> Guest:
    return entering.enter(room=room, person=staff(), name="Ines")


def now(guest: Guest) -> Guest:
    """Return a guest as they are now."""
    with gate.using("house.keep"):
        found: Guest = Guest.objects.select_related("room", "giving").get(pk=guest.pk)
        return found


class Window:
    """Somebody's window in a room, over a socket."""

    def __init__(self, guest: Guest, *, origin: bytes = b"https://tiller.example", about: str = "") -> None:
        self.guest = guest
        path = f"/live/{about or guest.room.about}/"
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": b"",
            "headers": [(b"origin", origin), (b"host", b"tiller.example")],
            "subprotocols": [],
        }
        self.wire = ApplicationCommunicator(Sockets(), scope)
        self.state: dict[str, Any] = {}

    async def open(self, ticket: str | None = None) -> dict[str, Any]:
        """Enter, and return the first message that comes."""
        if not await self.connect():
            return {"kind": "refused"}
        await self.send("enter", v=1, ticket=tickets.issue(self.guest) if ticket is None else ticket)
        self.state = await self.get()
        return self.state

    async def connect(self) -> bool:
        """Say whether the handshake is taken."""
        await self.wire.send_input({"type": "websocket.connect"})
        return bool((await self.wire.receive_output(timeout=10))["type"] == "websocket.accept")

    async def send(self, kind: str, **facts: Any) -> None:
        if kind in ("say", "ask"):
            facts.setdefault("once", str(uuid.uuid4()))
        await self.put(json.dumps({"kind": kind, **facts}))

    async def put(self, text: str) -> None:
        """Send a text as it is."""
        await self.wire.send_input({"type": "websocket.receive", "text": text})

    async def get(self, kind: str = "", seconds: float = 10) -> dict[str, Any]:
        """Return the next message, or the next of a kind; `closed` with its number when there is none."""
        until = asyncio.get_running_loop().time() + seconds
        while True:
            left = until - asyncio.get_running_loop().time()
            said = await self.wire.receive_output(timeout=max(left, 0.01))
            if said["type"] == "websocket.close":
                return {"kind": "closed", "code": said.get("code")}
            message = json.loads(said["text"])
            if not kind or message["kind"] == kind:
                return dict(message)

    async def ask(self, kind: str, **facts: Any) -> dict[str, Any]:
        """Send a message and return the room's answer to it: `yes`, or `no` with its words."""
        ref = uuid.uuid4().hex
        await self.send(kind, ref=ref, **facts)
        while True:
            answer = await self.get()
            if answer.get("ref") == ref or answer["kind"] == "closed":
                return answer

    async def close(self) -> None:
        await self.wire.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wire.wait(timeout=10)


@asynccontextmanager
async def windows(*guests: Guest) -> Any:
    """Open a window for each of these, and close them in the end."""
    opened = [Window(guest) for guest in guests]
    try:
        for window in opened:
            assert (await window.open())["kind"] == "state", window.state
        yield opened
    finally:
        for window in opened:
            with suppress(asyncio.CancelledError):
                await window.close()


def play(scene: Callable[[], Awaitable[None]]) -> None:
    """Run a scene of several windows; what it asks the databases runs in this thread."""

    async def whole() -> None:
        await asyncio.wait_for(scene(), 110)

    async_to_sync(whole)()
