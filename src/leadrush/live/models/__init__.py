"""What a live room is, about nobody, and what people who were in it left there."""

from __future__ import annotations

from leadrush.live.models.carried import Branch, Connection, Encoder, Machine
from leadrush.live.models.films import Appearance, Recording, RecordingState
from leadrush.live.models.guests import HOSTING, Guest, Role, Stay
from leadrush.live.models.rooms import Room, RoomState, Turn
from leadrush.live.models.talk import (
    Inquiry,
    InquiryState,
    Line,
    Option,
    Poll,
    PollState,
    Secret,
    Support,
    Vote,
)

__all__ = [
    "HOSTING",
    "Appearance",
    "Branch",
    "Connection",
    "Encoder",
    "Guest",
    "Inquiry",
    "InquiryState",
    "Line",
    "Machine",
    "Option",
    "Poll",
    "PollState",
    "Recording",
    "RecordingState",
    "Role",
    "Room",
    "RoomState",
    "Secret",
    "Stay",
    "Support",
    "Turn",
    "Vote",
]
