"""The one application behind the one port: reports of pages go to the collector of visits, sockets to their
rooms, everything else that arrives as HTTP over the bridge to Django's pages.

Environment: `LEADRUSH_PAGE_THREADS` (default 1: on a core that Python's lock shares, more only wait for each
other) and `LEADRUSH_MAX_BODY` in bytes (default 20 MB).
"""

from __future__ import annotations

import os
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from .bridge import Bridge, Receive, Send
from .environ import Scope


def too_large(limit: int) -> bytes:
    """Return the sentence that somebody reads who sent more than the site takes."""
    size = filesizeformat(limit)
    return (_("This is larger than this site takes, which is %(size)s at most.") % {"size": size}).encode()


async def lifespan(receive: Receive, send: Send, bridge: Bridge) -> None:
    """Answer uvicorn's words about starting and ending; let the threads go at the end."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            bridge.close()
            return await send({"type": "lifespan.shutdown.complete"})


class Street:
    """Leads each request to what answers it."""

    def __init__(self, bridge: Bridge, collector: Any = None, sockets: Any = None) -> None:
        self.bridge, self.collector, self.sockets = bridge, collector, sockets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI scope; without rooms that speak on one, a websocket is refused before it opens."""
        match scope["type"]:
            case "http" if self.collector and self.collector.takes(scope["path"]):
                await self.collector(scope, receive, send)
            case "http":
                await self.bridge(scope, receive, send)
            case "websocket" if self.sockets:
                await self.sockets(scope, receive, send)
            case "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            case "lifespan":
                await lifespan(receive, send, self.bridge)


def street(application: Any = None) -> Street:
    """Return the whole site as an ASGI application (or another WSGI application on the same ground)."""
    django.setup(set_prefix=False)
    threads = int(os.environ.get("LEADRUSH_PAGE_THREADS", "1"))
    bridge = Bridge(application or WSGIHandler(), threads=threads, limit=settings.MAX_BODY, refuse=too_large)
    if application is not None:
        return Street(bridge)
    from leadrush.visits import collector, observing
    from leadrush.website import sockets

    observing.Home.look()
    return Street(bridge, collector.Collector(), sockets.Sockets())
