"""The replay of a room: its film behind a link that ends, with what was said beside it, in time.

It is there for those who had a seat, once who held the room has opened it, and as long as the film may be
shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leadrush import gate
from leadrush.live import chatting
from leadrush.live.models import Recording, Room
from leadrush.live.timeline import Span, position
from leadrush.media.links import link


@dataclass(frozen=True)
class Replay:
    """What is watched again: the film's address, and the lines of the chat, each with its second."""

    src: str
    lines: list[dict[str, Any]]


def of(room: Room) -> Replay | None:
    """Return a room's replay where its host has opened it. One entry for all lines. Clause `live-chat`."""
    if room.replay is None or not room.replay_open:
        return None
    with gate.using("live.replay", what="live.replay"):
        said = chatting.replayed(room)
    recording = Recording.objects.filter(room=room).first()
    shown = [Span(*span) for span in recording.spans] if recording else []
    lines = []
    for line in said:
        at = round(position(shown, line["at"].timestamp())) if shown else line["seconds"]
        lines.append(line | {"seconds": at, "minute": at // 60 + 1})
    return Replay(link(room.replay, name="replay.mp4", room="live"), lines)


def publish(room: Room, *, on: bool) -> bool:
    """Open a room's replay to those who had a seat, or close it; return whether there is a film to open."""
    return bool(Room.objects.filter(pk=room.pk).exclude(replay=None).update(replay_open=on))
