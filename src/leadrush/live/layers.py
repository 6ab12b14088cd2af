"""What carries a room's messages from one web process to the others; read by the settings."""

from __future__ import annotations

from typing import Any

IN_MEMORY = "channels.layers.InMemoryChannelLayer"
REDIS = "channels_redis.pubsub.RedisPubSubChannelLayer"


def layers(url: str) -> dict[str, dict[str, Any]]:
    """Return channels' settings: messages stay within this process, or go through the Redis at this address.

    Each process has one channel a room, whatever many listen, so that a full one is a process that stands
    still; what it missed it reads from the database when its listeners come back.
    """
    if not url:
        return {"default": {"BACKEND": IN_MEMORY, "CONFIG": {"capacity": 10_000}}}
    return {"default": {"BACKEND": REDIS, "CONFIG": {"hosts": [url]}}}
