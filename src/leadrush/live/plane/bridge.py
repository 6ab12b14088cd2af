"""A program that stands in a live room in the place of a browser: it brings in what OBS sends by RTMP.

It reads one stream from nginx on this machine, decodes it, and publishes it through the site's own doors, as
any browser does, so that everything else in the room is as ever: whole pictures are made when a watcher needs
one, and no picture is larger than 1280 by 720, or comes oftener than 30 times a second. It knows no database
and no secret. The worker starts it (`carrying`) and tells it in one line of JSON at its standard input what
to bring where; it ends when the stream does, when a door says that it may not, or with the worker.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
import urllib.error
import urllib.request
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic, TypeVar

import av
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av.audio.resampler import AudioResampler
from av.video.reformatter import VideoReformatter

WIDTH, HEIGHT, RATE = 1280, 720, 30
SAMPLES = 960
"""Of sound in one packet: 20 ms."""
WAITS = 12.0
"""Seconds without anything from the stream after which it is over."""
LOOKS = {"analyzeduration": "3000000", "probesize": "2000000"}
"""How long is looked what the stream has before it begins: microseconds, bytes."""
HELD = {"video": 2, "audio": 25}
"""Frames that wait to be sent at most: who is late drops the oldest, so that nobody sees the past."""
COMES_UP, PING = 0.1, 3.0
"""Seconds between two questions to the site: until media flow, and then."""
AGAIN, LONGEST = 0.5, 4.0
"""Seconds until it is tried again to publish: doubled up to the longest."""
AWAY = frozenset({"away", "unreachable", "busy"})
LATER = AWAY | {"gone", "full"}

Kind = TypeVar("Kind", av.VideoFrame, av.AudioFrame)


class Track(MediaStreamTrack, Generic[Kind]):
    """Frames of one kind, as they come; `put` is called from the thread that reads."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self._home = asyncio.get_running_loop()
        self._frames: deque[Kind] = deque(maxlen=HELD[kind])
        self._came = asyncio.Event()

    def put(self, frame: Kind) -> None:
        """Let a frame be sent; none until the connection takes them."""
        self._frames.append(frame)
        self._home.call_soon_threadsafe(self._came.set)

    async def recv(self) -> Kind:
        """Return the next frame, as aiortc asks for it."""
        while not self._frames:
            if self.readyState != "live":
                raise MediaStreamError
            self._came.clear()
            await self._came.wait()
        return self._frames.popleft()


