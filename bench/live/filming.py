"""Filming: how long it takes until a film is there, as a share of what was recorded."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.live import AREA
from bench.measuring import Figure, Spread, figure
from leadrush.live.plane import recordings
from leadrush.live.tests.tapes import tape

SECONDS = 60
SHARE = 0.5
SIZES = ((640, 360), (1280, 720))


def figures() -> Iterator[Figure]:
    """Measure a minute of one camera that moves all over, whose size changes once."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "room"
        tape(folder, "g1", "audio", 1_772_000_000, SECONDS)
        tape(folder, "g1", "video", 1_772_000_000, SECONDS, sizes=SIZES, busy=True)
        begun = time.perf_counter()
        film = recordings.make(folder, Path(place) / "film.mp4")
        took = (time.perf_counter() - begun) / film.seconds
    yield figure("a film, as a share of its length", Spread(took, took, took), "", SHARE, area=AREA)
