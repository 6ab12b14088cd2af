"""The media server that carries sound and pictures of this site's rooms, if there is one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from leadrush.live import machine
from leadrush.live.janus import Janus
from leadrush.live.provider import Provider, Unreachable

REST = 1.0
"""Seconds for which a media server that gave no answer is not asked again: whoever asks meanwhile would
hold a page thread, and with it everybody else, for as long as it takes to give up."""
_asked_in_vain = -REST


def ready() -> bool:
    """Say whether a media server belongs to this site; it may have to be started anew at this moment."""
    try:
        machine.host(Path(settings.DATA))
    except machine.NotSet:
        return False
    return True


def ice(guest: int) -> list[dict[str, object]]:
    """Return what a guest's browser needs to reach it: `iceServers`."""
    return machine.ice_servers(f"g{guest}")


@contextmanager
def provider() -> Iterator[Provider]:
    """Give the media server for what is asked in the block. Raises `machine.NotSet`, and `Unreachable` at
    once where it gave no answer a moment ago."""
    global _asked_in_vain
    if time.monotonic() - _asked_in_vain < REST:
        raise Unreachable("The media server gave no answer a moment ago.")
    try:
        yield Janus(machine.host(Path(settings.DATA)))
    except Unreachable:
        _asked_in_vain = time.monotonic()
        raise


def trust_again() -> None:
    """Ask it again at once, whatever it did not answer before."""
    global _asked_in_vain
    _asked_in_vain = -REST
