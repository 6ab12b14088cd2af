"""The media servers that carry sound and pictures of this site's rooms, if there are any."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from leadrush.live import machines
from leadrush.live.plane import machine
from leadrush.live.plane.janus import Host, Janus, Relay
from leadrush.live.plane.machine import HERE
from leadrush.live.plane.provider import Provider, Unreachable

REST = 1.0
"""Seconds for which a media server that gave no answer is not asked again: whoever asks meanwhile would
hold a page thread, and with it everybody else, for as long as it takes to give up."""
_rests_until: dict[str, float] = {}


def ready() -> bool:
    """Say whether a media server belongs to this site; it may have to be started anew at this moment."""
    return bool(machines.names())


def ice(guest: int) -> list[dict[str, object]]:
    """Return what a guest's browser needs to reach one: `iceServers`."""
    return machine.ice_servers(f"g{guest}")


@contextmanager
def provider(name: str = HERE) -> Iterator[Provider]:
    """Give the media server of a machine for what is asked in the block.

    Raises `machine.NotSet`, and `Unreachable` at once where it gave no answer a moment ago.
    """
    with _speaking(name) as host:
        yield Janus(host)


@contextmanager
def relay(name: str) -> Iterator[Relay]:
    """Give a machine as one where rooms of others are watched, as `provider` does."""
    with _speaking(name) as host:
        yield Relay(host)


@contextmanager
def _speaking(name: str) -> Iterator[Host]:
    if time.monotonic() < _rests_until.get(name, 0.0):
        raise Unreachable("The media server gave no answer a moment ago.")
    host = machines.get(name)
    try:
        yield host
    except Unreachable as error:
        # Where two are spoken with at once, the other one may have been meant.
        if error.at in ("", host.url, host.admin_url):
            rest(name)
        raise


def rest(name: str, seconds: float = REST) -> None:
    """Do not ask a machine for so long: it gave no answer."""
    _rests_until[name] = time.monotonic() + seconds


def trust_again(name: str = "") -> None:
    """Ask a machine again at once, or all of them, whatever they did not answer before."""
    for one in [name] if name else list(_rests_until):
        _rests_until.pop(one, None)
