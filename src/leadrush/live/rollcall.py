"""Which machines answer, asked every two seconds where there are several; a dead one lets its rooms go.

Who was connected there is told that it is over, and comes back at once; the first who is seen again lets
their room stand on another machine. This site asks, so a machine that it does not reach for some seconds
counts as dead, whoever else still does.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import transaction
from django.utils import timezone

from leadrush.live import machines, media, placing, settling
from leadrush.live.models import Connection, Machine, Room, RoomState
from leadrush.live.plane.janus import Host, Janus
from leadrush.live.plane.provider import Refused, Unreachable

PATIENCE = 1.0
"""Seconds in which a machine has to answer."""
QUIET = 5.0
"""Seconds for which this process does not ask one that did not, so that it has time for the others."""


def call() -> None:
    """Note which machines answer and how loaded they are, and let the rooms of dead ones go. Under
    `live.host`."""
    if machines.alone():
        return
    known = machines.known()
    now = timezone.now()
    for (row, host), load in zip(known, _loads([host for _row, host in known]), strict=True):
        if load is None:
            media.rest(host.name, QUIET)
            continue
        media.trust_again(host.name)
        row.answered_at, row.load = now, load
        Machine.objects.filter(pk=row.pk).update(answered_at=now, load=load)
    for name in placing.silent([row for row, _host in known]):
        lose(name)


def _loads(hosts: Sequence[Host]) -> list[int | None]:
    if not hosts:
        return []
    with ThreadPoolExecutor(len(hosts)) as asking:
        return list(asking.map(_load, hosts))


def _load(host: Host) -> int | None:
    try:
        return Janus(host).load(PATIENCE)
    except (Unreachable, Refused):
        return None


def lose(name: str) -> None:
    """End every connection with a machine, and let its rooms stand on none; twice is once."""
    with transaction.atomic():
        settling.end(Connection.objects.filter(machine=name), "gone")
        Room.objects.filter(provider_host=name).exclude(state=RoomState.OVER).update(provider_host="")
