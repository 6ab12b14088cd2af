"""Watching: the first picture by WebRTC and by HLS, many joins at once, and Janus's CPU for those who
watch."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
from aiortc import RTCRtpReceiver

from bench.live import AREA
from bench.live.meeting import Caller, Room
from bench.measuring import Figure, Spread, counted, figure
from leadrush.live.plane import machine
from leadrush.live.plane.janus import Janus
from leadrush.live.plane.provider import Gone, Handle
from leadrush.live.tests.people import Person

FIRST, HLS = 1.0, 6.0
VIEWERS = int(os.environ.get("BENCH_VIEWERS", "20"))
WATCHED = 12.0
ROUNDS, TIMES = 3, 12
JOINS, JOINED = 300, 10.0
RATIO = 1.1


def figures(room: Room) -> Iterator[Figure]:
    """Measure."""
    return iter(asyncio.run(_measured(room)))


async def _measured(room: Room) -> list[Figure]:
    tickets = await asyncio.to_thread(room.tickets)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=50, force_close=True)) as session:
        await begin(room, session, tickets[room.host])
        host = Caller(room, session, tickets[room.host])
        await host.on_stage()
        found = [figure("first picture by WebRTC, p50", await _first(room, session), "s", FIRST, area=AREA)]
        found.append(
            figure(
                "first picture by HLS, the first of a crowd",
                await _segments(room, session),
                "s",
                HLS,
                area=AREA,
            )
        )
        found.append(figure("300 joins at once", await _joins(room, session), "s", JOINED, area=AREA))
        found += await _computing(room, session)
        await host.leave()
    return found


async def begin(room: Room, session: aiohttp.ClientSession, ticket: str) -> None:
    """Let the room be live, by its socket."""
    async with session.ws_connect(room.doors, headers={"Origin": room.site.url}) as socket:
        await socket.send_json({"kind": "enter", "v": 1, "ticket": ticket})
        await socket.receive()
        for state in ("green", "live"):
            await socket.send_json({"kind": "go", "state": state, "ref": state})
            while (await socket.receive_json())["kind"] != "yes":
                pass


async def _first(room: Room, session: aiohttp.ClientSession) -> Spread:
    """Return the seconds from the request to the first decoded picture."""
    tickets, took = await asyncio.to_thread(room.tickets), []
    for guest in room.guests[:TIMES]:
        one = Caller(room, session, tickets[guest])
        begun = time.perf_counter()
        await one.before_it()
        while not one.frames["video"]:
            await asyncio.sleep(0.005)
        took.append(time.perf_counter() - begun)
        await one.leave()
    return Spread.of(took)


async def _segments(room: Room, session: aiohttp.ClientSession) -> Spread:
    """Return the seconds from asking for the playlist to a whole segment, where nobody asked before."""
    one = Caller(room, session, (await asyncio.to_thread(room.tickets))[room.guests[0]])
    address = room.site.url + (await one.ask("GET", "media.json"))["hls"]
    begun = time.perf_counter()
    while True:
        async with session.get(address) as answer:
            playlist = (await answer.text()).splitlines() if answer.status == 200 else []
        if parts := [line for line in playlist if line.endswith(".ts")]:
            async with session.get(address.replace("live.m3u8", parts[-1])) as answer:
                assert answer.status == 200 and await answer.read()
            took = time.perf_counter() - begun
            return Spread(took, took, took)
        assert time.perf_counter() - begun < 60, "no segment came"
        await asyncio.sleep(0.2)


async def _joins(room: Room, session: aiohttp.ClientSession) -> Spread:
    """Return the seconds in which 300 guests get an offer and have answered it.

    All send the same answer: what a browser does in between is its own machine's work.
    """
    tickets = await asyncio.to_thread(room.tickets)
    guests = [Caller(room, session, tickets[guest]) for guest in room.guests[:JOINS]]
    first = Caller(room, session, tickets[room.guests[JOINS]])
    await first.before_it()
    answer = {"sdp": first.connection.localDescription.sdp}

    async def join(one: Caller) -> None:
        said = await one.ask("POST", "watch/", {})
        one.number = said["connection"]
        await one.ask("PATCH", f"connection/{one.number}/", answer)

    begun = time.perf_counter()
    await asyncio.gather(*(join(one) for one in guests))
    took = time.perf_counter() - begun
    await asyncio.gather(*(one.ask("DELETE", f"connection/{one.number}/") for one in guests))
    await first.leave()
    for one in guests:
        await one.connection.close()
    return Spread(took, took, took)


@contextmanager
def counting() -> Iterator[list[int]]:
    """Let packets be counted and not decoded: to decode for many is not what is measured."""
    packets = [0]
    before: Any = RTCRtpReceiver._handle_rtp_packet

    async def count(self: RTCRtpReceiver, packet: Any, arrival_time_ms: int) -> None:
        packets[0] += 1

    RTCRtpReceiver._handle_rtp_packet = count  # type: ignore[method-assign]
    try:
        yield packets
    finally:
        RTCRtpReceiver._handle_rtp_packet = before  # type: ignore[method-assign]


async def _computing(room: Room, session: aiohttp.ClientSession) -> list[Figure]:
    """Return what Janus computes while some watch through the doors, over what it does where it is driven
    bare."""
    host = machine.host(room.site.data)
    janus = Janus(host)
    (process,) = room.processes("--configs-folder=")
    bare = Person(janus)
    await asyncio.to_thread(janus.open, "bare")
    await bare.publish("bare", "tove")
    handles: list[Handle] = [bare.handle] if bare.handle else []

    async def keep() -> None:
        while True:
            for handle in handles:
                with suppress(Gone):
                    await asyncio.to_thread(janus.alive, handle)
            await asyncio.sleep(20)

    keeping = asyncio.create_task(keep())

    async def by_doors() -> list[Caller]:
        tickets = await asyncio.to_thread(room.tickets)
        callers = [Caller(room, session, tickets[guest]) for guest in room.guests[:VIEWERS]]
        for one in callers:
            await one.before_it()
        return callers

    async def alone() -> list[Person]:
        people = [Person(janus) for _ in range(VIEWERS)]
        for one in people:
            await one.watch("bare", ["tove"])
        handles[1:] = [one.handle for one in people if one.handle]
        return people

    ratios: list[float] = []
    packets: list[float] = []
    with counting() as came:
        for turn in range(ROUNDS):
            used: dict[str, float] = {}
            ways: list[tuple[str, Callable[[], Awaitable[Any]]]] = [("doors", by_doors), ("bare", alone)]
            for name, way in ways if turn % 2 else reversed(ways):
                people = await way()
                await asyncio.sleep(2)
                began, before, at = cpu(process), came[0], time.perf_counter()
                await asyncio.sleep(WATCHED)
                used[name] = (cpu(process) - began) / (time.perf_counter() - at)
                if name == "doors":
                    packets.append((came[0] - before) / WATCHED / VIEWERS)
                for one in people:
                    await one.leave()
            ratios.append(used["doors"] / used["bare"])
    keeping.cancel()
    await bare.leave()
    await asyncio.to_thread(janus.close, "bare")
    share = Spread.of([100 * used["doors"]])
    return [
        counted("viewers that count packets, besides what is measured", VIEWERS, "viewers", area=AREA),
        figure("packets a second that reach a viewer", Spread.of(packets), "packets", area=AREA),
        figure("Janus, for these viewers", share, "% of a core", area=AREA),
        figure("Janus through our doors, over Janus driven bare", Spread.of(ratios), "", RATIO, area=AREA),
    ]


def cpu(process: int) -> float:
    """Return the seconds that a process has computed, all its threads together."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
