"""Every socket of the site, room by room, and whom they are open to: pages of this site alone."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from channels.routing import URLRouter
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.urls import Resolver404

from leadrush.live import routing

urlpatterns: list[Any] = [*routing.urlpatterns]

FORBIDDEN = {"type": "websocket.close", "code": 4403}


def own_page(headers: list[tuple[bytes, bytes]]) -> bool:
    """Say whether a handshake comes from a page of this site: a browser says so in `Origin`, and no
    script can say otherwise."""
    told = {name.lower(): value.decode("latin-1") for name, value in headers}
    origin, host = told.get(b"origin", ""), told.get(b"host", "")
    if origin == "{0.scheme}://{0.netloc}".format(urlsplit(settings.SITE_URL)):
        return True
    parts = urlsplit(origin)
    domain, _port = split_domain_port(host)
    return (
        parts.scheme in ("http", "https")
        and parts.netloc == host
        and validate_host(domain, settings.ALLOWED_HOSTS)
    )


class Sockets:
    """Leads each handshake to its consumer, or refuses it before it opens."""

    def __init__(self) -> None:
        self.router: Any = URLRouter([*urlpatterns])

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one socket."""
        if own_page(scope["headers"]):
            try:
                return await self.router(scope, receive, send)
            except (ValueError, Resolver404):
                pass  # no such address
        await receive()
        await send(FORBIDDEN)
