"""HLS for the crowd: who watches where WebRTC does not reach, and more than a room holds, some seconds later.

The media server, which may be on another machine, sends what is published to ffmpeg as well, encrypted under
a key that is drawn for each start. ffmpeg makes of it pictures of one size, everybody's sound, segments of
two seconds, and a playlist that names the newest. Copying the pictures would cost less, but their size
changes as networks do, and players stop at that. Whoever serves the folder decides who gets it.

A `Crowd` belongs to the process that started it, and ends with it; start it from a thread that stays.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import random
import re
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from leadrush.live.plane.provider import (
    PAYLOAD_TYPES,
    Forwarding,
    Gone,
    Handle,
    Provider,
    Refused,
    Stream,
    Unreachable,
)
from leadrush.tied import tied_to

PLAYLIST = "live.m3u8"
SEGMENT = 2  # seconds
NAMED = 6  # segments that the playlist names
HEIGHT = 720
RATE = 30
BEGINS = 25.0  # seconds within which the first segment has to be there
STALE = 12.0  # seconds without a new segment after which something is wrong
LISTENS = 10.0  # seconds within which ffmpeg has to listen
ENDS = 3.0  # seconds in which it may write its last segment
CLOCKS = {"opus": "opus/48000/2", "vp8": "VP8/90000", "h264": "H264/90000"}
OVER = "#EXT-X-ENDLIST\n"
NAME = re.compile(rf"{re.escape(PLAYLIST)}|part-[0-9]{{6}}\.ts", re.ASCII)
"""What lies in the folder that somebody may have."""


class NotStarted(Exception):
    """ffmpeg did not come up; trying again in some seconds may help."""


@dataclass(frozen=True)
class _Input:
    """One stream, and the UDP port at which ffmpeg takes it; the next port is its RTCP."""

    handle: Handle
    stream: Stream
    port: int


class Crowd:
    """The HLS of one room in one folder. `address` is where the media server reaches this process."""

    def __init__(
        self, media: Provider, folder: Path, *, address: str = "127.0.0.1", height: int = HEIGHT
    ) -> None:
        self.media = media
        self.folder = folder
        self.address = address
        self.height = height
        self._process: subprocess.Popen[bytes] | None = None
        self._since = 0.0

    def start(self, picture: Handle | None, sounds: Sequence[Handle]) -> None:
        """Show one publisher's picture and let all of these be heard; anew if it runs already.

        To be called again when one of them comes, goes, or comes back: players go on by themselves. Without a
        picture it is black, without sounds silent. Raises `Gone`, `Refused`, `Unreachable`, or `NotStarted`.
        """
        self.stop(over=False)
        self.folder.mkdir(parents=True, exist_ok=True)
        inputs = self._inputs(picture, sounds)
        key = base64.b64encode(secrets.token_bytes(30)).decode()
        self._run(inputs, key)
        try:
            self._listening(inputs)
            kept: list[Forwarding] = []
            for handle in dict.fromkeys(one.handle for one in inputs):
                ports = {one.stream.mid: (one.port, 0) for one in inputs if one.handle == handle}
                kept.append(self.media.forward(handle, self.address, ports, key=key))
                self._note().write_text(json.dumps([asdict(forwarding) for forwarding in kept]))
        except BaseException:
            self.stop(over=False)
            raise

    def alive(self) -> bool:
        """Whether new segments come: if not, `start` again."""
        if self._process is None or self._process.poll() is not None:
            return False
        now = time.time()
        try:
            newest = (self.folder / PLAYLIST).stat().st_mtime
        except FileNotFoundError:
            newest = 0.0
        return now - max(newest, self._since + BEGINS - STALE) < STALE

    def stop(self, *, over: bool = True) -> None:
        """End it; twice is once. `over` tells players that nothing more comes."""
        self._stop_forwarding()
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(ENDS)
            self._process.kill()
            self._process.wait()
            self._process = None
        playlist = self.folder / PLAYLIST
        if over and playlist.exists() and not (text := playlist.read_text()).endswith(OVER):
            beside = playlist.with_suffix(".over")
            beside.write_text(text + OVER)
            beside.replace(playlist)

    def _note(self) -> Path:
        """Return the file that says what is forwarded, for the next one if this one is killed."""
        return self.folder.with_name(f".{self.folder.name}.forwarded")

    def _stop_forwarding(self) -> None:
        note = self._note()
        try:
            kept = json.loads(note.read_text())
        except (OSError, ValueError):
            return
        with contextlib.suppress(Unreachable, Gone, Refused):  # then there is nothing that is forwarded
            for one in kept:
                self.media.stop_forwarding(Forwarding(one["room"], one["feed"], tuple(one["numbers"])))
        note.unlink(missing_ok=True)

    def _inputs(self, picture: Handle | None, sounds: Sequence[Handle]) -> list[_Input]:
        wanted: list[tuple[Handle, Stream]] = []
        if picture is not None:
            wanted += [(picture, s) for s in self.media.streams(picture) if s.kind == "video"][:1]
        for handle in sounds:
            wanted += [(handle, s) for s in self.media.streams(handle) if s.kind == "audio"][:1]
        ports = _free_pairs(self.address, len(wanted))
        return [_Input(handle, stream, port) for (handle, stream), port in zip(wanted, ports, strict=True)]

    def _run(self, inputs: Sequence[_Input], key: str) -> None:
        self._since = time.time()
        self._process = subprocess.Popen(  # noqa: S603 - the command is our own
            command(self.folder, [one.stream.kind for one in inputs], self.height),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # it names files and ports, and nothing that could be mended
            preexec_fn=tied_to(os.getpid()),
        )
        assert self._process.stdin
        with contextlib.suppress(BrokenPipeError), self._process.stdin as told:
            streams = [(one.stream.codec, one.port) for one in inputs]
            told.write(describe(self.address, streams, key).encode())

    def _listening(self, inputs: Sequence[_Input]) -> None:
        """Wait until ffmpeg listens: what is sent before is lost, and a whole picture comes seldom."""
        until = time.monotonic() + LISTENS
        for one in inputs:
            while _free(self.address, one.port):
                if self._process is None or self._process.poll() is not None:
                    raise NotStarted("ffmpeg ended at once.")
                if time.monotonic() > until:
                    raise NotStarted("ffmpeg does not listen.")
                time.sleep(0.02)


def describe(address: str, streams: Sequence[tuple[str, int]], key: str) -> str:
    """Return the SDP that says which coding comes at which port, as SRTP under a key (30 bytes in base64)."""
    lines = ["v=0", f"o=- 0 0 IN IP4 {address}", "s=live", f"c=IN IP4 {address}", "t=0 0"]
    for codec, port in streams:
        number = PAYLOAD_TYPES[codec]
        kind = "audio" if codec == "opus" else "video"
        lines += [f"m={kind} {port} RTP/SAVP {number}", f"a=rtpmap:{number} {CLOCKS[codec]}"]
        lines.append(f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{key}")
        if codec == "h264":
            lines.append(f"a=fmtp:{number} packetization-mode=1")
    return "\r\n".join(lines) + "\r\n"


def command(folder: Path, kinds: Sequence[str], height: int) -> list[str]:
    """Return ffmpeg's command for streams of these kinds, which are described at its standard input."""
    width = height * 16 // 9
    line = ["ffmpeg", "-v", "quiet", "-y"]
    if kinds:
        line += [
            "-protocol_whitelist",
            "pipe,udp,rtp,srtp",
            "-analyzeduration",
            "2000000",
            "-probesize",
            "3000000",
        ]
        line += ["-max_delay", "300000", "-f", "sdp", "-i", "pipe:0"]
    made = 1 if kinds else 0
    if "video" in kinds:
        picture = "0:v"
    else:
        line += ["-re", "-f", "lavfi", "-i", f"color=black:s={width}x{height}:r={RATE}"]
        picture, made = f"{made}:v", made + 1
    count = kinds.count("audio")
    if count:
        # What is missing becomes silence. Sounds begin together, at the moment at which forwarding did.
        chains = [f"[0:a:{n}]aresample=48000:async=1000:first_pts=0[s{n}]" for n in range(count)]
        together = "".join(f"[s{n}]" for n in range(count))
        chains.append(
            f"{together}amix=inputs={count}:normalize=0:dropout_transition=0,alimiter=level=0[sound]"
        )
        line += ["-filter_complex", ";".join(chains)]
        sound = "[sound]"
    else:
        line += ["-re", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo"]
        sound = f"{made}:a"
    line += ["-map", picture, "-map", sound]
    line += [
        "-vf",
        f"scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2,"
        f"pad={width}:{height}:-1:-1,setsar=1",
    ]
    line += ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main", "-pix_fmt", "yuv420p"]
    line += ["-bf", "0", "-rc-lookahead", "8"]  # each picture that the coder looks ahead is waited for
    line += ["-crf", "24", "-maxrate", "2500k", "-bufsize", "5000k", "-r", str(RATE), "-vsync", "cfr"]
    line += ["-g", str(SEGMENT * RATE), "-keyint_min", str(SEGMENT * RATE), "-sc_threshold", "0"]
    line += ["-c:a", "aac", "-b:a", "128k", "-ac", "2", "-map_metadata", "-1"]
    line += [
        "-f",
        "hls",
        "-hls_time",
        str(SEGMENT),
        "-hls_list_size",
        str(NAMED),
        "-hls_delete_threshold",
        "3",
    ]
    flags = "delete_segments+append_list+discont_start+omit_endlist+independent_segments+temp_file"
    line += ["-hls_flags", f"{flags}+program_date_time"]
    return [*line, "-hls_segment_filename", str(folder / "part-%06d.ts"), str(folder / PLAYLIST)]


def _free_pairs(address: str, count: int) -> list[int]:
    """Return that many even UDP ports which are free together with the odd one after each."""
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(40000, 60000, 2)  # noqa: S311 - nobody has to guess it
        if port not in found and _free(address, port) and _free(address, port + 1):
            found.append(port)
    return found


def _free(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trying:
        try:
            trying.bind((address, port))
        except OSError:
            return False
    return True
