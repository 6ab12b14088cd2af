"""A bare echo: `python -m bench.live.echo PORT` says to everybody what anybody says, by channels alone.

Each window has a channel of its own in one group, as channels' own tutorial has it; the server is the site's.
"""

from __future__ import annotations

import sys
from typing import Any

import uvicorn
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings


class Echo(AsyncWebsocketConsumer):
    """One window."""

    groups = ["all"]

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Say it to everybody."""
        await self.channel_layer.group_send("all", {"type": "said", "text": text_data})

    async def said(self, event: dict[str, Any]) -> None:
        """Say to this window what somebody said."""
        await self.send(text_data=event["text"])


def main(port: int) -> None:
    """Serve until the end."""
    layer = {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 10_000}}
    settings.configure(CHANNEL_LAYERS={"default": layer})
    options: dict[str, Any] = {"ws": "websockets-sansio", "ws_per_message_deflate": False, "loop": "uvloop"}
    uvicorn.run(Echo.as_asgi(), port=port, lifespan="off", log_level="error", **options)  # type: ignore[arg-type]


if __name__ == "__main__":
    main(int(sys.argv[1]))
