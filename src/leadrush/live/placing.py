"""On which machine a room stands, and at which one somebody watches it, by what the tables say now.

With one machine all of it is there, and nothing is asked. Of several, a room stands where `provider_host`
says: it is written once, by whichever process is first, and taken back when that machine does not answer any
more (`rollcall`), so that it is written anew.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext as _

from leadrush.live import machines
from leadrush.live.answering import NotTaken
from leadrush.live.models import Connection, Guest, Machine, Room
from leadrush.live.placement import Load, for_room, for_watcher
from leadrush.live.plane.machine import HERE
from leadrush.live.plane.provider import Unreachable

LOST = timedelta(seconds=3)
"""So long after the others have answered, a machine that did not is taken for dead."""
WATCH = Connection.What.WATCH


def standing(room: Room) -> str:
    """Return the machine on which a room stands; empty where it stands on none (any more)."""
    if machines.alone():
        return HERE
    return room.provider_host if room.provider_host in machines.names() else ""


def home(room: Room) -> str:
    """Return the machine on which a room stands; one that stands on none is given one. Of processes that do
    so at once each gets the same. Raises `Unreachable` where no machine takes it.
    """
    for _again in range(3):
        if stands := standing(room):
            return stands
        chosen = _published_at(room) or for_room(loads(), recorded=room.recorded)
        if chosen is None:
            raise Unreachable("No machine takes that room.")
        # Those of before several machines were are this one's.
        had = room.provider_hosts or ([HERE] if room.provider_room else [])
        free = Room.objects.filter(pk=room.pk, provider_host=room.provider_host, recorded=room.recorded)
        free.update(provider_host=chosen, provider_hosts=sorted({*had, chosen}))
        room.refresh_from_db(fields=["provider_host", "provider_hosts", "recorded"])
    raise Unreachable("Others are giving it a machine.")


def _published_at(room: Room) -> str | None:
    """Return where somebody publishes in a room already: it stays there, or they would not see each other."""
    rows = Connection.objects.filter(room=room, ended_at=None, machine__in=machines.names())
    found: str | None = rows.exclude(what=WATCH).values_list("machine", flat=True).first()
    return found


def watched_at(guest: Guest, stands: str) -> str | None:
    """Return the machine at which somebody watches a room that stands on one, None where none has place.

    Whoever holds the room always watches it where it stands.
    """
    if guest.may_host:
        return stands
    if machines.alone():
        others = Connection.objects.filter(what=WATCH, ended_at=None).exclude(guest=guest)
        return HERE if others.count() < settings.LIVE_WATCHERS else None
    return for_watcher(loads(but=guest), home=stands)


def make_recordable(room: Room) -> None:
    """Let a room, which is held, go from a machine whose recordings are not reached from here.

    Raises `NotTaken` while somebody publishes there.
    """
    stands = standing(room)
    if stands in ("", HERE) or machines.all_recordings([stands]).get(stands) is not None:
        return
    if _published_at(room):
        raise NotTaken(
            "recorded",
            _(
                "Recordings of the machine on which this room is do not reach this site. Let everybody leave "
                "the stage for a moment: then it is opened on another one."
            ),
        )
    Room.objects.filter(pk=room.pk).update(provider_host="")


def loads(*, but: Guest | None = None) -> list[Load]:
    """Return how the machines stand, without what one guest has there. Two questions."""
    rows = Connection.objects.filter(ended_at=None)
    if but is not None:
        rows = rows.exclude(guest=but)
    counts = {
        (name, what): count for name, what, count in rows.values_list("machine", "what").annotate(Count("pk"))
    }
    publishing = {name: 0 for name, _what in counts}
    for (name, what), count in counts.items():
        publishing[name] += count if what != WATCH else 0
    known = machines.known()
    lost = silent([row for row, _host in known])
    return [
        Load(
            name=row.name,
            places=settings.LIVE_WATCHERS if row.name == HERE else row.places,
            watch=counts.get((row.name, WATCH), 0),
            publish=publishing.get(row.name, 0),
            takes=row.takes,
            answers=row.name not in lost,
            records=machines.recordings(row) is not None,
            rtp=host.media_address,
        )
        for row, host in known
    ]


def silent(rows: list[Machine]) -> set[str]:
    """Return which of these machines are taken for dead: others have answered since they last did.

    Where none has, as while nobody asks them, all are taken for there.
    """
    last = max((row.answered_at for row in rows if row.answered_at), default=None)
    if last is None:
        return set()
    return {row.name for row in rows if row.answered_at is None or row.answered_at < last - LOST}
