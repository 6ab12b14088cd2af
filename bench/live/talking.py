"""Talking: one line a second to everybody in the room, against a bare echo of channels on the same server."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import aiohttp

from bench.live import AREA
from bench.live.meeting import Room
from bench.live.watching import cpu
from bench.measuring import Figure, Spread, counted, figure
from tests.rig.postman import free_port

LISTENERS = int(os.environ.get("BENCH_LISTENERS", "1000"))
LINES = 15
LATE, RATIO = 500, 1.5

Socket = aiohttp.ClientWebSocketResponse


@dataclass
class Heard:
    """What came of the lines: ms after each was said, those lost, and the server's microseconds a
    delivery."""

    entered: float
    late: list[float]
    lost: int
    computed: float


def figures(room: Room) -> Iterator[Figure]:
    """Measure."""
    tickets = room.tickets()
    (web,) = room.processes("--socket=")
    heard = asyncio.run(_heard(web, lambda session, n: _enter(room, session, tickets[room.guests[n]]), _say))
    bare = _bare()
    late, half = sorted(heard.late), len(heard.late) // 2
    p50, p99 = late[half], late[int(len(late) * 0.99)]
    yield counted("windows that listen", LISTENERS, "windows", area=AREA)
    yield figure("all of them in the room", _of(heard.entered), "s", area=AREA)
    yield counted("lines that did not arrive", heard.lost, "lines", 0, area=AREA)
    yield figure("a line to everybody, p50", _of(p50), "ms", area=AREA)
    yield figure("a line to everybody, p99", _of(p99), "ms", LATE, area=AREA)
    yield figure("the server's CPU for a delivery", _of(heard.computed), "us", area=AREA)
    yield figure(
        "the same over a bare echo of channels", _of(heard.computed / bare.computed), "", RATIO, area=AREA
    )


def _of(value: float) -> Spread:
    return Spread(value, value, value)


def _say(text: str) -> str:
    return json.dumps({"kind": "say", "text": text, "once": str(uuid.uuid4())})


def _plainly(text: str) -> str:
    return json.dumps({"kind": "line", "text": text, "guest": 7, "name": "Guest 7", "role": "guest"})


def _bare() -> Heard:
    """Return what came of the same lines at a bare echo."""
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "bench.live.echo", str(port)])
    try:
        time.sleep(3)
        address = f"http://127.0.0.1:{port}/"
        return asyncio.run(_heard(server.pid, lambda session, _n: session.ws_connect(address), _plainly))
    finally:
        server.terminate()
        server.wait()


async def _heard(
    server: int,
    enter: Callable[[aiohttp.ClientSession, int], Awaitable[Socket]],
    write: Callable[[str], str],
) -> Heard:
    late: list[float] = []
    said: dict[str, float] = {}

    async def listen(socket: Socket) -> None:
        async for message in socket:
            got = message.json()
            if got["kind"] == "line" and got["text"] in said:
                late.append((time.perf_counter() - said[got["text"]]) * 1000)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        begun = time.perf_counter()
        sockets = [await enter(session, number) for number in range(LISTENERS)]
        entered = time.perf_counter() - begun
        tasks = [asyncio.create_task(listen(socket)) for socket in sockets]
        await asyncio.sleep(3)
        before = cpu(server)
        for number in range(LINES):
            text = f"Line {number} {uuid.uuid4().hex}"
            said[text] = time.perf_counter()
            await sockets[number % 5].send_str(write(text))
            await asyncio.sleep(1)
        await asyncio.sleep(2)
        computed = (cpu(server) - before) / max(1, len(late)) * 1e6
        for task in tasks:
            task.cancel()
        for socket in sockets:
            await socket.close()
    return Heard(entered, late, LINES * LISTENERS - len(late), computed)


async def _enter(room: Room, session: aiohttp.ClientSession, ticket: str) -> Socket:
    socket = await session.ws_connect(room.doors, headers={"Origin": room.site.url})
    await socket.send_json({"kind": "enter", "v": 1, "ticket": ticket})
    assert (await socket.receive_json())["kind"] == "state"
    return socket
