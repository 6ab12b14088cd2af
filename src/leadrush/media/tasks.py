"""What media do by the clock: films looked into, files carried elsewhere, what nobody wants swept."""

from __future__ import annotations

import atexit
import logging
import subprocess
import sys
import time

from django.db.models import F
from django.db.models.functions import Least

from leadrush import gate
from leadrush.media import arrivals, keeping, looking
from leadrush.media.models import File

log = logging.getLogger(__name__)
REST = 60.0
"""Seconds after which it is tried again, where a process did not end well."""
MANY = 1000
"""How far it is counted how often a file was tried."""
_work: subprocess.Popen[bytes] | None = None
_after = 0.0


@gate.task("media.look", use=None, every=2, why="Looks into files of the business, which are about nobody.")
def look() -> None:
    """Have the next file looked into, one at a time, beside the worker."""
    global _work, _after
    if _work is not None:
        if _work.poll() is None:
            return
        if _work.returncode:
            log.error("A file could not be looked into or carried elsewhere; it is tried again in a minute.")
            _after = time.monotonic() + REST
        _work = None
    if time.monotonic() < _after:
        return
    # What was tried less often comes first: one file that ends its process holds up no other.
    file = looking.waiting().order_by("looks", "pk").first()
    if file is not None:
        File.objects.filter(pk=file.pk).update(looks=Least(F("looks") + 1, MANY))
        command = [sys.executable, "-m", "leadrush.media", str(file.pk)]
        _work = subprocess.Popen(command)  # noqa: S603  # our own program, and a number


@atexit.register
def _end() -> None:
    if _work is not None and _work.poll() is None:
        _work.terminate()


@gate.task("media.sweep", use=None, every=3600, why="Removes files of the business, which are about nobody.")
def sweep() -> None:
    """Remove what arrived in part and was left for a day, and files that no room came to point at."""
    arrivals.sweep()
    keeping.sweep()
