"""What of a room is watched at another machine, by those who found no place at its own.

It is made once, found again by any process, made anew when somebody comes on stage or comes back, and taken
down when nobody watches there.

Whoever watches a branch that is made anew or taken down is told that their connection is gone, and joins
again by themselves. Nothing is held while media servers are asked; one process at a time makes a branch.
"""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush.live import machines, media, naming, placing
from leadrush.live.answering import NotTaken
from leadrush.live.models import HOSTING, Branch, Connection, Guest, Role, Room
from leadrush.live.plane.janus import relaying
from leadrush.live.plane.janus.relaying import Relayed
from leadrush.live.plane.machine import NotSet
from leadrush.live.plane.provider import Gone, Handle, Refused, Unreachable, Watching, Why

MADE_WITHIN = timedelta(seconds=20)
"""After that a process that makes a branch is taken for dead."""
UNWATCHED = timedelta(seconds=30)
"""How long a branch stays that nobody watches: whoever let it be made may be about to."""
MOUNTPOINT = re.compile(rf"{naming.ROOM.pattern}\.[0-9a-f]{{8}}", re.ASCII)


def watch(guest: Guest, machine: str) -> Watching:
    """Let somebody watch, at this machine, all who publish but themselves.

    Raises `Gone` where a branch ended just now, `NotTaken` while another process makes it, `Refused` where
    nobody can be seen, `Unreachable`.
    """
    branch = _ready(guest.room, machine)
    own = {naming.participant(guest.pk, what) for what in (naming.CAMERA, naming.SCREEN)}
    words = {handle.participant for handle in _published(guest.room).values()}
    with media.relay(machine) as relay:
        try:
            return relay.watch(Relayed.of(branch.relayed), words - own)
        except Gone:  # that machine was started anew: the next one makes it anew
            Branch.objects.filter(pk=branch.pk, mountpoint=branch.mountpoint).update(fed_at=None)
            raise


def shows(room: Room, mountpoint: str) -> bool:
    """Say whether a branch under that name still has all who are to be seen."""
    branch = Branch.objects.filter(room=room, mountpoint=mountpoint).exclude(fed_at=None).first()
    return branch is not None and _published(room).keys() <= set(branch.feeds)


def _published(room: Room) -> dict[int, Handle]:
    """Return what can be seen and heard in a room, by the numbers of connections."""
    rows = Connection.objects.filter(room=room, ended_at=None, up_at__isnull=False, guest__removed_at=None)
    rows = rows.filter(guest__role__in=[*HOSTING, Role.SPEAKER]).exclude(what=Connection.What.WATCH)
    return {key: Handle.of(plain) for key, plain in rows.order_by("pk").values_list("pk", "handle")}


def _ready(room: Room, machine: str) -> Branch:
    """Return a room's branch at a machine with all who are to be seen, made (anew) if it has to be."""
    published = _published(room)
    if not published:
        raise Refused(Why.NOBODY, "None of them publishes.")
    branch, _made = Branch.objects.get_or_create(room=room, machine=machine)
    if _is_whole(branch, room, published):
        return branch
    if not _claimed(branch):
        raise NotTaken("busy", _("A place is being made for you. Try again in a moment."))
    try:
        if not _is_whole(branch, room, published):  # as it is now, and not before another one made it
            _make(branch, room, published)
    finally:
        Branch.objects.filter(pk=branch.pk, busy_until=branch.busy_until).update(busy_until=None)
    return branch


def _is_whole(branch: Branch, room: Room, published: dict[int, Handle]) -> bool:
    there = branch.fed_at is not None and branch.source == placing.standing(room)
    return there and published.keys() <= set(branch.feeds)


def _claimed(branch: Branch) -> bool:
    """Be the only one who makes a branch or takes it down, for a while; say whether that is so."""
    now = timezone.now()
    free = Branch.objects.filter(pk=branch.pk).filter(Q(busy_until=None) | Q(busy_until__lt=now))
    if not free.update(busy_until=now + MADE_WITHIN):
        return False
    branch.refresh_from_db()
    return True


def _make(branch: Branch, room: Room, published: dict[int, Handle]) -> None:
    """Make a branch anew, and note each step before what it makes, so that a crash leaves nothing unknown."""
    end(branch)
    drawn = f"{room.provider_room}.{secrets.token_hex(4)}"
    _note(branch, source=placing.standing(room), mountpoint=drawn, relayed={}, feeds=[], fed_at=None)
    with media.provider(branch.source) as source, media.relay(branch.machine) as relay:
        try:
            relayed = relay.open(drawn, source, list(published.values()))
        except Gone:
            raise Refused(Why.NOBODY, "None of them publishes any more.") from None
        _note(branch, relayed=relayed.plain())
        relay.feed(relayed, source, list(published.values()))
    _note(branch, feeds=list(published), fed_at=timezone.now())


def _note(branch: Branch, **facts: Any) -> None:
    """Write down how far it is. Raises `Gone` where another process has taken it over meanwhile."""
    mine = Branch.objects.filter(pk=branch.pk, mountpoint=branch.mountpoint)
    if not mine.update(**facts):
        raise Gone("Another process makes it.")
    for name, fact in facts.items():
        setattr(branch, name, fact)


def end(branch: Branch) -> None:
    """End what there is of a branch, at both machines.

    One that gives no answer is left to the clock: what it sends ends with the publisher, and what stands
    there under a name that nobody knows is closed.
    """
    if branch.relayed:
        with suppress(NotSet, Unreachable, Gone), media.provider(branch.source) as source:
            relaying.stop(source, Relayed.of(branch.relayed))
    if branch.mountpoint:
        with suppress(NotSet, Unreachable), media.relay(branch.machine) as relay:
            relay.close(branch.mountpoint)


def sweep() -> None:
    """Take down what nobody watches, what is of a room that is over or stands elsewhere, and what no branch
    knows. Under `live.host`."""
    if machines.alone():
        return
    for branch in Branch.objects.select_related("room"):
        if not _is_wanted(branch) and _claimed(branch):
            end(branch)
            Branch.objects.filter(pk=branch.pk).delete()
    for name in machines.names():
        with suppress(NotSet, Unreachable, Refused), media.relay(name) as relay:
            standing = [one for one in relay.mountpoints() if MOUNTPOINT.fullmatch(one)]
            # Asked after that: a name is written down before anything is made under it.
            known = set(Branch.objects.filter(machine=name).values_list("mountpoint", flat=True))
            for one in standing:
                if one not in known:
                    relay.close(one)


def _is_wanted(branch: Branch) -> bool:
    room = branch.room
    if room.is_over or branch.source not in ("", placing.standing(room)):
        return False
    now = timezone.now()
    if branch.fed_at is None:
        return branch.busy_until is not None and branch.busy_until > now
    if branch.fed_at > now - UNWATCHED:
        return True
    watched = Connection.objects.filter(room=room, machine=branch.machine, ended_at=None)
    return bool(watched.filter(what=Connection.What.WATCH).exists())