class Source(threading.Thread):
    """Reads the stream, and gives its frames to the newest tracks; `begun` is set with its first picture or
    sound, `over` at its end."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.address = address
        self.loop = asyncio.get_running_loop()
        self.begun, self.over = asyncio.Event(), asyncio.Event()
        self.video, self.audio = self.tracks()
        self._next = -1.0

    def tracks(self) -> tuple[Track[av.VideoFrame], Track[av.AudioFrame]]:
        """Return new tracks, which get from now on what comes."""
        self.video, self.audio = Track[av.VideoFrame]("video"), Track[av.AudioFrame]("audio")
        return self.video, self.audio

    def run(self) -> None:
        """Read to the end, whatever it is."""
        # PyAV's own errors are among these.
        with (
            suppress(OSError, ValueError),
            av.open(self.address, timeout=(WAITS, WAITS), options=LOOKS) as stream,
        ):
            self._read(stream)
        self.loop.call_soon_threadsafe(self.over.set)

    def _read(self, stream: Any) -> None:
        wanted = [*stream.streams.video[:1], *stream.streams.audio[:1]]
        sized = VideoReformatter()
        evened = AudioResampler(format="s16", layout="stereo", rate=48_000, frame_size=SAMPLES)
        for packet in stream.demux(wanted):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                continue
            for frame in frames:
                if isinstance(frame, av.VideoFrame):
                    if self._is_due(frame):
                        self.video.put(fitted(sized, frame))
                else:
                    for sound in evened.resample(frame):
                        self.audio.put(sound)
            if frames and not self.begun.is_set():
                self.loop.call_soon_threadsafe(self.begun.set)

    def _is_due(self, frame: av.VideoFrame) -> bool:
        """Whether a picture is shown: of more than 30 a second not all are."""
        if frame.time is None:
            return False
        if frame.time < self._next - 1:  # its clock was set back
            self._next = frame.time
        if frame.time < self._next - 0.2 / RATE:
            return False
        self._next = max(self._next + 1 / RATE, frame.time)
        return True


def fitted(sized: VideoReformatter, frame: av.VideoFrame) -> av.VideoFrame:
    """Return a picture as it is coded: no larger than 1280 by 720, sides even."""
    share = min(Fraction(1), Fraction(WIDTH, frame.width), Fraction(HEIGHT, frame.height))
    width, height = (max(2, int(side * share) // 2 * 2) for side in (frame.width, frame.height))
    return sized.reformat(frame, width, height, "yuv420p", interpolation="BILINEAR")


class Word(Exception):
    """What a door of the site refuses, by its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Doors:
    """The doors of one room, for the newest ticket."""

    site: str
    about: str
    ticket: str

    async def ask(self, tail: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask one by POST; return what it says. Raises `Word`."""
        said = await asyncio.get_running_loop().run_in_executor(None, self._ask, tail, body)
        self.ticket = said.get("ticket", self.ticket)
        return said

    def _ask(self, tail: str, body: dict[str, Any] | None) -> dict[str, Any]:
        headers = {"Live-Ticket": self.ticket, "Content-Type": "application/json"}
        asked = urllib.request.Request(  # noqa: S310 - an address on loopback that the worker gave
            f"{self.site}/live/{self.about}/{tail}",
            json.dumps(body or {}).encode(),
            headers | {"Sec-Fetch-Site": "same-origin"},
        )
        try:
            with urllib.request.urlopen(asked, timeout=15) as answer:  # noqa: S310
                return dict(json.load(answer))
        except urllib.error.HTTPError as refused:
            with refused, suppress(ValueError):
                raise Word(str(json.load(refused)["code"])) from None
        except (OSError, ValueError):
            pass
        raise Word("away")


async def publish(doors: Doors, connection: RTCPeerConnection) -> None:
    """Publish over a connection until a door says that it is over; raises `Word`."""
    await connection.setLocalDescription(await connection.createOffer())
    offer = {"sdp": connection.localDescription.sdp, "what": "camera", "program": True}
    said = await doors.ask("publish/", offer)
    await connection.setRemoteDescription(RTCSessionDescription(said["sdp"], "answer"))
    up = False
    while True:
        await asyncio.sleep(PING if up else COMES_UP)
        try:
            up = bool((await doors.ask(f"connection/{said['connection']}/ping/"))["up"])
        except Word as word:
            if word.code not in AWAY:  # media may well flow while the site starts anew
                raise


async def keep_publishing(doors: Doors, source: Source) -> None:
    """Publish what the source gives, anew whenever that ends, until a door says that it may not."""
    wait = AGAIN
    while True:
        connection = RTCPeerConnection()
        begun = source.loop.time()
        try:
            for track in source.tracks():
                connection.addTransceiver(track, direction="sendonly")
            await publish(doors, connection)
        except Word as word:
            if word.code not in LATER:
                return
        finally:
            await connection.close()
        wait = AGAIN if source.loop.time() - begun > LONGEST else min(2 * wait, LONGEST)
        await asyncio.sleep(wait)


async def carry(told: dict[str, str]) -> None:
    """Bring one stream into its room."""
    source = Source(told["source"])
    source.start()
    over = asyncio.create_task(source.over.wait())
    await asyncio.wait([over, asyncio.create_task(source.begun.wait())], return_when="FIRST_COMPLETED")
    if not over.done():
        doors = Doors(told["site"], told["about"], told["ticket"])
        await asyncio.wait(
            [over, asyncio.create_task(keep_publishing(doors, source))], return_when="FIRST_COMPLETED"
        )


def main() -> None:
    """Carry what the first line says, until that is over."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    asyncio.run(carry(json.loads(sys.stdin.readline())))
    os._exit(0)  # the thread that reads may be waiting for what never comes


if __name__ == "__main__":
    main()
