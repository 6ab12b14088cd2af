"""The replay of a room: its film behind a link that ends, with what was said beside it, in time.

It is there for those who had a seat, once who held the room has opened it, and as long as the film may be
shown. Where a recording was shown in the room, that is what is watched again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leadrush import gate
from leadrush.live import beside, chatting, editing, occasions
from leadrush.live.models import Recording, Room
from leadrush.live.plane.timeline import position
from leadrush.media import chapters, clocks, films, transcripts
from leadrush.media.films import Chapter, Slide
from leadrush.media.links import link
from leadrush.vault.models import Person


@dataclass(frozen=True)
class Replay:
    """What is watched again: the film's address, the lines of the chat, each with its second, the chapters,
    and what is said in it."""

    src: str
    lines: list[dict[str, Any]]
    chapters: tuple[Chapter, ...]
    slides: tuple[Slide, ...]
    cues: list[transcripts.Cue]

    @property
    def words(self) -> int:
        """How many words are said in it."""
        return transcripts.words_in(self.cues)


def may_watch(room: Room, person: Person) -> bool:
    """Say whether a room's replay is there for somebody who has a seat, or holds the room."""
    if not (_has_own(room) or room.film):
        return False
    return occasions.hosts(room.about, person) or occasions.seat_of(room.about, person) is not None


def of(room: Room) -> Replay | None:
    """Return a room's replay where its host has opened it. One entry for all lines. Clause `live-chat`."""
    return _own(room) if _has_own(room) else _shown(room)


def _has_own(room: Room) -> bool:
    return room.replay is not None and room.replay_open


def _shown(room: Room) -> Replay | None:
    """Return the recording that was shown in a room, with what those who were there said meanwhile."""
    film = films.find(room.film) if room.film else None
    if film is None:
        return None
    end = int(film.seconds)
    said = ((line, min(max(line["seconds"], 0), end)) for line in _said(room))
    return Replay(
        src=films.link(film),
        lines=[line | {"seconds": at, "clock": clocks.clock(at)} for line, at in said],
        chapters=film.chapters,
        slides=film.slides,
        cues=transcripts.cues(film.transcript) if film.transcript else [],
    )


def _said(room: Room) -> list[dict[str, Any]]:
    with gate.using("live.replay", what="live.replay"):
        return chatting.replayed(room)


def _own(room: Room) -> Replay:
    assert room.replay is not None
    recording = Recording.objects.filter(room=room).first()
    shown = beside.spans(recording) if recording else []
    lines = []
    for line in _said(room):
        moment = line["at"].timestamp()
        if recording is not None and editing.is_left_out(recording, moment):
            continue
        at = round(position(shown, moment)) if shown else line["seconds"]
        lines.append(line | {"seconds": at, "clock": clocks.clock(at)})
    text = beside.transcript_of(recording) if recording else ""
    return Replay(
        src=link(room.replay, name="replay.mp4", room="live"),
        lines=lines,
        chapters=beside.chapters_of(recording) if recording else (),
        slides=beside.slides_of(recording) if recording else (),
        cues=transcripts.cues(text) if text else [],
    )


def track(room: Room, name: str) -> str:
    """Return what a player shows beside a replay, `captions.vtt` or `chapters.vtt`; nothing where there is
    none."""
    wants_chapters = name == "chapters.vtt"
    if _has_own(room):
        recording = Recording.objects.filter(room=room).first()
        if recording is None:
            return ""
        return beside.chapter_track(recording) if wants_chapters else beside.transcript_of(recording)
    film = films.find(room.film) if room.film else None
    if film is None or not wants_chapters:
        return film.transcript if film else ""
    return chapters.track(film.chapters, seconds=film.seconds) if film.chapters else ""


def publish(room: Room, *, on: bool) -> bool:
    """Open a room's replay to those who had a seat, or close it; return whether there is a film to open."""
    return bool(Room.objects.filter(pk=room.pk).exclude(replay=None).update(replay_open=on))
