"""The film of a recorded room: made when it is over, with those in it who agreed; the recording goes in time.

One film is made at a time, in a process of its own (`python -m leadrush.live KEY`): it takes minutes.
Whatever ends in between, a process, the machine, is begun again. Clause `live-recording`.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from leadrush import gate, statement
from leadrush.live import agreeing, machines, media, naming, occasions, others
from leadrush.live.models import Recording, RecordingState, Room, RoomState
from leadrush.live.plane import machine, pieces, recordings
from leadrush.live.plane.machine import NotSet
from leadrush.live.plane.programs import DiskFull, Trouble
from leadrush.live.plane.provider import Unreachable
from leadrush.live.plane.timeline import Span
from leadrush.media import keeping
from leadrush.media.contents import MP4
from leadrush.media.looking import Made
from leadrush.media.models import File

USE = "live.record"
CATEGORY = "lr:RoomRecording"
TRIES = 3
REST = timedelta(minutes=5)
"""After which it is tried again, where it failed."""
CLOSES = timedelta(minutes=10)
"""How long after its end a recording is not touched while the media server does not say that it is whole."""
STRAY = timedelta(days=1)
"""How long a recording stays that belongs to no room: of a database that was put back to before it."""
NOT_MADE = gettext_noop("The film could not be made. Look whether ffmpeg works, and let it be made again.")
NO_ROOM = gettext_noop("The disk is full. Make room; it is tried again every few minutes.")
CUT = gettext_noop(
    "Somebody who is in it said no after its recording was erased. Cut them out of your copy, and bring that."
)


def folders(room: Room) -> dict[str, Path | None]:
    """Return where the recording of a room lies, by the machines: on this one, and on those on which it stood
    and that there still are; None for one whose folder is not reached just now."""
    found = machines.all_recordings(room.provider_hosts)
    return {name: place and place / room.provider_room for name, place in found.items()}


def reached(room: Room) -> list[Path]:
    """Return those of these folders that are reached."""
    return [place for place in folders(room).values() if place is not None]


def days_kept() -> int:
    """Return for how many days after its event a recording is kept, by the version in force."""
    force = gate.force()
    return statement.kept(given=force, force=force, needs=[(CATEGORY, "live.host")]).get("event", 0)


def over_at(room: Room) -> datetime:
    """Return when the event of a room was over: as planned or, where it ended later, then."""
    ended = room.ended_at or room.made_at
    try:
        return max(ended, occasions.of(room.about).ends_at)
    except LookupError:
        return ended


# --- what is to be made ---------------------------------------------------------------------------------


def due() -> Recording | None:
    """Return the recording of which a film is to be made next: of a room that is over, and whose recording is
    whole. One that was being made when its process ended comes again."""
    now = timezone.now()
    open_ones = Recording.objects.filter(
        room__state=RoomState.OVER,
        state__in=[RecordingState.WAITING, RecordingState.MAKING],
        again_at__lte=now,
        originals_gone_at=None,
    ).select_related("room")
    return next((one for one in open_ones.order_by("again_at") if _is_whole(one.room, now)), None)


def _is_whole(room: Room, now: datetime) -> bool:
    """Say whether nothing is written to a recording any more: the media servers have closed its room.

    One that is not reached is waited for, but not for ever.
    """
    if not room.provider_room:
        return True
    late = room.ended_at is not None and room.ended_at < now - CLOSES
    return all(
        late if place is None else _is_closed(room, name, late) for name, place in folders(room).items()
    )


def _is_closed(room: Room, name: str, late: bool) -> bool:
    try:
        with media.provider(name) as provider:
            return room.provider_room not in {one.room for one in provider.rooms()}
    except NotSet:
        return True
    except Unreachable:
        return late


def again(room: Room, *, for_others: bool | None = None) -> bool:
    """Let the film of a room be made anew, as after somebody was cut out; return whether it is.

    `for_others` lets it be made of those alone who agreed that others see them, or of everybody.
    """
    asked: dict[str, Any] = {} if for_others is None else {"for_others": for_others}
    rows = Recording.objects.filter(room=room, originals_gone_at=None).exclude(state=RecordingState.MAKING)
    return bool(
        rows.update(state=RecordingState.WAITING, tries=0, trouble="", again_at=timezone.now(), **asked)
    )


# --- making it ------------------------------------------------------------------------------------------


def make(key: int) -> None:
    """Make the film of a recording, and let it be its room's replay. What goes wrong is written down."""
    recording = Recording.objects.filter(pk=key).select_related("room").first()
    if recording is None or not recording.room.is_over or recording.originals_gone_at is not None:
        return
    tries = recording.tries + 1
    Recording.objects.filter(pk=key).update(
        state=RecordingState.MAKING, share=0, tries=tries, again_at=timezone.now() + REST
    )
    try:
        _made(recording)
    except recordings.NothingRecorded:
        Recording.objects.filter(pk=key).update(state=RecordingState.NOTHING, share=0)
    except DiskFull:
        Recording.objects.filter(pk=key).update(state=RecordingState.WAITING, trouble=NO_ROOM, tries=0)
    except Trouble:
        failed = tries >= TRIES
        state = RecordingState.FAILED if failed else RecordingState.WAITING
        Recording.objects.filter(pk=key).update(state=state, trouble=NOT_MADE if failed else "")


