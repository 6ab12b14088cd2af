"""Running ffmpeg and the like: with progress, to be called off, ending with who started them.

What they print may name files and is thrown away; only why they failed is said, in words of ours.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO

from leadrush.tied import tied_to

EVERY = 0.2  # seconds between two looks whether it is called off
GENTLE = 10  # by how much they stand back behind the live room and the site
FULL = (b"No space left on device", b"Disk quota exceeded")

Cancelled = Callable[[], bool]


class Trouble(Exception):
    """A recording could not be made into a film; the message says why."""


class CalledOff(Trouble):
    """Somebody called it off."""


class DiskFull(Trouble):
    """The disk has no room for it: free some, and try again."""


class Failed(Trouble):
    """A program did not do what it was asked."""


def never() -> bool:
    """Call nothing off."""
    return False


def run(
    command: Sequence[str],
    *,
    reads: Callable[[bytes], None] = lambda line: None,
    cancelled: Cancelled = never,
) -> None:
    """Run a program to its end, giving each line that it prints to `reads`.

    Raises `CalledOff` as soon as `cancelled()`, `DiskFull`, or `Failed`; the program has ended then.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - the command is our own
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            preexec_fn=_gently(os.getpid()),
        )
        assert process.stdout
        try:
            _follow(process, process.stdout, reads, cancelled)
        finally:
            if process.poll() is None:
                process.kill()
            process.stdout.close()
            code = process.wait()
        if code:
            raise _why(command[0], code, said)


def _gently(parent: int) -> Callable[[], None]:
    tie = tied_to(parent)

    def begin() -> None:
        tie()
        os.nice(GENTLE)

    return begin


def _follow(
    process: subprocess.Popen[bytes], out: IO[bytes], reads: Callable[[bytes], None], cancelled: Cancelled
) -> None:
    """Read what a program prints until it has ended."""
    os.set_blocking(out.fileno(), False)
    rest = b""
    with selectors.DefaultSelector() as waiting:
        waiting.register(out, selectors.EVENT_READ)
        while True:
            if cancelled():
                raise CalledOff("It was called off.")
            if not waiting.select(EVERY):
                continue
            with suppress(BlockingIOError):
                read = os.read(out.fileno(), 1 << 16)
                if not read:
                    return
                *lines, rest = (rest + read).split(b"\n")
                for line in lines:
                    reads(line)


def _why(program: str, code: int, said: IO[bytes]) -> Trouble:
    """Return what a program's failure is called."""
    said.seek(max(0, said.seek(0, os.SEEK_END) - 65536))
    if any(mark in said.read() for mark in FULL):
        return DiskFull("The disk is full.")
    return Failed(f"{os.path.basename(program)} ended with {code}.")  # noqa: PTH119 - a name, not a file
