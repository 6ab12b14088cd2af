"""A request in WSGI's own words (PEP 3333), made from uvicorn's ASGI scope."""

from __future__ import annotations

import sys
from typing import IO, Any
from urllib.parse import unquote_to_bytes

Scope = dict[str, Any]


class FileWrapper:
    """A file to be sent as it is; the bridge reads it apart from the page threads and closes it."""

    def __init__(self, file: IO[bytes], block_size: int = 65536) -> None:
        self.file = file
        self.block_size = max(block_size, 65536)
        self.close = getattr(file, "close", lambda: None)


def environ(scope: Scope, body: IO[bytes], size: int) -> dict[str, Any]:
    """Return the WSGI environment of a request whose whole body, `size` bytes, lies in `body`.

    A header whose name has an underscore is left out: it would take the place of the one with a hyphen,
    which a proxy in front vouches for.
    """
    server = scope.get("server") or ("localhost", 80)
    made: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1] or 80),
        "REMOTE_ADDR": scope["client"][0] if scope.get("client") else "",
        "CONTENT_LENGTH": str(size),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
    }
    for name, value in scope["headers"]:
        if b"_" in name or name in (b"content-length", b"transfer-encoding"):
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        text = value.decode("latin-1")
        if key in made:
            text = made[key] + ("; " if key == "HTTP_COOKIE" else ",") + text
        made[key] = text
    return made
