"""A small WSGI application behind the real bridge and the real server, for tests of the bridge alone.

Run as a module it prints its port, then serves. Page threads and body limit come from the environment.
"""

from __future__ import annotations

import contextvars
import hashlib
import io
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

HELD: contextvars.ContextVar[str] = contextvars.ContextVar("held", default="nothing")
COUNTS = {"closed": 0, "parts": 0, "pages": 0}
Start = Callable[..., Any]
PLAIN = [("Content-Type", "text/plain; charset=utf-8")]


class Closing:
    """Counts how often a response was closed, as Django's does its work at that moment."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self.parts = parts

    def __iter__(self) -> Iterator[bytes]:
        for part in self.parts:
            COUNTS["parts"] += 1
            yield part

    def close(self) -> None:
        COUNTS["closed"] += 1


def slowly(count: int, pause: float, size: int = 4) -> Iterator[bytes]:
    for number in range(count):
        yield f"{number:>{size}}".encode()
        time.sleep(pause)


def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    COUNTS["pages"] += 1
    path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
    match path:
        case "/counts":
            start("200 OK", PLAIN)
            return [repr(COUNTS).encode()]
        case "/environ":
            start("200 OK", PLAIN)
            return [repr({k: v for k, v in environ.items() if isinstance(v, str)}).encode()]
        case "/digest":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            start("200 OK", PLAIN)
            return [f"{len(body)} {hashlib.sha256(body).hexdigest()}".encode()]
        case "/big":
            start("200 OK", [*PLAIN, ("Content-Length", str(20 << 20))])
            return [b"x" * (20 << 20)]
        case "/file":
            start("200 OK", [*PLAIN, ("Content-Length", str(20 << 20))])
            return environ["wsgi.file_wrapper"](io.BytesIO(b"y" * (20 << 20)), 8192)
        case "/stream":
            start("200 OK", PLAIN)
            return Closing(slowly(5, 0.2))
        case "/endless":
            start("200 OK", PLAIN)
            return Closing(slowly(1_000_000, 0.01, size=65536))
        case "/context":
            seen = HELD.get()
            HELD.set(query)
            start("200 OK", PLAIN)
            return [seen.encode()]
        case "/broken":
            raise ValueError("grace.secret@example.org")
        case "/broken-midway":
            start("200 OK", PLAIN)
            return Closing(part if part else 1 / 0 for part in (b"first", b""))  # type: ignore[misc]
        case "/two-cookies":
            start("302 Found", [("Location", "/next"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
            return [b""]
        case "/pause":
            time.sleep(float(query))
            start("200 OK", PLAIN)
            return [b"woken"]
    start("404 Not Found", PLAIN)
    return [b"no"]


if __name__ == "__main__":
    from leadrush.website.running.asgi import street
    from leadrush.website.running.listening import listen
    from leadrush.website.running.web import serve

    listening = listen("127.0.0.1", 0)
    print(listening.getsockname()[1], flush=True)
    serve(listening, street(application))
