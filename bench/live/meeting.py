"""A site with a room that is live, its host on stage, and tickets for as many guests as are wanted."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiortc import RTCSessionDescription

from leadrush.live.tests.people import Person, Picture, Tone
from tests.rig import postman as rig
from tests.rig.site import Site, start, stop

GUESTS = 1000
PORTS = "30000-31999"
MEET = """
import json
from datetime import timedelta
from django.utils import timezone
from leadrush import gate, vault
from leadrush.live import entering, tickets
from leadrush.vault.models import Person
from leadrush.webinars import planning
from leadrush.webinars.models import Registration, Seat
webinar = planning.publish(planning.plan(
    slug="meet", title="Meet", starts_at=timezone.now() + timedelta(minutes=5), minutes=300, seats=5000))
room = entering.room_of(webinar.about)
guests = []
for number in range(GUESTS):
    person, giving = vault.welcome(
        address=f"bench{number}@mail.example", where="webinars.register", clause="webinar-seat",
        about=webinar.about, confirmed=True)
    with gate.using("webinars.serve", what="bench"):
        Registration(person=person, giving=giving, webinar=webinar, state=Seat.SEAT).save()
    guests.append(entering.enter(room=room, person=person, name=f"Guest {number}").pk)
staff = Person.objects.filter(role__in=["host", "owner"]).first()
host = entering.enter(room=room, person=staff, name="Tove").pk
print(json.dumps({"about": webinar.about, "guests": guests, "host": host}))
"""
TICKETS = """
import json
from leadrush import gate
from leadrush.live import tickets
from leadrush.live.models import Guest
with gate.using("house.keep"):
    print(json.dumps({guest.pk: tickets.issue(guest) for guest in Guest.objects.select_related("room")
        .filter(room__about="ABOUT")}))
"""


@dataclass
class Room:
    """A room of a running site."""

    site: Site
    about: str
    guests: list[int]
    host: int

    def tickets(self) -> dict[int, str]:
        """Return a new ticket for everybody; it is good for two minutes."""
        found = json.loads(self.site.run(TICKETS.replace("ABOUT", self.about)).splitlines()[-1])
        return {int(guest): ticket for guest, ticket in found.items()}

    @property
    def doors(self) -> str:
        """Where its doors are."""
        return f"{self.site.url}/live/{self.about}/"

    def processes(self, word: str) -> list[int]:
        """Return the numbers of the site's processes whose command has this word."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes()
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            except (OSError, IndexError):
                continue
            if word.encode() in words and int(parent) == self.site.process.pid:
                found.append(int(entry.name))
        return found


@contextmanager
def site() -> Iterator[Room]:
    """Run a site with such a room until the block ends."""
    with rig.running() as postman, tempfile.TemporaryDirectory() as place:
        running = start(Path(place) / "data", postman, demo=False, **OWNER, LIVE_PORTS=PORTS)
        try:
            script = MEET.replace("GUESTS", str(GUESTS))
            yield Room(running, **json.loads(running.run(script).splitlines()[-1]))
        finally:
            stop(running)


OWNER = {"LEADRUSH_NAME": "Bench", "LEADRUSH_OWNER": "owner@bench.example", "LIVE_WATCHERS": "100000"}


class Caller(Person):
    """One browser of aiortc's, before the doors of a running site."""

    def __init__(self, room: Room, session: aiohttp.ClientSession, ticket: str) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # it speaks with the doors alone
        self.room, self.session, self.ticket, self.number = room, session, ticket, 0
        self.keeping: asyncio.Task[None] | None = None

    async def ask(self, method: str, tail: str, body: dict[str, Any] | None = None) -> Any:
        """Ask a door; what it refuses ends the measuring."""
        headers = {"Live-Ticket": self.ticket, "Origin": self.room.site.url}
        async with self.session.request(method, self.room.doors + tail, json=body, headers=headers) as answer:
            said = await answer.json() if answer.status != 204 else {}
            assert answer.status < 300, (answer.status, said)
            self.ticket = said.get("ticket", self.ticket)
            return said

    async def on_stage(self) -> None:
        """Publish a picture and a tone."""
        for track in (Tone(), Picture()):
            self.connection.addTrack(track)
        await self.connection.setLocalDescription(await self.connection.createOffer())
        offer = {"sdp": self.connection.localDescription.sdp, "what": "camera"}
        said = await self.ask("POST", "publish/", offer)
        self.number = said["connection"]
        await self.connection.setRemoteDescription(RTCSessionDescription(said["sdp"], "answer"))
        while not (await self.ask("POST", f"connection/{self.number}/ping/"))["up"]:
            await asyncio.sleep(0.02)
        self.keeping = asyncio.create_task(self._keep())

    async def before_it(self) -> None:
        """Watch."""
        said = await self.ask("POST", "watch/", {})
        self.number = said["connection"]
        await self.connection.setRemoteDescription(RTCSessionDescription(said["sdp"], "offer"))
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        answer = {"sdp": self.connection.localDescription.sdp}
        await self.ask("PATCH", f"connection/{self.number}/", answer)
        self.keeping = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(20)
            await self.ask("POST", f"connection/{self.number}/ping/")

    async def leave(self) -> None:
        """Leave by the door, and close the browser."""
        if self.keeping:
            self.keeping.cancel()
        await self.ask("DELETE", f"connection/{self.number}/")
        await super().leave()
