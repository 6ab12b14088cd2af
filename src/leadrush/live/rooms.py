"""What a page elsewhere may know of a room: whether it is on."""

from __future__ import annotations

from leadrush.live.models import Room, RoomState

ON = (RoomState.GREEN, RoomState.LIVE, RoomState.PAUSED)


def on(about: str) -> bool:
    """Whether the room of an occasion is open, so that who has a seat can come in."""
    return Room.objects.filter(about=about, state__in=ON).exists()