def _made(recording: Recording) -> None:
    if not recording.room.provider_room:  # nobody ever came on stage
        raise recordings.NothingRecorded("Nothing was recorded.")
    room, places = recording.room, reached(recording.room)
    words = _only_who_agreed(places, agreeing.agreed(room))
    left_out, narrow = _left_out(recording, words)
    target = machine.folder(Path(settings.DATA)) / "films" / f"{room.provider_room}.mp4"
    film = recordings.make(
        places,
        target,
        first=sorted(word for word in words if naming.read(word)[1] == naming.SCREEN),
        without=left_out,
        cuts=[Span(begun, ended) for begun, ended, _seconds in recording.cuts],
        progress=_progress(recording.pk),
    )
    file = keeping.keep(Made(film.path), (MP4,))
    with transaction.atomic():
        held = Room.objects.select_for_update().get(pk=room.pk)
        before, held.replay = held.replay, file
        held.save(update_fields=["replay"])
        Recording.objects.filter(pk=recording.pk).update(
            state=RecordingState.MADE,
            share=1,
            trouble="",
            made_at=timezone.now(),
            seconds=film.seconds,
            words=sorted({naming.person(word) for word in words - left_out}),
            for_others=narrow,
            spans=[[span.begun, span.ended] for span in film.shows],
        )
    film.path.unlink(missing_ok=True)  # where the same film was kept already
    if before is not None and before.pk != file.pk:
        keeping.let_go(before)
    take_back(recording.pk)  # whoever said no meanwhile


def _only_who_agreed(places: Collection[Path], agreed: Collection[str]) -> set[str]:
    """Erase what was recorded of whoever did not agree; return under which words the rest was published."""
    found, _damaged = pieces.find(*places)
    for piece in found:
        if naming.person(piece.participant) not in agreed:
            piece.path.unlink(missing_ok=True)
    return {piece.participant for piece in found if naming.person(piece.participant) in agreed}


def _left_out(recording: Recording, words: Collection[str]) -> tuple[set[str], bool]:
    """Return what of these is left out of a film that is made for others, too, and whether it is one: where
    nobody agreed to that, or they took it back meanwhile, it is for those who had a seat. Clause
    `live-showing`."""
    if recording.for_others:
        seen = others.agreed([recording.room_id])[recording.room_id]
        left_out = {word for word in words if naming.person(word) not in seen}
        if left_out != set(words):
            return left_out, True
    return set(), False


def _progress(key: int) -> Callable[[float], None]:
    """Return what notes the share of a film that is made, about once a second."""
    last = 0.0

    def note(share: float) -> None:
        nonlocal last
        if time.monotonic() - last >= 1:
            last = time.monotonic()
            Recording.objects.filter(pk=key).update(share=round(share, 3))

    return note


# --- who is in it no more -------------------------------------------------------------------------------


def take_back(key: int | None = None) -> int:
    """Take down each film with somebody in it whose yes does not hold any more, and let it be made without
    them; return how many. Under `live.record`."""
    found = Recording.objects.exclude(words=[]).select_related("room")
    taken = 0
    for one in found if key is None else found.filter(pk=key):
        if not set(one.words) <= set(agreeing.agreed(one.room)):
            _take_down(one)
            taken += 1
        elif one.for_others and one.state == RecordingState.MADE and others.of(one).missing:
            # Those who had a seat see it on until it is made without whoever said no to others.
            again(one.room)
    return taken


def rows_go(rows: Any) -> None:
    """Take down the films in which those are whose yes is about to be erased."""
    for one in Recording.objects.filter(room__in=[row.room_id for row in rows]).exclude(words=[]):
        _take_down(one)


def _take_down(one: Recording) -> None:
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=one.room_id)
        file, room.replay = room.replay, None
        room.save(update_fields=["replay"])
        Recording.objects.filter(pk=one.pk).update(words=[], spans=[], share=0, tries=0)
        if one.originals_gone_at is None:
            Recording.objects.filter(pk=one.pk).update(
                state=RecordingState.WAITING, trouble="", again_at=timezone.now()
            )
        else:
            Recording.objects.filter(pk=one.pk).update(state=RecordingState.FAILED, trouble=CUT)
        if file is not None:
            transaction.on_commit(lambda: _let_go(file), robust=True)


def _let_go(file: File) -> None:
    keeping.let_go(file)


# --- what was recorded goes -----------------------------------------------------------------------------


def late(grace: timedelta = timedelta(0)) -> list[Recording]:
    """Return the recordings that are past their day, and still there."""
    found = Recording.objects.filter(room__state=RoomState.OVER, originals_gone_at=None).select_related(
        "room"
    )
    end = timezone.now() - grace - timedelta(days=days_kept())
    return [one for one in found.filter(room__ended_at__lte=end) if over_at(one.room) <= end]


def erase_originals() -> int:
    """Erase the recordings that are past their day, and those of no room; return how many.

    One of which a part is not reached is not erased, and counted as late, until that is.
    """
    erased = 0
    for one in late():
        places = reached(one.room) if one.room.provider_room else []
        for place in places:
            shutil.rmtree(place, ignore_errors=True)
        if one.room.provider_room and len(places) < len(folders(one.room)):
            continue
        Recording.objects.filter(pk=one.pk).update(originals_gone_at=timezone.now())
        erased += 1
    known = set(Room.objects.exclude(provider_room="").values_list("provider_room", flat=True))
    every = [place for place in machines.all_recordings().values() if place is not None and place.is_dir()]
    for stray in (one for place in every for one in place.iterdir()):
        old = stray.stat().st_mtime < time.time() - STRAY.total_seconds()
        if old and naming.ROOM.fullmatch(stray.name) and stray.name not in known:
            shutil.rmtree(stray, ignore_errors=True)
            erased += 1
    return erased
