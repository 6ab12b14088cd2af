"""HLS of a real room: a playlist that grows, with segments that play, in time."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from aiortc import AudioStreamTrack

from leadrush.live.plane.crowd import PLAYLIST, Crowd
from leadrush.live.tests.people import Person, until
from leadrush.live.tests.tapes import beats
from tests.rig import janus as rig
from tests.rig.janus import Running

janus = rig.janus


@pytest.fixture
def room(janus: Running, request: pytest.FixtureRequest) -> Iterator[str]:
    """Return a room of this test's own."""
    name = request.node.name[:40]
    janus.janus.open(name)
    yield name
    janus.janus.close(name)


def named(folder: Path) -> list[str]:
    """Return the segments that the playlist names."""
    playlist = folder / PLAYLIST
    lines = playlist.read_text().splitlines() if playlist.exists() else []
    return [line for line in lines if line and not line.startswith("#")]


def decoded(segment: Path) -> tuple[int, int, int, int]:
    """Return how many pictures and samples a segment has, and how large the pictures are."""
    with av.open(str(segment)) as whole:
        pictures = [(frame.width, frame.height) for frame in whole.decode(video=0)]
    with av.open(str(segment)) as whole:
        samples = sum(frame.samples for frame in whole.decode(audio=0))
    return len(pictures), samples, *pictures[0]


def test_the_crowd_sees_within_15_seconds_and_goes_on_when_the_presenter_comes_back(
    janus: Running, room: str, tmp_path: Path
) -> None:
    crowd = Crowd(janus.janus, tmp_path / "hls")

    async def act() -> None:
        ana, ben = Person(janus.janus), Person(janus.janus)
        await ana.publish(room, "ana")
        await ben.publish(room, "ben", tracks=(AudioStreamTrack(),))
        assert ana.handle and ben.handle
        begun = time.monotonic()
        # Ben is on stage, and silent.
        await asyncio.to_thread(crowd.start, ana.handle, [ana.handle, ben.handle])
        await until(lambda: len(named(crowd.folder)) >= 2, 15)
        print(f"first playlist with two segments after {time.monotonic() - begun:.1f} s")
        assert crowd.alive()
        pictures, samples, *size = decoded(crowd.folder / named(crowd.folder)[1])
        assert (pictures, size) == (60, [1280, 720])
        assert samples > 80_000
        await until(lambda: len(named(crowd.folder)) >= 4, 15)
        whole = tmp_path / "whole.ts"
        whole.write_bytes(b"".join((crowd.folder / name).read_bytes() for name in named(crowd.folder)))
        pictures_turn, tones_begin = beats(whole)
        # The first segments may begin between a picture and its tone.
        assert min(abs(pictures_turn[0] - tone) for tone in tones_begin) < 0.2
        again = Person(janus.janus)
        await again.publish(room, "ana", take_over=True)
        assert again.handle
        before = named(crowd.folder)
        await asyncio.to_thread(crowd.start, again.handle, [again.handle])
        await until(lambda: len(set(named(crowd.folder)) - set(before)) >= 1, 15)
        text = (crowd.folder / PLAYLIST).read_text()
        assert "#EXT-X-DISCONTINUITY" in text and "#EXT-X-ENDLIST" not in text
        assert decoded(crowd.folder / named(crowd.folder)[-1])[2:] == (1280, 720)
        await asyncio.to_thread(crowd.stop)
        await asyncio.to_thread(crowd.stop)
        assert not crowd.alive()
        assert (crowd.folder / PLAYLIST).read_text().endswith("#EXT-X-ENDLIST\n")
        for person in (ana, ben, again):
            await person.leave()

    try:
        asyncio.run(act())
    finally:
        crowd.stop()


STARTS = """
import json, sys, time
from pathlib import Path
from leadrush.live.plane import machine
from leadrush.live.plane.crowd import Crowd
from leadrush.live.plane.janus import Janus
from leadrush.live.plane.provider import Handle
crowd = Crowd(Janus(machine.host(Path(sys.argv[1]))), Path(sys.argv[2]))
crowd.start(None, [Handle.of(json.loads(sys.argv[3]))])
print(crowd._process.pid, flush=True)
time.sleep(60)
"""


def test_no_ffmpeg_outlives_the_process_that_started_it(janus: Running, room: str, tmp_path: Path) -> None:
    async def act() -> None:
        ana = Person(janus.janus)
        await ana.publish(room, "ana")
        assert ana.handle
        arguments = [str(janus.data), str(tmp_path / "hls"), json.dumps(ana.handle.plain())]
        started = subprocess.Popen(
            [sys.executable, "-c", STARTS, *arguments],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path("src").resolve())},
        )
        assert started.stdout
        pid = int(await asyncio.to_thread(started.stdout.readline))
        # Without a picture it is black, and there.
        await until(lambda: named(tmp_path / "hls"), 15)
        assert decoded(tmp_path / "hls" / named(tmp_path / "hls")[0])[2:] == (1280, 720)
        started.send_signal(signal.SIGKILL)
        started.wait(10)
        await until(lambda: not runs(pid), 10)
        # The next one takes back what the killed one had asked for.
        crowd = Crowd(janus.janus, tmp_path / "hls")
        assert crowd._note().exists()
        crowd.stop()
        assert not crowd._note().exists()
        await ana.leave()

    asyncio.run(act())


def runs(pid: int) -> bool:
    """Whether a process is there, and no mere entry of one that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
