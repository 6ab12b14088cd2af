"""Telling a room: one message, written as JSON once, for all who listen in every process.

Verbs tell when their transaction has committed, whoever called them: a socket, a page, a task. Without
anybody who listens, telling costs nothing.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any

import msgspec
from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import transaction

from leadrush.live import changes

log = logging.getLogger(__name__)
TYPE = "live.told"


class Serving:
    """The loop on which this process serves sockets, while it serves any."""

    loop: asyncio.AbstractEventLoop | None = None


def group(room: int) -> str:
    """Return the name under which a room's processes listen."""
    return f"live.{room}"


def write(kind: str, **facts: Any) -> str:
    """Return a message as it goes over a socket."""
    return msgspec.json.encode({"kind": kind, **facts}).decode()


def tell(
    room: int,
    kind: str,
    /,
    *,
    to: int | None = None,
    hosts: bool = False,
    close: int = 0,
    **facts: Any,
) -> None:
    """Tell everybody in a room when the transaction has committed; or one guest (`to`), or its hosts alone.

    `close` ends the sockets that are told, with this code.
    """
    said = {"text": write(kind, **facts), "to": to, "hosts": hosts, "close": close}
    transaction.on_commit(partial(send, room, said), robust=True)


def look_again(room: int, guest: int) -> None:
    """Let every process ask whether the windows of a guest still are the one that is in the room."""
    transaction.on_commit(partial(send, room, {"look": guest}), robust=True)


def count_again(room: int, what: str, key: int) -> None:
    """Let a poll, or a question, be counted and told within a second, however many answer meanwhile."""
    transaction.on_commit(partial(send, room, {"again": [what, key]}), robust=True)


def send(room: int, message: dict[str, Any]) -> None:
    """Hand a message to every process in which somebody listens to this room; from any thread."""
    changes.note(room)
    layer = get_channel_layer()
    loop = Serving.loop
    if layer is None:
        return
    going = {"type": TYPE, **message}
    if loop is not None and loop.is_running():
        asyncio.run_coroutine_threadsafe(_send(layer, room, going), loop)
    elif not isinstance(layer, InMemoryChannelLayer):
        async_to_sync(layer.group_send)(group(room), going)


async def _send(layer: Any, room: int, message: dict[str, Any]) -> None:
    try:
        await layer.group_send(group(room), message)
    except Exception as fault:
        # What was said is stored: whoever comes back reads it. Its words stay out of the log.
        log.error("A room could not be told: %s.", type(fault).__name__)
