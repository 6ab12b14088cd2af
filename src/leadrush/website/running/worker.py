"""The worker process: does what is due, once a second, until it is asked to end."""

from __future__ import annotations

import logging
import signal
import threading
import time
import traceback
from collections.abc import Callable
from datetime import datetime

from django.db import close_old_connections
from django.utils import timezone

EVERY = 1.0  # seconds from one pass to the next

log = logging.getLogger("leadrush.worker")


def work(run_due: Callable[[datetime], object], stop: threading.Event, every: float = EVERY) -> None:
    """Call `run_due(now)` every second until `stop` is set; a pass under way is finished.

    What breaks a pass is logged by its class and place, since its message may quote what somebody typed, and
    the next pass goes on.
    """
    while not stop.is_set():
        begun = time.monotonic()
        try:
            run_due(timezone.now())
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            log.error(
                "A pass of the worker ended in %s at %s:%s.", type(error).__name__, last.filename, last.lineno
            )
        close_old_connections()
        stop.wait(max(0.0, every - (time.monotonic() - begun)))


def main() -> None:
    """Work until SIGTERM or SIGINT."""
    import django

    django.setup(set_prefix=False)
    from leadrush.gate import tasks

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    work(tasks.run_due, stop)
