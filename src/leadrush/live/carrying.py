"""Bringing what OBS sends into its room: one program (`bridge`) for each stream, kept going by the worker.

Of a browser's camera and OBS in the hands of one host the newer is shown. Where OBS began before the camera
it goes on sending, and is shown again once the camera is off.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef

from leadrush.live import encoders, tickets
from leadrush.live.connecting import OPEN
from leadrush.live.models import Connection, Encoder
from leadrush.live.plane import machine, nginx
from leadrush.tied import tied_to

FIRST, LONGEST = 1.0, 8.0
"""Seconds until a bridge that ended is tried again: doubled up to the longest."""
STEADY = 30.0
"""One that ran so long is tried again at the first delay."""


@dataclass
class Carried:
    """What is brought in of one stream: its name, the program that does it, when it is tried again."""

    source: str
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    due: float = 0.0
    delay: float = FIRST

    def is_due(self) -> bool:
        """Say whether the program is to be started: it does not run, and has not just ended."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self.delay = FIRST if now - self.since > STEADY else min(2 * self.delay, LONGEST)
            self.process, self.due = None, now + self.delay
        return self.process is None and now >= self.due

    def start(self, told: dict[str, str]) -> None:
        """Start the program, and tell it what to bring where: arguments can be read by everybody here."""
        self.since = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "leadrush.live.plane.bridge"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # it would name what it reads
            preexec_fn=tied_to(os.getpid()),
        )
        assert self.process.stdin
        with suppress(BrokenPipeError), self.process.stdin as to:
            to.write(json.dumps(told).encode() + b"\n")

    def stop(self) -> None:
        """End the program; twice is once."""
        if self.process is not None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(1)
            self.process.kill()
            self.process.wait()
            self.process = None


_carried: dict[int, Carried] = {}


def run() -> None:
    """Bring in what is sent into rooms that are open, and nothing else. Under a use that reads programs."""
    encoders.forget_silent()
    try:
        there = nginx.here(Path(settings.DATA))
    except machine.NotSet:
        return stop()
    newer = Connection.objects.filter(
        guest=OuterRef("guest"), what="camera", program=False, ended_at=None, made_at__gt=OuterRef("began_at")
    )
    rows = Encoder.objects.exclude(source="").filter(~Exists(newer), room__state__in=OPEN)
    wanted = {row.pk: row for row in rows.select_related("guest__room")}
    for key in [
        key for key, one in _carried.items() if key not in wanted or one.source != wanted[key].source
    ]:
        _carried.pop(key).stop()
    for key, row in wanted.items():
        one = _carried.setdefault(key, Carried(row.source))
        if one.is_due():
            source, ticket = f"rtmp://{there.rtmp}/live/{row.source}", tickets.issue(row.guest)
            one.start({"source": source, "site": there.http, "about": row.guest.room.about, "ticket": ticket})
    return None


def stop() -> None:
    """End all of it, as the process does."""
    for key in list(_carried):
        _carried.pop(key).stop()
