"""Recordings as Janus writes them, made without waiting for anybody to speak."""

from __future__ import annotations

import json
import math
import struct
from array import array
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
from aiortc.codecs.vpx import VpxPayloadDescriptor

ROOM = "room"
LARGEST = 1100  # bytes of a packet
TONE = array("h", (int(8000 * math.sin(math.tau * i / 60)) for i in range(960))).tobytes()  # whole waves


def tape(
    folder: Path,
    participant: str,
    kind: str,
    begun: float,
    seconds: float,
    *,
    sizes: tuple[tuple[int, int], ...] = ((160, 120),),
    busy: bool = False,
    temporary: bool = False,
) -> Path:
    """Write what somebody's camera or microphone would have left: beats of a second, as in `people`.

    Pictures go through `sizes` in equal parts; `busy` ones move all over, as to measure with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    micros = round(begun * 1e6)
    name = f"videoroom-{ROOM}-user-{participant}~{micros:x}-{micros}-{kind}-{0 if kind == 'audio' else 1}.mjr"
    path = folder / (name + (".tmp" if temporary else ""))
    told = {
        "t": kind[0],
        "c": "opus" if kind == "audio" else "vp8",
        "s": micros,
        "u": micros,
    }
    packets = _sound(seconds) if kind == "audio" else _pictures(seconds, sizes, busy)
    head = json.dumps(told).encode()
    with path.open("wb") as file:
        file.write(b"MJR00002" + struct.pack("!H", len(head)) + head)
        for number, (at, clock, last, payload) in enumerate(packets):
            number_type = 111 if kind == "audio" else 96
            rtp = struct.pack(
                "!BBHII", 0x80, number_type | (0x80 if last else 0), number & 0xFFFF, clock & 0xFFFFFFFF, 7
            )
            file.write(
                b"MEET" + struct.pack("!IH", round(at * 1000), len(rtp) + len(payload)) + rtp + payload
            )
    return path


Packet = tuple[float, int, bool, bytes]


@cache
def _sound(seconds: float) -> list[Packet]:
    return list(_spoken(seconds))


@cache
def _pictures(seconds: float, sizes: tuple[tuple[int, int], ...], busy: bool) -> list[Packet]:
    return list(_drawn(seconds, sizes, busy))


def _spoken(seconds: float) -> Iterator[Packet]:
    coder = av.CodecContext.create("libopus", "w")
    assert isinstance(coder, av.AudioCodecContext)
    coder.sample_rate, coder.layout, coder.format = 48000, "mono", "s16"
    for number in range(round(seconds * 50)):
        frame = av.AudioFrame(format="s16", layout="mono", samples=960)
        frame.planes[0].update(TONE if (number // 50) % 2 else bytes(len(TONE)))
        frame.sample_rate, frame.pts, frame.time_base = 48000, number * 960, Fraction(1, 48000)
        for packet in coder.encode(frame):
            yield number / 50, number * 960, False, bytes(packet)


def _drawn(seconds: float, sizes: tuple[tuple[int, int], ...], busy: bool) -> Iterator[Packet]:
    total = round(seconds * 30)
    part = math.ceil(total / len(sizes))
    for begin, (width, height) in zip(range(0, total, part), sizes, strict=False):
        coder = av.CodecContext.create("libvpx", "w")
        assert isinstance(coder, av.VideoCodecContext)
        coder.width, coder.height, coder.pix_fmt = width, height, "yuv420p"
        coder.time_base, coder.bit_rate = Fraction(1, 30), 1_500_000 if busy else 300_000
        coder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
        count = min(part, total - begin)
        for number, frame in zip(
            range(begin, begin + count),
            _moving(width, height) if busy else _beats(width, height, begin),
            strict=False,
        ):
            frame.pts, frame.time_base = number - begin, Fraction(1, 30)
            for packet in coder.encode(frame):
                yield from _split(number, bytes(packet))


def _split(number: int, picture: bytes) -> Iterable[Packet]:
    for at in range(0, len(picture), LARGEST):
        described = bytes(VpxPayloadDescriptor(partition_start=1 if at == 0 else 0, partition_id=0))
        last = at + LARGEST >= len(picture)
        yield number / 30, number * 3000, last, described + picture[at : at + LARGEST]


def _beats(width: int, height: int, begin: int) -> Iterator[av.VideoFrame]:
    for number in range(begin, 1 << 30):
        grey = av.VideoFrame(width, height, "gray8")
        grey.planes[0].update(bytes([235 if (number // 30) % 2 else 16]) * grey.planes[0].buffer_size)
        yield grey.reformat(format="yuv420p")


def _moving(width: int, height: int) -> Iterator[av.VideoFrame]:
    with av.open(f"testsrc2=s={width}x{height}:r=30", format="lavfi") as source:
        for frame in source.decode(video=0):
            yield frame.reformat(format="yuv420p")


def beats(film: Path) -> tuple[list[float], list[float]]:
    """Return when the picture turns white, and when the tone begins, in seconds of a film."""
    with av.open(str(film)) as whole:
        bright = [(frame.time or 0.0, _middle(frame)) for frame in whole.decode(video=0)]
    with av.open(str(film)) as whole:
        plain = av.AudioResampler(format="s16", layout="mono", rate=8000)
        loud: list[tuple[float, int]] = []
        for frame in whole.decode(audio=0):
            for piece in plain.resample(frame):
                wave = array("h", bytes(piece.planes[0])[: piece.samples * 2])
                loud += [
                    ((piece.time or 0.0) + at / 8000, max(map(abs, wave[at : at + 40])))
                    for at in range(0, len(wave), 40)
                ]
    return _rises(bright, 80, 150), _rises(loud, 500, 2000)


def _middle(frame: av.VideoFrame) -> int:
    plane = frame.reformat(format="gray8").planes[0]
    return bytes(plane)[frame.height // 2 * plane.line_size + frame.width // 2]


def _rises(values: Iterable[tuple[float, int]], low: int, high: int) -> list[float]:
    found: list[float] = []
    up: bool | None = None
    for at, value in values:
        now = True if value > high else False if value < low else up
        if up is False and now:
            found.append(round(at, 3))
        up = now
    return found
