"""What the street does by the clock: backups, once a day."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings

from leadrush import gate
from leadrush.vault import backups, clocks
from leadrush.website.backups import making
from leadrush.website.running.folder import Stop

log = logging.getLogger("leadrush.backups")
HALF_HOUR = 1800


@gate.task("website.keys", use=None, every=HALF_HOUR, why="Copies keys as they lie, wrapped.")
def keys() -> None:
    """Make a backup of the keys once a day: they are small, and without them nothing opens."""
    if making.due(backups.KEYS) and clocks.doubted() is None:
        _make(lambda: making.keys(say=log.info))


@gate.task("website.data", use=None, every=HALF_HOUR, why="Copies rows as they lie, sealed.")
def data() -> None:
    """Make a backup of the data once a day where it is said where they go."""
    if settings.BACKUPS_DAILY and making.due(backups.DATA) and clocks.doubted() is None:
        _make(lambda: making.data(say=log.info, keep=settings.BACKUPS_KEPT))


def _make(make: Callable[[], object]) -> None:
    try:
        make()
    except Stop as stop:
        log.error("No backup was made. %s", stop.message)
