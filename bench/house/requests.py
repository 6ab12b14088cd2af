"""Whole requests through Django's handler: registering, and a webinar's page, over plain tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import count
from typing import Any
from urllib.parse import urlencode

from django.core.handlers.wsgi import WSGIHandler
from django.db import connections

from bench import ground, webinars
from bench.measuring import CPU, WALL, Figure, Spread, computing, each, figure, ratios

GATED = f"/webinars/{webinars.SLUG}/"
PLAIN = f"/plain/{webinars.SLUG}/"


def figures(size: int) -> Iterator[Figure]:
    """Take both ratios; a page's is of computing, in this process and in the database's."""
    site = Site()
    registers = site.registers(PLAIN), site.registers(GATED)
    (registered,) = ratios(*registers, rounds=81, clock=WALL)
    yield figure(
        f"registration request over the same on plain tables, {ground.NAME}", registered, "times", 1.5
    )
    took = each(site.registers(GATED), rounds=31, scale=1e3, clock=WALL)
    yield figure(f"registration request, {ground.NAME}", took, "ms")
    shown, took = site.page()
    yield figure(f"webinar page, computing over a plain view, {ground.NAME}", shown, "times", 1.25)
    yield figure(f"webinar page, computing, {ground.NAME}", took, "ms")


def heard(status: str, headers: object, fault: object = None) -> Callable[[bytes], object]:
    """Take the head of an answer, as a server does."""
    return lambda data: None


class Site:
    """The site as a server calls it."""

    def __init__(self) -> None:
        self.handler = WSGIHandler()
        self.numbers = count(1)

    def page(self) -> tuple[Spread, Spread]:
        """Return the ratio of the pages' computing, and the computing of the gated one in milliseconds."""
        works = self.shows(PLAIN), self.shows(GATED)
        for work in works:
            work()  # connects
        clock = CPU
        if ground.GROUND == "postgresql":
            servers = [connections[alias].connection.info.backend_pid for alias in ("plain", "default")]
            clock = computing(*servers)
        (shown,) = ratios(*works, rounds=101, clock=clock)
        return shown, each(works[1], rounds=31, scale=1e3, clock=clock)

    def shows(self, path: str) -> Callable[[], None]:
        """Return what asks for a page."""
        return lambda: self.ask("GET", path, b"", 200)

    def registers(self, path: str) -> Callable[[], None]:
        """Return what registers somebody new each time, as a browser sends the form."""

        def register() -> None:
            form = {"email": f"new.{next(self.numbers)}@mail.example", "time_zone": "Europe/Berlin"}
            answers = {
                f"q{pk}": text for pk, text in zip((1, 2), ("One bed", "What about clay?"), strict=True)
            }
            self.ask("POST", path, urlencode({**form, **answers}).encode(), 302)

        return register

    def ask(self, method: str, path: str, body: bytes, expected: int) -> None:
        """Send one request from a place of its own and read the answer to its end."""
        number = next(self.numbers)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "SCRIPT_NAME": "",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": "localhost:8000",
            "HTTP_SEC_FETCH_SITE": "same-origin",
            "HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.8",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": BytesIO(),
            "wsgi.version": (1, 0),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        response = self.handler(environ, heard)
        content = b"".join(response)
        response.close()
        if response.status_code != expected:
            raise SystemExit(f"{method} {path} answered {response.status_code}: {content[:400]!r}")
