"""One command that starts several processes, keeps them going, and leaves none behind.

Each child leads a session of its own, so that Ctrl-C reaches only the parent, which ends them in order. The
kernel ends a child whose parent was killed. A child that ends by itself is started again, later each time.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from leadrush.tied import HELD_BACK as WATCHED
from leadrush.tied import tied_to

FIRST, LONGEST = 0.5, 30.0  # seconds before a child that ended is started again: doubled up to the longest
STEADY = 60.0  # a child that ran so long starts again at the first delay
PATIENCE = 8.0  # seconds between asking a child to end and ending it
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Child:
    """A program to keep going; `inherits` are the file descriptors it gets."""

    name: str
    command: Sequence[str]
    inherits: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    delay: float = FIRST
    since: float = 0.0
    due: float = 0.0

    def start(self) -> None:
        """Start the program, tied to this process."""
        self.since = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - the command is our own
            self.command,
            pass_fds=self.inherits,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=tied_to(os.getpid()),
        )

    def look(self) -> None:
        """Start the program if it is due; note when it has ended, and when to start it again."""
        now = time.monotonic()
        if self.process is None and now >= self.due:
            self.start()
        elif self.process is not None and (code := self.process.poll()) is not None:
            self.signal(signal.SIGKILL)  # what it may have left in its group
            self.process = None
            self.delay = FIRST if now - self.since > STEADY else self.delay
            self.due = now + self.delay
            print(  # noqa: T201
                f"The {self.name} process ended ({code}); starting it again in {self.delay:g} s.",
                file=sys.stderr,
                flush=True,
            )
            self.delay = min(self.delay * 2, LONGEST)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program and all it has started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def supervise(children: Sequence[Child]) -> None:
    """Keep the children going until this process is asked to end; then end them all."""
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    try:
        while True:
            for child in children:
                child.look()
            waiting = [child.due for child in children if child.process is None]
            pause = max(0.0, min(waiting) - time.monotonic()) if waiting else 3600.0
            got = signal.sigtimedwait(WATCHED, pause)
            if got is not None and got.si_signo in ENDING:
                return
    finally:
        _end(children)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)


def _end(children: Sequence[Child]) -> None:
    for child in children:
        child.signal(signal.SIGTERM)
    until = time.monotonic() + PATIENCE
    for child in children:
        if child.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, until - time.monotonic()))
            child.signal(signal.SIGKILL)
            child.process.wait()
