"""A room on the real server: two windows over real sockets, and the web process dies in between."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.rig import postman as rig
from tests.rig.site import Site, answers, start, stop

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

MEET = """
import json
from datetime import timedelta
from django.utils import timezone
from leadrush import vault
from leadrush.live import entering, tickets
from leadrush.vault.models import Person
from leadrush.webinars import planning, registering
webinar = planning.publish(planning.plan(
    slug="meet", title="Meet", starts_at=timezone.now() + timedelta(minutes=5), minutes=30))
room = entering.room_of(webinar.about)
said = {"about": webinar.about, "tickets": {}}
for name in ("Ana", "Jory"):
    registering.register(webinar=webinar, address=f"{name.lower()}@mail.example")
    guest = entering.enter(room=room, person=vault.find(f"{name.lower()}@mail.example"), name=name)
    said["tickets"][name] = tickets.issue(guest)
staff = Person.objects.filter(role__in=["host", "owner"]).first()
said["tickets"]["Tove"] = tickets.issue(entering.enter(room=room, person=staff, name="Tove"))
print(json.dumps(said))
"""


class Window:
    """A window in the room; `ticket` is the newest that it was given."""

    def __init__(self, site: Site, about: str, ticket: str) -> None:
        self.address = f"{site.url.replace('http', 'ws')}/live/{about}/"
        self.origin, self.ticket = site.url, ticket
        self.wire: ClientConnection

    async def enter(self) -> dict[str, Any]:
        self.wire = await connect(self.address, origin=self.origin, compression=None)  # type: ignore[arg-type]
        await self.send("enter", v=1, ticket=self.ticket)
        state = await self.get()
        self.ticket = state.get("ticket", self.ticket)
        return state

    async def send(self, kind: str, **facts: Any) -> None:
        await self.wire.send(json.dumps({"kind": kind, **facts}))

    async def get(self, kind: str = "") -> dict[str, Any]:
        while True:
            message: dict[str, Any] = json.loads(await asyncio.wait_for(self.wire.recv(), 10))
            if not kind or message["kind"] == kind:
                return message


def kill_web(site: Site) -> None:
    """End the web process as a crash does; whoever watches over it starts another."""
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
        except (OSError, IndexError):
            continue
        if b"web" in words and int(parent) == site.process.pid:
            return os.kill(int(entry.name), signal.SIGKILL)
    raise AssertionError("no web process runs")


async def meet(site: Site, said: dict[str, Any]) -> None:
    ana, jory, tove = (Window(site, said["about"], said["tickets"][n]) for n in ("Ana", "Jory", "Tove"))
    for window in (ana, jory, tove):
        assert (await window.enter())["kind"] == "state"
    once = str(uuid.uuid4())
    await ana.send("say", text="Can you hear me?", once=once)
    assert (await jory.get("line"))["text"] == "Can you hear me?"
    await tove.send("poll", text="Loud enough?", options=["Yes", "No"], opens=True)
    poll = await jory.get("poll")
    await jory.send("answer", poll=poll["poll"], option=poll["options"][0]["option"], ref="a")
    assert (await jory.get("yes"))["ref"] == "a"
    await ana.send("ask", text="And now?", once=str(uuid.uuid4()))
    await jory.get("inquiry")
    await jory.send("ping")
    jory.ticket = (await jory.get("pong"))["ticket"]

    kill_web(site)
    began = time.monotonic()
    with pytest.raises(ConnectionClosed):
        while True:
            await ana.get()
    while not await asyncio.to_thread(answers, site.url):
        await asyncio.sleep(0.2)
    for window in (ana, jory, tove):
        state = await window.enter()
        assert [line["text"] for line in state["lines"]] == ["Can you hear me?"]
        assert [one["text"] for one in state["inquiries"]] == ["And now?"]
        assert [one["count"] for one in state["polls"][0]["options"]] == [1, 0]
        if window is jory:
            assert state["chosen"] == {str(poll["poll"]): poll["options"][0]["option"]}
    assert time.monotonic() - began < 10, "everybody is back within ten seconds"
    await ana.send("say", text="Can you hear me?", once=once, ref="again")
    await ana.get("yes")
    await ana.send("say", text="Back again.", once=str(uuid.uuid4()))
    assert (await jory.get("line"))["text"] == "Back again.", "what was sent twice is there once"

    await ana.send("say", text="a" * 65_536, once=str(uuid.uuid4()))
    assert (await ana.get("no"))["code"] == "long"
    await tove.send("go", state="over")
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await jory.get()
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4004
    elsewhere = Window(site, said["about"], ana.ticket)
    elsewhere.origin = "https://evil.example"
    with pytest.raises(InvalidStatus):
        await elsewhere.enter()


def test_a_room_is_where_it_was_after_the_web_process_died(tmp_path: Path, ground: dict[str, str]) -> None:
    with rig.running() as postman:
        site = start(tmp_path / "data", postman, **ground)
        try:
            said = json.loads(site.run(MEET).splitlines()[-1])
            # In a thread: the walks of this process leave a loop behind in the first one.
            with ThreadPoolExecutor(1) as aside:
                aside.submit(asyncio.run, meet(site, said)).result()
        finally:
            printed = site.printed()
            stop(site)
    assert "Traceback" not in printed, printed
    assert "Can you hear me" not in printed
