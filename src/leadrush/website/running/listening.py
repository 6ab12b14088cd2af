"""The one port: opened by the process that stays, so that a restarted child finds it open."""

from __future__ import annotations

import errno
import socket


class PortInUse(Exception):
    """Another program listens on this port already."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raises PortInUse, or OSError where the address itself is no good."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
        opened.listen(1024)
    except OSError as error:
        opened.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse from None
        raise
    opened.set_inheritable(True)
    return opened
