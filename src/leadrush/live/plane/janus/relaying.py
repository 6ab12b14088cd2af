"""Media of one host, watched at another: where one machine is full, each further one serves as many again.

The publishers' host sends each medium once to a mountpoint of the other host, as SRTP under a key of that
mountpoint: whatever else still sends to one of its ports, as after a crash, is not taken for it. Whoever
watches there has one connection there, with a handle like any.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from leadrush.live.plane.janus.calling import Host, Words, attach, end, tell
from leadrush.live.plane.janus.rooms import SUITE, control
from leadrush.live.plane.provider import (
    PAYLOAD_TYPES,
    Gone,
    Handle,
    Kind,
    Offer,
    Provider,
    Refused,
    Track,
    Unreachable,
    Watching,
    Why,
    word,
)

PLUGIN = "streaming"
MID = re.compile(r"^a=mid:(\S+)", re.MULTILINE)
H264 = "profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1"


@dataclass(frozen=True)
class Part:
    """One sound or picture of a relay: whose it is, `mid` in their connection, and where it is taken."""

    participant: str
    mid: str
    kind: Kind
    port: int
    back: int
    """The port to which the publisher's host sends; from it come requests for whole pictures. 0: none."""


@dataclass(frozen=True)
class Relayed:
    """What of a room can be watched at another host: its mountpoint there, and the parts of it."""

    host: str
    mountpoint: str
    room: str
    address: str
    parts: tuple[Part, ...]

    def plain(self) -> dict[str, Any]:
        """Return it as words, numbers and lists, for a row."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        """Return what `plain` gave. Raises `Gone` for anything else."""
        try:
            given = {field.name: plain[field.name] for field in fields(cls)}
            return cls(**given | {"parts": tuple(Part(**part) for part in given["parts"])})
        except (KeyError, TypeError):
            raise Gone("That is no relay.") from None


class Relay:
    """A host at which people watch what is published at another one."""

    def __init__(self, host: Host) -> None:
        self.host = host

    def open(self, mountpoint: str, source: Provider, publishers: Sequence[Handle]) -> Relayed:
        """Be ready to take what these publish in one room; nothing comes before `feed`.

        A mountpoint of that name is made anew. Raises `Gone` if none of them publishes anything.
        """
        streams = []
        for publisher in publishers:
            with contextlib.suppress(Gone):  # whoever has just gone
                streams += [(publisher, stream) for stream in source.streams(publisher)]
        if not streams:
            raise Gone("They publish nothing.")
        self.close(mountpoint)
        made = control(
            self.host,
            PLUGIN,
            {
                "request": "create",
                "admin_key": self.host.room_key,
                "secret": self.host.room_key,
                "type": "rtp",
                "id": word(mountpoint),
                "is_private": True,
                "srtpsuite": SUITE,
                "srtpcrypto": self._key(mountpoint),
                "media": [
                    {
                        "type": stream.kind,
                        "mid": str(number),
                        "codec": stream.codec,
                        "pt": PAYLOAD_TYPES[stream.codec],
                        "port": 0,  # any of those that are kept for other hosts
                        "iface": self.host.media_address,
                        # Whoever begins to watch asks for a whole picture, and the publisher hears it.
                        **({"rtcpport": 0} if stream.kind == "video" else {}),
                        **({"fmtp": H264} if stream.codec == "h264" else {}),
                    }
                    for number, (_publisher, stream) in enumerate(streams)
                ],
            },
        )
        ports = {
            port["mid"]: (int(port["port"]), int(port.get("rtcp_port", 0)))
            for port in made["stream"]["ports"]
        }
        parts = tuple(
            Part(publisher.participant, stream.mid, stream.kind, *ports[str(number)])
            for number, (publisher, stream) in enumerate(streams)
        )
        return Relayed(self.host.name, mountpoint, streams[0][0].room, self.host.media_address, parts)

    def feed(self, relayed: Relayed, source: Provider, publishers: Sequence[Handle]) -> None:
        """Let their host send. Whoever went meanwhile is left out."""
        for publisher in publishers:
            parts = [part for part in relayed.parts if part.participant == publisher.participant]
            ports = {part.mid: (part.port, part.back) for part in parts}
            if ports:
                with contextlib.suppress(Gone, Refused):
                    source.forward(publisher, relayed.address, ports, key=self._key(relayed.mountpoint))

    def watch(self, relayed: Relayed, participants: Collection[str]) -> Watching:
        """Let somebody watch these participants here; then `answer`.

        Raises `Gone` when the relay has ended, `Refused` (`NOBODY`) if none of them is in it.
        """
        wanted = [(str(n), part) for n, part in enumerate(relayed.parts) if part.participant in participants]
        if not wanted:
            raise Refused(Why.NOBODY, "None of them publishes.")
        session, handle = attach(self.host, PLUGIN)
        body = {"request": "watch", "id": relayed.mountpoint, "media": [mid for mid, _part in wanted]}
        try:
            came = tell(self.host, session, handle, body)
        except BaseException as error:
            with contextlib.suppress(Unreachable, Refused):
                end(self.host, session)
            if isinstance(error, Refused):
                raise Gone("That relay has ended.") from None
            raise
        # What is offered comes in the order of the parts.
        mids = MID.findall(came.sdp)
        tracks = tuple(
            Track(mid, part.kind, part.participant) for mid, (_n, part) in zip(mids, wanted, strict=True)
        )
        where = Handle(self.host.name, session, handle, relayed.mountpoint, "")
        return Watching(where, Offer(came.sdp, tracks))

    def close(self, mountpoint: str) -> None:
        """End a mountpoint, and every connection to it; twice is once."""
        with contextlib.suppress(Refused):
            self._about("destroy", id=mountpoint, secret=self.host.room_key)

    def mountpoints(self) -> list[str]:
        """Say which mountpoints stand."""
        return [str(one["id"]) for one in self._about("list", admin_key=self.host.room_key)["list"]]

    def _about(self, request: str, **more: object) -> Words:
        return control(self.host, PLUGIN, {"request": request, **more})

    def _key(self, mountpoint: str) -> str:
        """Return what media of a mountpoint are encrypted with on their way; nobody has to keep it."""
        made = hmac.new(self.host.room_key.encode(), mountpoint.encode(), hashlib.sha256).digest()
        return base64.b64encode(made[:30]).decode()


def stop(source: Provider, relayed: Relayed) -> None:
    """Let a room's host send nothing more to a relay, however often it was told to; twice is once."""
    source.stop_sending(relayed.room, relayed.address, [part.port for part in relayed.parts])
