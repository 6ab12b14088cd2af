"""Media of one host, watched at another: where one machine is full, each further one serves as many again.

The publishers' host sends each medium once to a mountpoint of the other host, through the private network
between them: RTP is not encrypted there. Whoever watches there is one connection there, with a handle like
any.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from leadrush.live.janus.calling import Host, attach, end, tell
from leadrush.live.janus.rooms import Janus, control
from leadrush.live.provider import (
    PAYLOAD_TYPES,
    Forwarding,
    Gone,
    Handle,
    Kind,
    Offer,
    Refused,
    Track,
    Unreachable,
    Watching,
    word,
)

PLUGIN = "streaming"
MID = re.compile(r"^a=mid:(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Relayed:
    """A publisher's media at another host: its mountpoint, its tracks there, and what feeds it."""

    host: str
    mountpoint: str
    participant: str
    kinds: tuple[Kind, ...]
    forwarding: Forwarding

    def plain(self) -> dict[str, Any]:
        """Return it as words, numbers and lists, for a row."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        """Return what `plain` gave. Raises `Gone` for anything else."""
        try:
            given = {field.name: plain[field.name] for field in fields(cls)}
            fed = dict(given["forwarding"])
            fed["numbers"] = tuple(fed["numbers"])
            return cls(**given | {"kinds": tuple(given["kinds"]), "forwarding": Forwarding(**fed)})
        except (KeyError, TypeError, ValueError):
            raise Gone("That is no relay.") from None


class Relay:
    """A host at which people watch what is published at another one."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._rooms = Janus(host)

    def feed(self, source: Janus, publisher: Handle) -> Relayed:
        """Bring a publisher's media here, anew if they are here. Raises `Gone` if nothing is published."""
        streams = source.streams(publisher)
        if not streams:
            raise Gone("They publish nothing.")
        mountpoint = word(f"{publisher.room}.{publisher.participant}"[:64])
        self._forget(mountpoint)
        made = control(
            self.host,
            PLUGIN,
            {
                "request": "create",
                "admin_key": self.host.room_key,
                "secret": self.host.room_key,
                "type": "rtp",
                "id": mountpoint,
                "is_private": True,
                "media": [
                    {
                        "type": stream.kind,
                        "mid": stream.mid,
                        "codec": stream.codec,
                        "pt": PAYLOAD_TYPES[stream.codec],
                        "port": 0,  # any of those that are kept for other hosts
                        "iface": self.host.media_address,
                        # Whoever begins to watch asks for a whole picture, and the publisher hears it.
                        **({"rtcpport": 0} if stream.kind == "video" else {}),
                        **({"fmtp": FMTP} if stream.codec == "h264" else {}),
                    }
                    for stream in streams
                ],
            },
        )
        ports = {
            port["mid"]: (int(port["port"]), int(port.get("rtcp_port", 0)))
            for port in made["stream"]["ports"]
        }
        try:
            fed = source.forward(publisher, self.host.media_address, ports)
        except BaseException:
            self._forget(mountpoint)
            raise
        kinds = tuple(stream.kind for stream in streams)
        return Relayed(self.host.name, mountpoint, publisher.participant, kinds, fed)

    def stop(self, source: Janus, relayed: Relayed) -> None:
        """End it, and every connection to it; twice is once."""
        with contextlib.suppress(Unreachable):
            source.stop_forwarding(relayed.forwarding)
        self._forget(relayed.mountpoint)

    def watch(self, relayed: Relayed) -> Watching:
        """Let somebody watch here; then `answer`. Raises `Gone` when the relay has ended."""
        session, handle = attach(self.host, PLUGIN)
        try:
            came = tell(self.host, session, handle, {"request": "watch", "id": relayed.mountpoint})
        except BaseException as error:
            with contextlib.suppress(Unreachable, Refused):
                end(self.host, session)
            if isinstance(error, Refused):
                raise Gone("That relay has ended.") from None
            raise
        tracks = tuple(
            Track(mid, kind, relayed.participant)
            for mid, kind in zip(MID.findall(came.sdp), relayed.kinds, strict=False)
        )
        where = Handle(self.host.name, session, handle, relayed.mountpoint, "")
        return Watching(where, Offer(came.sdp, tracks))

    def _forget(self, mountpoint: str) -> None:
        with contextlib.suppress(Refused):
            control(
                self.host,
                PLUGIN,
                {"request": "destroy", "id": mountpoint, "secret": self.host.room_key},
            )


FMTP = "profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1"
