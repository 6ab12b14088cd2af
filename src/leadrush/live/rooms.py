"""What a page elsewhere may know of a room: whether it is on, and whether there is a replay."""

from __future__ import annotations

from leadrush.live.models import Room, RoomState

ON = (RoomState.GREEN, RoomState.LIVE, RoomState.PAUSED)


def stands(about: str) -> str:
    """Return how the room of an occasion stands: `on` where those with a seat can come in, `replay` where
    they can watch it again, else nothing."""
    room = Room.objects.filter(about=about).only("state", "replay_open", "replay_id").first()
    if room is None:
        return ""
    if room.state in ON:
        return "on"
    return "replay" if room.replay_id and room.replay_open else ""
