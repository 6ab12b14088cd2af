"""What a media server does for a live room, whichever one it is.

A room and a participant are words that the caller chose: up to 64 letters, digits, `_`, `.` and `-`. They
stand in file names of recordings and in the media server's memory, so they are numbers that mean nothing
elsewhere, never names. A screen that is shown beside a camera is a publisher of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Literal, Protocol, Self

WORD = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)

Kind = Literal["audio", "video"]


PAYLOAD_TYPES = {"opus": 111, "vp8": 96, "h264": 102}
"""What each coding is called in RTP that is forwarded."""


def word(text: str) -> str:
    """Return a room's or participant's word; it is a mistake of ours if it is none."""
    if not WORD.fullmatch(text) or set(text) == {"."}:
        raise ValueError("A room or participant is up to 64 letters, digits, `_`, `.` or `-`.")
    return text


class Unreachable(Exception):
    """The media server does not answer, or not in time. It is worth trying again in a second.

    `at` is the address that was asked, where one was: of several media servers it says which.
    """

    def __init__(self, reason: str, at: str = "") -> None:
        super().__init__(reason)
        self.at = at


class Gone(Exception):
    """The session or the room is not there any more: make the room if it should be there, and join again."""


class Why(StrEnum):
    """Why the media server refused."""

    FULL = "full"
    """As many publish as the room was made for."""
    TAKEN = "taken"
    """Somebody publishes under that word already."""
    NOBODY = "nobody"
    """Whoever is meant does not publish."""
    UNREADABLE = "unreadable"
    """The browser's description of its connection cannot be read."""
    WAITING = "waiting"
    """An earlier offer has no answer yet."""
    OTHER = "other"


class Refused(Exception):
    """The media server does not do that; asking again as before will not help."""

    def __init__(self, why: Why, reason: str) -> None:
        super().__init__(reason)
        self.why = why


class Picture(StrEnum):
    """How much of the pictures somebody who watches is sent."""

    WHOLE = "whole"
    SMALL = "small"
    """Of cameras that a browser sends in two sizes the smaller; all else is whole."""
    NONE = "none"
    """Sound alone."""


