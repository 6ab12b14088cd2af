"""A view taken in: the report of a page's script through the collector, until it is on the disk."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from bench.measuring import CPU, Figure, Spread, figure, quiet, timed
from bench.visits import AREA
from bench.visits.standing import standing
from leadrush.visits import inbox, tokens
from leadrush.visits.collector import PATH, Collector

REPORTS = 4_000
AT_ONCE = 400
ROUNDS = 9
GOAL = 40  # microseconds
AGENTS = [
    f"Mozilla/5.0 (X11; Linux x86_64; rv:{number}.0) Gecko/20100101 Firefox/{number}.0"
    for number in range(40)
]


def figures() -> Iterator[Figure]:
    """Measure what computing one report costs, the thread that writes the inbox counted in."""
    took = []
    with standing():
        for round_ in range(ROUNDS + 1):
            loads = [load(round_ * REPORTS + number) for number in range(REPORTS)]
            with quiet():
                took.append(timed(lambda loads=loads: asyncio.run(take(loads)), CPU) / REPORTS * 1e6)
        with closing(inbox.connect()) as held:
            (kept,) = held.execute("SELECT count(*) FROM inbox").fetchone()
        assert kept == REPORTS * (ROUNDS + 1), f"{kept} were stored"
    words = "page view accepted and stored, computing"
    yield figure(words, Spread.of(took[1:]), "microseconds", GOAL, area=AREA)


def load(number: int) -> tuple[dict[str, Any], bytes]:
    """Return one report as a server hands it over: its scope, its body."""
    token = tokens.write(tokens.Token(number + 1, int(time.time()), 0, 1, f"/webinars/page-{number % 60}/"))
    body = json.dumps({"token": token, "kind": "heard", "n": 0}).encode()
    headers = {
        "host": "localhost:8000",
        "user-agent": AGENTS[number % len(AGENTS)],
        "accept-language": "en-GB,en;q=0.8",
        "content-type": "application/json",
        "content-length": str(len(body)),
        "origin": "http://localhost:8000",
        "sec-fetch-site": "same-origin",
        "sec-fetch-mode": "cors",
    }
    scope = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 50_000),
    }
    return scope, body


async def take(loads: list[tuple[dict[str, Any], bytes]]) -> None:
    """Let so many browsers report at once until all were answered."""
    collector, waiting = Collector(), iter(loads)

    async def one_after_the_other() -> None:
        for scope, body in waiting:
            answers: list[Any] = []

            async def receive(body: bytes = body) -> dict[str, Any]:
                return {"type": "http.request", "body": body, "more_body": False}

            async def send(message: Any, answers: list[Any] = answers) -> None:
                answers.append(message)

            await collector(scope, receive, send)
            assert answers[0]["status"] == 204, answers

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
