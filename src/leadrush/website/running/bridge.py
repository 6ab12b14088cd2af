"""From uvicorn to Django's pages: a WSGI bridge that keeps the few page threads for pages.

The body is on hand before a thread is taken, a plain page leaves whole after its thread is free again, and
files are read elsewhere; so a slow client on either side holds no page thread. A page that streams holds
its thread until the client has it, has left, or has taken nothing for `STALLED` seconds.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import traceback
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from .environ import FileWrapper, Scope, environ

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

IN_MEMORY = 1 << 20  # bytes of a body that stay in memory; what is longer goes to a nameless file
STALLED = 30.0  # seconds in which a client of a streamed page takes nothing
SAFE = ("GET", "HEAD")

log = logging.getLogger("leadrush.serving")


class TooLarge(Exception):
    """The body is longer than this site takes."""


class Left(Exception):
    """The client has gone, or takes nothing any more."""


class Bridge:
    """The ASGI face of a WSGI application; `limit` is in bytes of body, `refuse` makes the page of a 413."""

    def __init__(
        self, application: Application, *, threads: int, limit: int, refuse: Callable[[int], bytes]
    ) -> None:
        self.application = application
        self.limit = limit
        self.refuse = refuse
        self.pages = ThreadPoolExecutor(threads, thread_name_prefix="page")
        self.files = ThreadPoolExecutor(2, thread_name_prefix="file")

    def close(self) -> None:
        """Take no more requests; those under way are not waited for."""
        for pool in (self.pages, self.files):
            pool.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        with SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
            body = cast(IO[bytes], spool)
            exchange = Exchange(self, scope, send)
            try:
                size = await self._take(scope, receive, body)
            except TooLarge:
                return await exchange.say(413, self.refuse(self.limit))
            except Left:
                return None
            watch = asyncio.create_task(exchange.watch(receive))
            try:
                await exchange.answer(environ(scope, body, size))
            finally:
                exchange.gone.set()
                watch.cancel()

    async def _take(self, scope: Scope, receive: Receive, body: IO[bytes]) -> int:
        """Read the whole body into `body`, rewind it, and return its length."""
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if int(declared) > self.limit:
            raise TooLarge
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Left
            size += body.write(message.get("body", b""))
            if size > self.limit:
                raise TooLarge
            more = message.get("more_body", False)
        body.seek(0)
        return size


class Exchange:
    """One request and its answer, between the event loop and the page thread that works on it."""

    def __init__(self, bridge: Bridge, scope: Scope, send: Send) -> None:
        self.bridge, self.method, self._send = bridge, scope["method"], send
        self.gone = threading.Event()
        self.loop = asyncio.get_running_loop()
        self.head: Message | None = None
        self.begun = False

    async def watch(self, receive: Receive) -> None:
        """Note when the client leaves."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self.gone.set()

    async def send(self, part: bytes, more: bool) -> None:
        """Send the head if it is still to be sent, then a part of the body."""
        if not self.begun:
            self.begun = True
            if self.head is None:
                raise RuntimeError("The application did not start its response.")
            await self._send(self.head)
        await self._send({"type": "http.response.body", "body": part, "more_body": more})

    async def say(self, status: int, text: bytes) -> None:
        """Send a short page of our own, if nothing has been sent yet."""
        if not self.begun:
            kind = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(text))]
            self.head = {"type": "http.response.start", "status": status, "headers": kind}
            await self.send(text, more=False)

    async def answer(self, request: dict[str, Any]) -> None:
        """Let a page thread work on the request, then send what it has not sent itself."""
        try:
            whole = await self.loop.run_in_executor(self.bridge.pages, copy_context().run, self.work, request)
            if isinstance(whole, FileWrapper):
                await self._send_file(whole)
            elif whole is not None:
                await self.send(whole, more=False)
        except Left:
            pass
        except Exception as error:
            # The class and the place, never the message: it may quote what somebody typed.
            last = traceback.extract_tb(error.__traceback__)[-1]
            log.error("A page ended in %s at %s:%s.", type(error).__name__, last.filename, last.lineno)
            await self.say(500, b"Something broke on our side. Please try again in a minute.\n")

    def work(self, request: dict[str, Any]) -> bytes | FileWrapper | None:
        """Run the application in a page thread; return its body or file, or None if that was streamed."""
        if self.gone.is_set() and self.method in SAFE:
            raise Left
        result = self.bridge.application(request, self.start)
        if isinstance(result, FileWrapper):
            return result
        try:
            if self.method == "HEAD" and self.head is not None:
                return b""
            if not getattr(result, "streaming", not isinstance(result, list | tuple)):
                return b"".join(result)
            for part in result:
                if self.gone.is_set():
                    raise Left
                if part:
                    self._pass_on(part, more=True)
            self._pass_on(b"", more=False)
            return None
        finally:
            getattr(result, "close", lambda: None)()

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        """Note status and headers, as WSGI's `start_response` does; they leave with the first part."""
        if exc_info and self.begun:
            raise exc_info[1].with_traceback(exc_info[2])
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        self.head = {"type": "http.response.start", "status": int(status[:3]), "headers": encoded}
        return lambda part: self._pass_on(part, more=True)

    def _pass_on(self, part: bytes, more: bool) -> None:
        """Send a part from the page thread, at the pace at which the client takes it."""
        sent = asyncio.run_coroutine_threadsafe(self.send(part, more), self.loop)
        try:
            sent.result(STALLED)
        except TimeoutError:
            sent.cancel()
            raise Left from None

    async def _send_file(self, whole: FileWrapper) -> None:
        run = self.loop.run_in_executor
        try:
            while self.method != "HEAD" and not self.gone.is_set():
                part = await run(self.bridge.files, whole.file.read, whole.block_size)
                if not part:
                    break
                await self.send(part, more=True)
            await self.send(b"", more=False)
        finally:
            await run(self.bridge.files, whole.close)
