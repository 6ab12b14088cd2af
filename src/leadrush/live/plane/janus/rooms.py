"""Rooms, who publishes in them, and who watches."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import threading
import time
from collections.abc import Collection, Mapping, Sequence

from leadrush.live.plane.janus.calling import (
    PATIENCE,
    Host,
    Outcome,
    SessionOver,
    Words,
    ask,
    attach,
    attached,
    end,
    tell,
)
from leadrush.live.plane.janus.descriptions import clean
from leadrush.live.plane.janus.judging import MARK, health, publisher, tracks
from leadrush.live.plane.provider import (
    PAYLOAD_TYPES,
    Forwarding,
    Gone,
    Handle,
    Health,
    Offer,
    Picture,
    Published,
    Refused,
    Standing,
    Stream,
    Unreachable,
    Watching,
    Why,
    word,
)

PLUGIN = "videoroom"
CODECS = {"audiocodec": "opus", "videocodec": "vp8,h264"}
WHOLE_PICTURE = (
    10  # seconds from one request for a whole picture to the next, besides those that watchers cause
)
SMALLEST, LARGEST = 0, 2  # of a picture's sizes; where one is missing, Janus takes the next
SUITE = 80  # of SRTP: AES-128 in counter mode, a mark of 80 bits on each packet
CONTROL_LASTS = 40.0  # seconds; Janus ends a session after 60 without a request


class _Control(threading.local):
    """Sessions by which one thread asks for what belongs to no connection, and when each was used last."""

    def __init__(self) -> None:
        self.sessions: dict[tuple[str, str], tuple[int, int, float]] = {}


_control = _Control()


def control(host: Host, plugin: str, body: Words) -> Words:
    """Ask a plugin something that belongs to no connection."""
    key = (host.url, plugin)
    session, handle, used = _control.sessions.pop(key, (0, 0, -CONTROL_LASTS))
    if time.monotonic() - used < CONTROL_LASTS:
        with contextlib.suppress(SessionOver):
            return _controlled(host, key, session, handle, body)
    return _controlled(host, key, *attach(host, plugin), body)


def _controlled(host: Host, key: tuple[str, str], session: int, handle: int, body: Words) -> Words:
    try:
        data = tell(host, session, handle, body).data
    except (SessionOver, Unreachable):
        raise
    except (Gone, Refused):
        _control.sessions[key] = (session, handle, time.monotonic())
        raise
    _control.sessions[key] = (session, handle, time.monotonic())
    return data


class Janus:
    """Live rooms on one machine with Janus. `leadrush.live.plane.provider` says what each verb promises."""

    def __init__(self, host: Host) -> None:
        self.host = host

    def answers(self) -> bool:
        """Whether Janus is there, and ours: what needs no secret would be answered by any."""
        try:
            ask(self.host, "", {"janus": "get_status"}, admin=True)
        except (Unreachable, Refused):
            return False
        return True

    def load(self, patience: float = PATIENCE) -> int:
        """Say how many sessions it carries."""
        return len(ask(self.host, "", {"janus": "list_sessions"}, admin=True, patience=patience)["sessions"])

    def open(self, room: str, *, publishers: int = 6, kbits: int = 1500, recording: bool = False) -> None:
        """Make a room, or leave the one that stands."""
        if self._stands(room):
            if recording:
                self.record(room, True)
            return
        made = {
            "request": "create",
            "room": word(room),
            "admin_key": self.host.room_key,
            "secret": self._secret(room),
            "is_private": True,
            "publishers": publishers,
            "bitrate": kbits * 1000,
            "bitrate_cap": True,
            "fir_freq": WHOLE_PICTURE,
            **CODECS,
            # Without it a telephone held upright turns its pictures itself, for recordings and HLS too.
            "videoorient_ext": False,
            "record": recording,
            "rec_dir": f"{self.host.recordings}/{room}",
            "lock_record": True,
        }
        try:
            control(self.host, PLUGIN, made)
        except Refused:
            if not self._stands(room):  # else somebody has made it at the same moment
                raise

    def close(self, room: str) -> None:
        """End a room."""
        with contextlib.suppress(Gone):
            self.record(room, False)  # this closes the files before it returns, destroying some time after
            self._room("destroy", room)

    def publish(self, room: str, participant: str, offer: str, *, take_over: bool = False) -> Published:
        """Let somebody publish.

        They take a seat under their word, which Janus gives to one at a time, and publish under a name that
        is new each time: Janus takes a moment to let go of what was published before, and who watches is to
        have the new.
        """
        jsep = {"type": "offer", "sdp": clean(offer, "offer")}
        feed = f"{word(participant)}{MARK}{time.time_ns() // 1000:x}"
        if take_over:
            self.expel(room, participant)
        session, seat = attach(self.host, PLUGIN)
        join = {"ptype": "publisher", "room": word(room)}
        try:
            tell(self.host, session, seat, {"request": "join", "id": participant, **join})
            handle = attached(self.host, session, PLUGIN)
            came = tell(self.host, session, handle, {"request": "joinandconfigure", "id": feed, **join}, jsep)
            if not came.sdp:
                raise Refused(Why.UNREADABLE, "The offer has nothing to publish.")
        except BaseException:
            self._undo(session)
            raise
        return Published(Handle(self.host.name, session, handle, room, participant, feed), came.sdp)

    def watch(self, room: str, participants: Sequence[str]) -> Watching:
        """Let somebody watch."""
        wanted = self._wanted(room, participants)
        if not wanted:
            raise Refused(Why.NOBODY, "None of them publishes.")
        session, handle = attach(self.host, PLUGIN)
        body = {
            "request": "join",
            "ptype": "subscriber",
            "room": room,
            "autoupdate": False,  # offers come when they are asked for: nobody waits for others
            "streams": [{"feed": one} for one in wanted],
        }
        try:
            came = tell(self.host, session, handle, body)
        except BaseException:
            self._undo(session)
            raise
        return Watching(Handle(self.host.name, session, handle, room, ""), _offer(came))

    def answer(self, handle: Handle, sdp: str) -> None:
        """Take a browser's answer."""
        jsep = {"type": "answer", "sdp": clean(sdp, "answer")}
        tell(self.host, handle.session, handle.handle, {"request": "start"}, jsep)

    def retune(self, handle: Handle, participants: Sequence[str]) -> Offer | None:
        """Watch others from now on."""
        info = self._about(handle)
        if not info.get("answered"):
            raise Refused(Why.WAITING, "An earlier offer has no answer yet.")
        had = {part["feed_id"] for part in info.get("streams", []) if "feed_id" in part}
        wanted = self._wanted(handle.room, participants)
        less, more = sorted(had.difference(wanted)), [one for one in wanted if one not in had]
        if not less and not more:
            return None
        body: Words = {"request": "update"}
        if less:
            body["unsubscribe"] = [{"feed": one} for one in less]
        if more:
            body["subscribe"] = [{"feed": one} for one in more]
        try:
            came = tell(self.host, handle.session, handle.handle, body)
        except Refused as refused:
            if refused.why is Why.NOBODY and set(more) & set(self._wanted(handle.room, participants)):
                # They publish, and not in the room that this connection was made in.
                raise Gone("The room was made anew.") from None
            raise
        return _offer(came) if came.sdp else None

    def picture(self, handle: Handle, size: Picture) -> None:
        """Send pictures, smaller ones, or sound alone."""
        told = {"send": size is not Picture.NONE, "substream": SMALLEST if size is Picture.SMALL else LARGEST}
        parts = self._about(handle).get("streams", [])
        streams = [{"mid": part["mid"], **told} for part in parts if part.get("type") == "video"]
        if streams:
            tell(self.host, handle.session, handle.handle, {"request": "configure", "streams": streams})

    def alive(self, handle: Handle) -> Health:
        """Keep a connection."""
        ask(self.host, f"/{handle.session}", {"janus": "keepalive"})
        path = f"/{handle.session}/{handle.handle}"
        info = ask(self.host, path, {"janus": "handle_info"}, admin=True)["info"]
        # A connection outlasts its room, with nothing in it.
        if "room" in _there(info) and not self._stands(handle.room):
            raise Gone("The room was closed.")
        return health(info)

    def remove(self, handle: Handle) -> None:
        """End a connection."""
        end(self.host, handle.session)

    def expel(self, room: str, participant: str) -> None:
        """End what a participant publishes."""
        word(participant)
        for one in self._joined(room):
            if publisher(one["id"]) == participant:
                with contextlib.suppress(Refused):  # it went by itself meanwhile
                    self._room("kick", room, id=one["id"])

    def record(self, room: str, on: bool) -> None:
        """Start or stop recording."""
        self._room("enable_recording", room, record=on)

    def rooms(self) -> list[Standing]:
        """Say which rooms stand."""
        found = control(self.host, PLUGIN, {"request": "list", "admin_key": self.host.room_key})["list"]
        return [Standing(one["room"], bool(one.get("record"))) for one in found]

    def publishers(self, room: str) -> list[str]:
        """Say who publishes."""
        return list(dict.fromkeys(publisher(feed) for feed in self._feeds(room)))

    def streams(self, handle: Handle) -> list[Stream]:
        """Say what a publisher sends."""
        return [
            Stream(part["mid"], part["type"], part["codec"], bool(part.get("simulcast")))
            for part in self._about(handle).get("streams", [])
            if part["type"] in ("audio", "video") and "codec" in part
        ]

    def forward(
        self, handle: Handle, address: str, ports: Mapping[str, tuple[int, int]], *, key: str = ""
    ) -> Forwarding:
        """Send a publisher's RTP to other ports as well."""
        streams = {stream.mid: stream for stream in self.streams(handle)}
        sealed = {"srtp_suite": SUITE, "srtp_crypto": key} if key else {}
        done = self._room(
            "rtp_forward",
            handle.room,
            admin_key=self.host.room_key,
            publisher_id=handle.feed,
            host=address,
            **sealed,
            streams=[
                {
                    "mid": mid,
                    "port": port,
                    "pt": PAYLOAD_TYPES[streams[mid].codec],
                    "simulcast": streams[mid].sizes,  # the largest of them; else all go, mixed
                    **({"rtcp_port": back} if back else {}),
                }
                for mid, (port, back) in ports.items()
                if mid in streams
            ],
        )
        numbers = tuple(int(one["stream_id"]) for one in done.get("forwarders", []))
        # Janus asks for a whole picture only of forwarders that are made in its older way.
        tell(self.host, handle.session, handle.handle, {"request": "configure", "keyframe": True})
        return Forwarding(handle.room, handle.feed, numbers)

    def stop_forwarding(self, forwarding: Forwarding) -> None:
        """End that."""
        for number in forwarding.numbers:
            self._stop(forwarding.room, forwarding.feed, number)

    def stop_sending(self, room: str, address: str, ports: Collection[int]) -> None:
        """End whatever goes from a room to these ports."""
        with contextlib.suppress(Gone):
            found = self._room("listforwarders", room, admin_key=self.host.room_key)
            for one in found.get("publishers", []):
                for going in one.get("forwarders", []):
                    if going["host"] == address and going["port"] in ports:
                        self._stop(room, one["publisher_id"], going["stream_id"])

    def _stop(self, room: str, feed: str, number: int) -> None:
        key = self.host.room_key
        with contextlib.suppress(Gone, Refused):  # it has ended
            self._room("stop_rtp_forward", room, admin_key=key, publisher_id=feed, stream_id=number)

    def _secret(self, room: str) -> str:
        """Return what changing a room takes: any process finds it, and it opens no other room."""
        return hmac.new(self.host.room_key.encode(), room.encode(), hashlib.sha256).hexdigest()

    def _room(self, request: str, room: str, **more: object) -> Words:
        body = {"request": request, "room": word(room), "secret": self._secret(room), **more}
        return control(self.host, PLUGIN, body)

    def _joined(self, room: str) -> list[Words]:
        """Return the seats and feeds of a room, as Janus describes them."""
        found: list[Words] = self._room("listparticipants", room)["participants"]
        return found

    def _feeds(self, room: str) -> list[str]:
        """Return what is published in a room, in the order in which it came."""
        feeds = [one["id"] for one in self._joined(room) if one.get("publisher") and MARK in one["id"]]
        return sorted(feeds, key=lambda feed: feed.partition(MARK)[2])

    def _wanted(self, room: str, participants: Sequence[str]) -> list[str]:
        """Return the newest feed of each of these participants who publish now, in their order."""
        newest = {publisher(feed): feed for feed in self._feeds(room)}
        return [newest[one] for one in dict.fromkeys(participants) if one in newest]

    def _stands(self, room: str) -> bool:
        return bool(control(self.host, PLUGIN, {"request": "exists", "room": room}).get("exists"))

    def _about(self, handle: Handle) -> Words:
        """Return what the plugin knows of a connection; raises `Gone`."""
        path = f"/{handle.session}/{handle.handle}"
        return _there(ask(self.host, path, {"janus": "handle_info"}, admin=True)["info"])

    def _undo(self, session: int) -> None:
        with contextlib.suppress(Unreachable, Refused):
            end(self.host, session)


def _there(info: Words) -> Words:
    """Return what the plugin knows, of what the core knows; raises `Gone` if it is in no room any more."""
    about: Words = info.get("plugin_specific") or {}
    if "room" not in about and "mountpoint_id" not in about:
        raise Gone("It was removed, or its room was closed.")
    return about


def _offer(came: Outcome) -> Offer:
    return Offer(came.sdp, tracks(came.data.get("streams", [])))
