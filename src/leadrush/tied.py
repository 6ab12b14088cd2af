"""Processes that end when the one that started them does, however it ends."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
HELD_BACK = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
"""What a supervisor waits for, and so holds back; its children hear it again."""
libc = ctypes.CDLL(None, use_errno=True)


def tied_to(parent: int) -> Callable[[], None]:
    """Return what a new process runs first (`preexec_fn`) so that it ends, at SIGTERM, when `parent` does.

    The kernel counts the thread that starts it as its parent: start it from one that outlives it.
    """

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before the line above
            os._exit(0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD_BACK)

    return tie
