"""People of aiortc before the doors of sound and picture, as a browser with a ticket is."""

from __future__ import annotations

import json
from typing import Any

from aiortc import RTCSessionDescription
from asgiref.sync import sync_to_async
from django.test import Client

from leadrush.live import media, tickets
from leadrush.live.models import Guest
from leadrush.live.tests.people import Person, Picture, Tone, until


class Caller(Person):
    """One browser of a guest's; `ticket` is the newest that it was given."""

    def __init__(self, guest: Guest) -> None:
        with media.provider() as provider:
            super().__init__(provider)
        self.guest, self.about = guest, guest.room.about
        self.ticket = tickets.issue(guest)
        self.client = Client(raise_request_exception=True)
        self.number = 0
        self.seen: set[int] = set()

    def call(self, method: str, tail: str, body: Any = None, *, ticket: str | None = None) -> tuple[int, Any]:
        """Ask a door; return its status and what it says."""
        sent = body if isinstance(body, str | bytes) else json.dumps(body)
        answer = self.client.generic(
            method,
            f"/live/{self.about}/{tail}",
            b"" if body is None else sent,
            content_type="application/json",
            headers={"Live-Ticket": self.ticket if ticket is None else ticket},
        )
        return answer.status_code, json.loads(answer.content or "null")

    async def ask(self, method: str, tail: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """Ask a door beside what else runs."""
        return await sync_to_async(self.call)(method, tail, body, **more)

    async def on_stage(self, what: str = "camera", **more: Any) -> tuple[int, Any]:
        """Publish a picture and a tone; return what the door said."""
        for track in (Tone(), Picture()):
            self.connection.addTrack(track)
        await self.connection.setLocalDescription(await self.connection.createOffer())
        offer = self.connection.localDescription.sdp
        status, said = await self.ask("POST", "publish/", {"sdp": offer, "what": what, **more})
        if status == 201:
            self.number = said["connection"]
            await self.connection.setRemoteDescription(RTCSessionDescription(said["sdp"], "answer"))
            await self.up()
        return status, said

    async def up(self) -> None:
        """Ping until the media server says that media can flow."""

        async def holds() -> bool:
            status, said = await self.ping()
            assert status == 200, said
            return bool(said["up"])

        for _ in range(100):
            if await holds():
                return
        raise AssertionError("it did not come up")

    async def before_it(self) -> tuple[int, Any]:
        """Watch; return what the door said."""
        status, said = await self.ask("POST", "watch/", {})
        if status == 201:
            self.number = said["connection"]
            self.seen = {one["guest"] for one in said["tracks"]}
            await self.answer(said)
        return status, said

    async def answer(self, offer: dict[str, Any]) -> None:
        """Answer an offer."""
        await self.connection.setRemoteDescription(RTCSessionDescription(offer["sdp"], "offer"))
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        answer = {"sdp": self.connection.localDescription.sdp}
        status, said = await self.ask("PATCH", f"connection/{self.number}/", answer)
        assert status == 204, said

    async def ping(self) -> tuple[int, Any]:
        """Ping, take the new ticket, and answer an offer that comes."""
        status, said = await self.ask("POST", f"connection/{self.number}/ping/")
        if status == 200:
            self.ticket = said["ticket"]
            if said["offer"]:
                await self.answer(said["offer"])
        return status, said

    async def sees_nothing_more(self, seconds: float = 1.0) -> None:
        """Wait until no frame has come for so long."""
        import asyncio

        for _ in range(20):
            before = self.frames["video"]
            await asyncio.sleep(seconds)
            if self.frames["video"] == before:
                return
        raise AssertionError("frames still come")


__all__ = ["Caller", "until"]
