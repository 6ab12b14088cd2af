"""People of aiortc before a real Janus: they publish a picture and a tone, and count what reaches them."""

from __future__ import annotations

import asyncio
import contextlib
import fractions
import math
import time
from array import array
from typing import Any

import av
from aiortc import (
    AudioStreamTrack,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.mediastreams import MediaStreamError

from leadrush.live.plane.provider import Handle, Offer, Provider


class Picture(VideoStreamTrack):
    """A picture of 320 by 240 that turns from black to white and back each second, with the tone's beat."""

    async def recv(self) -> av.VideoFrame:
        at, base = await self.next_timestamp()
        bright = (at // 90_000) % 2
        frame = av.VideoFrame(320, 240, "gray8")
        frame.planes[0].update(bytes([235 if bright else 16]) * frame.planes[0].buffer_size)
        frame = frame.reformat(format="yuv420p")
        frame.pts, frame.time_base = at, base
        return frame


class Tone(AudioStreamTrack):
    """A tone that sounds for a second while the picture is white, and is silent for a second."""

    async def recv(self) -> av.AudioFrame:
        frame = await super().recv()
        rate, at = frame.sample_rate, frame.pts or 0
        loud = 8000 if (at // rate) % 2 else 0
        samples = array("h", (int(loud * math.sin(0.35 * (at + i))) for i in range(frame.samples)))
        frame.planes[0].update(samples.tobytes())
        frame.time_base = fractions.Fraction(1, rate)
        return frame


class Person:
    """One browser: a connection, and the frames that arrived over it."""

    def __init__(self, media: Provider) -> None:
        self.media = media
        self.connection = RTCPeerConnection()
        self.handle: Handle | None = None
        self.frames = {"audio": 0, "video": 0}
        self.last: dict[str, Any] = {}
        self.tasks: list[asyncio.Task[None]] = []
        self.connection.on("track", self._watch)

    def _watch(self, track: Any) -> None:
        async def count() -> None:
            with contextlib.suppress(MediaStreamError):
                while True:
                    self.last[track.kind] = await track.recv()
                    self.frames[track.kind] += 1

        self.tasks.append(asyncio.ensure_future(count()))

    async def publish(
        self, room: str, word: str, *, tracks: tuple[Any, ...] = (), coding: str = "", take_over: bool = False
    ) -> None:
        """Publish a picture and a tone, or other tracks; the picture in one coding only, as `video/H264`."""
        for track in tracks or (Tone(), Picture()):
            self.connection.addTrack(track)
        if coding:
            known = RTCRtpSender.getCapabilities("video").codecs
            for one in self.connection.getTransceivers():
                if one.kind == "video":
                    one.setCodecPreferences([codec for codec in known if codec.mimeType == coding])
        await self.connection.setLocalDescription(await self.connection.createOffer())
        offer = self.connection.localDescription.sdp
        made = await asyncio.to_thread(self.media.publish, room, word, offer, take_over=take_over)
        self.handle = made.handle
        await self.connection.setRemoteDescription(RTCSessionDescription(made.sdp, "answer"))
        await until(lambda: word in self.media.publishers(room))

    async def watch(self, room: str, words: list[str]) -> Offer:
        """Watch, and return what was offered."""
        made = await asyncio.to_thread(self.media.watch, room, words)
        self.handle = made.handle
        await self.take(made.offer)
        return made.offer

    async def take(self, offer: Offer) -> None:
        """Answer an offer."""
        assert self.handle
        await self.connection.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        answer = self.connection.localDescription.sdp
        await asyncio.to_thread(self.media.answer, self.handle, answer)

    async def sees(self, more: int = 10, seconds: float = 10) -> None:
        """Wait until that many further frames of picture have arrived."""
        begun = self.frames["video"]
        await until(lambda: self.frames["video"] >= begun + more, seconds)

    async def leave(self) -> None:
        """Close the browser."""
        await self.connection.close()
        for task in self.tasks:
            task.cancel()


async def until(holds: Any, seconds: float = 30) -> None:
    """Wait until something holds; fail after so many seconds as a busy machine may need."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        await asyncio.sleep(0.02)
