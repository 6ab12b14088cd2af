"""The machines that carry live rooms as their owner sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leadrush.live import machines, placing
from leadrush.live.models import Machine, Room, RoomState

OPEN = (RoomState.GREEN, RoomState.LIVE, RoomState.PAUSED)


@dataclass(frozen=True, slots=True)
class Seen:
    """One machine: who is there now, how many may be, and how it does.

    `records`: its recordings are reached from here; `load`: sessions, as it said at `answered_at`.
    """

    name: str
    places: int
    watch: int
    publish: int
    rooms: int
    takes: bool
    answers: bool
    records: bool
    answered_at: datetime | None
    load: int

    @property
    def state(self) -> str | Promise:
        """Say in words how it does."""
        if not self.answers:
            return _("does not answer")
        if self.answered_at is None:
            return _("not asked yet")
        return _("takes rooms and watchers") if self.takes else _("is being drained")


def seen() -> list[Seen]:
    """Return the machines by name, none where this is the only one. Under `live.host`."""
    if machines.alone():
        return []
    rows = {row.name: row for row in Machine.objects.all()}
    on = Room.objects.filter(state__in=OPEN).exclude(provider_host="")
    rooms = dict(on.values_list("provider_host").annotate(Count("pk")))
    return [
        Seen(
            name=load.name,
            places=load.places,
            watch=load.watch,
            publish=load.publish,
            rooms=rooms.get(load.name, 0),
            takes=load.takes,
            answers=load.answers,
            records=load.records,
            answered_at=rows[load.name].answered_at,
            load=rows[load.name].load,
        )
        for load in placing.loads()
    ]