@dataclass(frozen=True)
class Handle:
    """Where one connection stands, so that any process can serve the next request about it."""

    host: str
    session: int
    handle: int
    room: str
    participant: str
    """The word under which somebody publishes; empty for who watches."""
    feed: str = ""
    """The media server's own word for what they publish over this connection."""

    def plain(self) -> dict[str, str | int]:
        """Return it as words and whole numbers, for a row or a cache."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        """Return what `plain` gave. Raises `Gone` for anything else, as of an older version."""
        try:
            return cls(**{field.name: plain[field.name] for field in fields(cls)})
        except (KeyError, TypeError):
            raise Gone("That is no connection.") from None


@dataclass(frozen=True)
class Stream:
    """One sound or picture of a publisher: `mid` in its connection, its coding (`vp8`, `opus`), and whether
    it comes in more than one size."""

    mid: str
    kind: Kind
    codec: str
    sizes: bool = False


@dataclass(frozen=True)
class Track:
    """One sound or picture of an offer: `mid` in the offer, and whose it is."""

    mid: str
    kind: Kind
    participant: str


@dataclass(frozen=True)
class Offer:
    """An offer to a browser that watches, to be answered: SDP, and what each of its parts shows."""

    sdp: str
    tracks: tuple[Track, ...]


@dataclass(frozen=True)
class Published:
    """A publisher has joined: its handle, and the SDP that answers its offer."""

    handle: Handle
    sdp: str


@dataclass(frozen=True)
class Watching:
    """Somebody watches as soon as the offer is answered."""

    handle: Handle
    offer: Offer


@dataclass(frozen=True)
class Health:
    """How one connection does, as the media server sees it."""

    up: bool
    """Whether media can flow: not before the offer is answered, nor when the browser has gone away."""
    kbits_in: int
    """In the last second, from the browser."""
    kbits_out: int
    """In the last second, to the browser."""
    lost_in: int
    """Packets from the browser that did not arrive, since it joined."""
    lost_out: int
    """Packets to the browser that did not arrive, as it says itself."""
    round_trip: int
    """Milliseconds; 0 where it is not known."""
    quality: int
    """The worst of its links, 0 to 100: packets lost and packets asked for again count against it."""

    @property
    def slow(self) -> bool:
        """Whether somebody should be told that the connection is weak."""
        return self.up and self.quality < 80


@dataclass(frozen=True)
class Standing:
    """A room that stands, and whether it is recorded."""

    room: str
    recording: bool


@dataclass(frozen=True)
class Forwarding:
    """Media of one publisher that go to another program as well. They end with the publisher."""

    room: str
    feed: str
    numbers: tuple[int, ...]


class Provider(Protocol):
    """One media server. Every call may raise `Unreachable`.

    About one handle, one call runs at a time (`alive` and `remove` aside): the caller holds its row
    meanwhile.
    """

    def answers(self) -> bool:
        """Whether the media server is there. Never raises."""

    def load(self, patience: float = 5.0) -> int:
        """Say how many sessions it carries, ours among them, after so many seconds at most."""

    def open(self, room: str, *, publishers: int = 6, kbits: int = 1500, recording: bool = False) -> None:
        """Make a room for so many publishers, each with pictures of at most so many kilobits a second.

        Twice is once: a room that stands already stays as it is, except that `recording=True` starts
        recording.
        """

    def close(self, room: str) -> None:
        """End a room and every connection in it; twice is once. Recordings are whole when this returns."""

    def publish(self, room: str, participant: str, offer: str, *, take_over: bool = False) -> Published:
        """Let somebody publish, by the offer (SDP) of their browser; it need not wait for its candidates.

        They can be watched once their browser has connected, some hundredths of a second after it got the
        answer: `alive` says `up`, and `publishers` names them.

        With `take_over`, whoever publishes under that word is removed first, as when the same person comes
        back from another device; without, that is `Refused` (`TAKEN`). Raises `Gone` without the room,
        `Refused`.
        """

    def watch(self, room: str, participants: Sequence[str]) -> Watching:
        """Let somebody watch those of these participants who publish now; then `answer`.

        Raises `Gone` without the room, `Refused` (`NOBODY`) if none of them publishes.
        """

    def answer(self, handle: Handle, sdp: str) -> None:
        """Take the browser's answer to the last offer. Raises `Gone`, `Refused` (`UNREADABLE`)."""

    def retune(self, handle: Handle, participants: Sequence[str]) -> Offer | None:
        """Let somebody watch these participants from now on; None if nothing changes for their browser.

        Called when a publisher comes, goes, or comes back. Raises `Gone`, and `Refused` (`WAITING`) while an
        earlier offer has no answer: whoever never answers has to leave and join again.
        """

    def picture(self, handle: Handle, size: Picture) -> None:
        """Send whoever watches so much of the pictures, until the next offer; twice is once. Raises
        `Gone`."""

    def alive(self, handle: Handle) -> Health:
        """Keep a connection for the next 60 seconds, and say how it does. Raises `Gone`."""

    def remove(self, handle: Handle) -> None:
        """End a connection at once; twice is once."""

    def expel(self, room: str, participant: str) -> None:
        """End what a participant publishes, at once, without its handle; twice is once."""

    def record(self, room: str, on: bool) -> None:
        """Start or stop recording everybody who publishes; twice is once. Raises `Gone`."""

    def rooms(self) -> list[Standing]:
        """Say which rooms stand."""

    def publishers(self, room: str) -> list[str]:
        """Say who publishes in a room now. Raises `Gone`."""

    def streams(self, handle: Handle) -> list[Stream]:
        """Say what a publisher sends. Raises `Gone`."""

    def forward(
        self, handle: Handle, address: str, ports: Mapping[str, tuple[int, int]], *, key: str = ""
    ) -> Forwarding:
        """Send a publisher's media to UDP ports too, by `mid`, and ask for a whole picture. Raises `Gone`.

        Of each pair, the first port takes RTP; from the second, if it is not 0, come requests for whole
        pictures. With a key (30 bytes in base64) it goes as SRTP.
        """

    def stop_forwarding(self, forwarding: Forwarding) -> None:
        """End that; twice is once, and who is gone forwards no more anyway."""

    def stop_sending(self, room: str, address: str, ports: Collection[int]) -> None:
        """End whatever goes from a room to these ports, whoever began it; twice is once."""
