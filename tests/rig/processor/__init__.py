"""A processor of cards for tests: localstripe in a process of its own, behind a proxy that adds to it.

localstripe keeps payment intents, charges, refunds and signed messages as Stripe does. It has no frame in
which a card is written, no idempotency, no bound on refunds, and knows fewer parameters. The proxy adds
those, and can be told to misbehave: not to answer, to lose an answer after it acted, to drop or repeat
messages.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.request import urlopen

import aiohttp
from aiohttp import web

from tests.rig.postman import free_port
from tests.rig.processor import proxy

SECRET, PUBLIC, SIGNING = proxy.SECRET, "pk_test_of_the_rig", "whsec_of_the_rig"
GOOD, DECLINED, ASKS = "4242424242424242", proxy.DECLINED, "4000002760003184"


@dataclass
class Processor:
    """What runs, what it was asked, and how it is to misbehave."""

    port: int
    behind: int
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path and idempotency key of what was asked of it."""
    bodies: list[str] = field(default_factory=list)
    hears: str = ""
    """Where messages are sent on to; empty: they are lost."""
    repeats: int = 1
    """How often each message is sent on."""
    messages: list[tuple[bytes, str]] = field(default_factory=list)
    silent: bool = False
    loses: set[str] = field(default_factory=set)
    """Parts of paths whose next answer gets lost after it was acted upon."""
    kept: dict[str, tuple[str, int, bytes]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    declined: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Its address, as `STRIPE_ADDRESS` wants it."""
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a site is started with that takes cards here."""
        return {
            "STRIPE_SECRET_KEY": SECRET,
            "STRIPE_PUBLIC_KEY": PUBLIC,
            "STRIPE_SIGNING_SECRET": SIGNING,
            "STRIPE_ADDRESS": self.url,
        }

    def behave(self) -> None:
        """Misbehave no more, and forget everything: what was asked, and every payment."""
        self.silent, self.repeats, self.hears = False, 1, ""
        asyncio.run(self._forget())
        self.kept.clear()
        self.secrets.clear()
        self.declined.clear()
        self.loses.clear()
        self.calls.clear()
        self.bodies.clear()
        self.messages.clear()

    async def _forget(self) -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.delete(proxy.behind(self, "/_config/data")) as answer,
        ):
            assert answer.status == 200

    def pay(self, name: str, number: str = GOOD, *, sure: bool = True) -> dict[str, Any]:
        """Let a browser pay a payment with a card; `sure`: the bank is told yes where it asks."""
        return asyncio.run(self._pay(name, number, sure))

    async def _pay(self, name: str, number: str, sure: bool) -> dict[str, Any]:
        async with aiohttp.ClientSession() as session:
            return await proxy.confirm(self, session, {"name": name, "number": number, "sure": sure})

    def intents(self) -> list[dict[str, Any]]:
        """Return every payment that it has."""
        found: list[dict[str, Any]] = []
        while True:
            after = f"&starting_after={found[-1]['id']}" if found else ""
            page = self.get(f"/v1/payment_intents?limit=100{after}")
            found += page["data"]
            if not page["has_more"]:
                return found

    def get(self, path: str) -> dict[str, Any]:
        """Ask localstripe itself."""
        return asyncio.run(self._get(path))

    async def _get(self, path: str) -> dict[str, Any]:
        async with aiohttp.ClientSession() as session:
            return await self._read(session, path)

    async def _read(self, session: aiohttp.ClientSession, path: str) -> dict[str, Any]:
        async with session.get(proxy.behind(self, path), headers=proxy.authorized()) as answer:
            return dict(await answer.json())


def known(port: int) -> dict[str, str]:
    """Return the secrets of the payments that a proxy in another process has passed on, by their names."""
    with urlopen(f"http://localhost:{port}/secrets") as answer:
        return dict(json.load(answer))


@contextmanager
def running() -> Iterator[Processor]:
    """Run localstripe and the proxy before it."""
    at = Processor(free_port(), free_port())
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "localstripe", "--from-scratch", "--port", str(at.behind)],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        ready, over = threading.Event(), threading.Event()

        async def serve() -> None:
            runner = web.AppRunner(proxy.application(at))
            await runner.setup()
            await web.TCPSite(runner, "localhost", at.port).start()
            await _hook(at)
            ready.set()
            while not over.is_set():
                await asyncio.sleep(0.05)
            await runner.cleanup()

        thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
        thread.start()
        try:
            assert ready.wait(30), "localstripe did not start"
            yield at
        finally:
            over.set()
            thread.join(10)
            process.kill()
            process.wait()


async def _hook(at: Processor) -> None:
    """Wait until localstripe answers, and let it send its messages to the proxy."""
    said = {"url": f"http://127.0.0.1:{at.port}/hear", "secret": SIGNING}
    until = time.monotonic() + 25
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.post(proxy.behind(at, "/_config/webhooks/rig"), data=said) as answer:
                    assert answer.status == 200
                    return
            except aiohttp.ClientError:
                assert time.monotonic() < until, "localstripe does not answer"
                await asyncio.sleep(0.1)


def signed(body: bytes, at: int, secret: str = SIGNING) -> str:
    """Return the signature of a message, as Stripe writes it."""
    word = hmac.new(secret.encode(), b"%d.%s" % (at, body), hashlib.sha256).hexdigest()
    return f"t={at},v1={word}"
