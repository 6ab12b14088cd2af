"""Collector and worker of visits are killed at random moments: what was accepted is counted, counted once.

Both run the site's own code in processes that a parent forks anew when one dies, so that they are back at
once: two hundred deaths are then a matter of minutes.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from leadrush.visits import days, engine, inbox, making, tokens
from leadrush.visits.tests.conftest import AGENT
from tests.rig.postman import free_port

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(1500)]
KILLS = 200 if os.environ.get("LEADRUSH_SLOW") == "all" else 6
SECRET = "a secret of this test, long enough for Django to take it"
FORKING = """
import os, sys
import django
django.setup()
from leadrush.look import models
held = models.Business(name="Here", time_zone="UTC")
models.current = lambda: held
import socket, time, duckdb, uvicorn
from leadrush.visits import making
from leadrush.visits.collector import Collector

def collector():
    answers = Collector()
    async def app(scope, receive, send):
        await answers(scope, receive, send)
    config = uvicorn.Config(app, http="httptools", loop="uvloop", lifespan="off", log_level="critical")
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[2]))])

def worker():
    while True:
        making.make_due(most=37)
        time.sleep(0.01)

while True:
    child = os.fork()
    if not child:
        {"collector": collector, "worker": worker}[sys.argv[1]]()
    print(child, flush=True)
    os.waitpid(child, 0)
"""


class Dying:
    """A process that is back as soon as it was killed."""

    def __init__(self, which: str, data: Path, listening: socket.socket) -> None:
        self.parent = subprocess.Popen(
            [sys.executable, "-c", FORKING, which, str(listening.fileno())],
            env=os.environ
            | {
                "LEADRUSH_DATA": str(data),
                "LEADRUSH_SECRET_KEY": SECRET,
                "DJANGO_SETTINGS_MODULE": "leadrush.website.settings",
                "PYTHONPATH": "src",
            },
            pass_fds=[listening.fileno()],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.child = self.born()

    def born(self) -> int:
        assert self.parent.stdout is not None
        return int(self.parent.stdout.readline())

    def kill(self) -> None:
        os.kill(self.child, signal.SIGKILL)
        self.child = self.born()

    def end(self) -> None:
        self.parent.kill()
        os.kill(self.child, signal.SIGKILL)
        self.parent.wait()


class Sender:
    """Reports views one after the other over one connection at a time, and notes which were accepted."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.sent: set[int] = set()
        self.accepted: set[int] = set()
        self.seen: dict[int, int] = {}
        self.over = False

    async def go(self, first: int) -> None:
        number = first
        while not self.over:
            number += 1
            token = tokens.write(tokens.Token(number, int(time.time()), 0, 1, "/webinars/"))
            self.sent.add(number)
            if await self.post({"token": token, "kind": "heard"}):
                self.accepted.add(number)
                if await self.post({"token": token, "kind": "time", "seen": number % 9000 + 1}):
                    self.seen[number] = number % 9000 + 1

    async def post(self, report: dict[str, Any]) -> bool:
        body = json.dumps(report).encode()
        head = f"POST /collect HTTP/1.1\r\nhost: x\r\nuser-agent: {AGENT}\r\nconnection: close\r\n"
        try:
            reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", self.port), 5)
            writer.write(head.encode() + b"content-length: %d\r\n\r\n" % len(body) + body)
            answer = await asyncio.wait_for(reader.readline(), 5)
            writer.close()
            return answer.startswith(b"HTTP/1.1 204")
        except (OSError, TimeoutError):
            await asyncio.sleep(0.02)
            return False


def test_nothing_accepted_is_lost_and_nothing_is_counted_twice(
    visits: Path, settings: Any, published: Any
) -> None:
    settings.SECRET_KEY = SECRET
    data = visits.parent
    (data / "keys").mkdir(parents=True, exist_ok=True)
    listening = socket.socket()
    listening.bind(("127.0.0.1", free_port()))
    listening.listen(256)
    listening.set_inheritable(True)
    dice = random.Random(20261129)
    sender = Sender(listening.getsockname()[1])

    async def scene() -> None:
        running = [Dying(which, data, listening) for which in ("collector", "worker")]
        asking = [asyncio.create_task(sender.go(number * 10_000_000)) for number in range(1, 7)]
        for _kill in range(KILLS):
            await asyncio.sleep(dice.uniform(0.02, 2))
            await asyncio.to_thread(dice.choice(running).kill)
        await asyncio.sleep(2)
        sender.over = True
        await asyncio.gather(*asking)
        for one in running:
            one.end()

    asyncio.run(scene())
    listening.close()
    while making.make_due():
        pass
    con = engine.connect()
    listed = ", ".join(days.quoted(days.file(day)) for day in days.there())
    rows = con.execute(f"SELECT id, heard, seen FROM read_parquet([{listed}])").fetchall()
    counted = [number for number, heard, _seen in rows if heard]
    assert len(sender.accepted) > KILLS * 5, "too little was sent to say anything"
    assert len(counted) == len(set(counted)), "a view was counted twice"
    assert sender.accepted <= set(counted), "a view was accepted and is not counted"
    assert set(counted) <= sender.sent
    seen = {number: time for number, _heard, time in rows}
    assert {number: seen[number] for number in sender.seen} == sender.seen, "a time was accepted and lost"
    assert inbox.file().exists()
    assert not list(days.folder().glob(".news-*")), "what a killed worker had laid out was not cleared"
