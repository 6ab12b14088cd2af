"""The web process: uvicorn on a socket that its parent has opened, or one of its own."""

from __future__ import annotations

import logging
import os
import socket
import sys

import uvicorn

from .asgi import Street, street

LARGEST = 1 << 17  # bytes of one message over a socket; a room answers with a word what is too long for it
GRACE = 4  # seconds that requests under way get when the process is asked to end


def serve(listening: socket.socket, application: Street | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then end the process.

    There is no access log: a line of it would join an address on the net with what was read.
    """
    config = uvicorn.Config(
        application or street(),
        http="httptools",
        loop="uvloop",
        ws="websockets-sansio",
        ws_max_size=LARGEST,
        ws_max_queue=16,
        ws_per_message_deflate=False,  # messages are short, and each listener would cost a compressor
        lifespan="on",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whom to believe about the visitor's address is decided in `headers.py`
        log_config=None,  # Django's LOGGING holds for the server too
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(config)
    server.run(sockets=[listening])
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    # A page thread that still streams to somebody would hold the interpreter at its own end.
    os._exit(0 if server.started else 1)
