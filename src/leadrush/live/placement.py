"""Where a room is opened, and where somebody watches: the rule alone, over what is known of the machines."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Load:
    """A machine as it is now: how many may watch there, how many do, and how many publish there.

    `takes`: new rooms and new watchers may be brought there; `answers`: its media server does; `records`:
    its recordings are reached from here. `rtp` is the address at which it takes media of the others.
    """

    name: str
    places: int
    watch: int = 0
    publish: int = 0
    takes: bool = True
    answers: bool = True
    records: bool = True
    rtp: str = "127.0.0.1"

    @property
    def has_place(self) -> bool:
        """Whether one more may watch there."""
        return self.watch < self.places

    @property
    def near(self) -> bool:
        """Whether only its own machine reaches it."""
        return ipaddress.ip_address(self.rtp).is_loopback

    def share(self, load: int) -> tuple[bool, Fraction, str]:
        """Return how much of its place a load takes, to be compared; the name decides between equals."""
        return self.places == 0, Fraction(load, self.places or 1), self.name


def for_room(machines: Sequence[Load], *, recorded: bool) -> str | None:
    """Return where a room is opened: at the least load for its place, of those that take rooms and answer.

    Any room may be recorded later, by one click: those whose recordings are reached from here come first,
    however loaded, and a room that is recorded stands nowhere else. None where there is none.
    """
    open_ones = [one for one in machines if one.takes and one.answers and (one.records or not recorded)]
    best = [one for one in open_ones if one.records] or open_ones
    return min((one.share(one.watch + one.publish) for one in best), default=(False, 0, None))[2]


def for_watcher(machines: Sequence[Load], *, home: str) -> str | None:
    """Return where somebody watches a room: where it stands, as long as there is place; else at the least
    load of those that take watchers, answer, have place, and are reached by what the room's machine sends.

    None where there is none: then it is HLS.
    """
    own = next((one for one in machines if one.name == home), None)
    if own is None:
        return None
    if own.has_place:
        return home
    rest = [one for one in machines if one.takes and one.answers and one.has_place and one.name != home]
    reached = [one for one in rest if own.near or not one.near]
    return min((one.share(one.watch) for one in reached), default=(False, 0, None))[2]
