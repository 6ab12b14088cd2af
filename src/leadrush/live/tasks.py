"""What live rooms do by the clock."""

from __future__ import annotations

import atexit
import logging
import os
import subprocess
import sys

from leadrush import gate
from leadrush.live import (
    branches,
    carrying,
    counted,
    crowding,
    editing,
    filming,
    rollcall,
    screening,
    settling,
    staging,
)
from leadrush.tied import tied_to

log = logging.getLogger(__name__)
_film: subprocess.Popen[bytes] | None = None


@gate.task("live.end", use="live.host", every=60)
def end() -> None:
    """End rooms that nobody ended, and destroy secrets of what is counted. Clause `live-polls`."""
    screening.sweep()
    staging.end_forgotten()
    counted.sweep()


@gate.task("live.media", use="live.host", every=5)
def media() -> None:
    """Tell the media servers which connections and rooms are over, and what is recorded."""
    settling.sweep()
    branches.sweep()


@gate.task("live.machines", use="live.host", every=2)
def machines() -> None:
    """See which machines carry live rooms, where there are several, and let the rooms of a dead one go."""
    rollcall.call()


@gate.task("live.crowd", use="live.host", every=2)
def crowd() -> None:
    """Let ffmpeg run for the rooms that somebody watches by HLS."""
    crowding.run()


@gate.task("live.carry", use="live.host", every=1)
def carry() -> None:
    """Let what OBS sends be brought into the rooms that are open."""
    carrying.run()


@gate.task("live.film", use="live.record", every=5)
def film() -> None:
    """Have the next film made, one at a time, beside the worker. Clause `live-recording`."""
    global _film
    if _film is not None:
        if _film.poll() is None:
            return
        if _film.returncode:
            log.error("The film of a live room could not be made; it is tried again in some minutes.")
        _film = None
    recording = filming.due()
    if recording is not None:
        command = [sys.executable, "-m", "leadrush.live", str(recording.pk)]
        # Our own program, and a number.
        _film = subprocess.Popen(command, preexec_fn=tied_to(os.getpid()))  # noqa: S603


@atexit.register
def _end() -> None:
    crowding.stop()
    carrying.stop()
    if _film is not None and _film.poll() is None:
        _film.terminate()


@gate.task("live.takes_back", use="live.record", every=20)
def takes_back() -> None:
    """Take down films with somebody in them who said no. Clause `live-recording`."""
    filming.take_back()


@gate.task("live.originals", use="live.record", every=3600)
def originals() -> None:
    """Erase what was recorded and is past its day, and closed transcripts. Clause `live-recording`."""
    filming.erase_originals()
    editing.close()
