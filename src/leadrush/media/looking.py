"""Looking into films and recordings once they came in: how long, how large, whether browsers play them.

A film that says at its end what is in it cannot start at once: it is written anew with that in front. Then,
where there is a storage elsewhere, the file goes there. All of it runs in a process of its own
(`python -m leadrush.media KEY`): minutes of work and hostile bytes take nothing else with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.core.files import File as Upload
from django.core.files.storage import storages
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush.media.contents import AUDIO, MP4, VIDEO
from leadrush.media.models import AWAY, File, landing, shelf

PLAYED = {"h264", "vp8", "vp9", "av1", "aac", "mp3", "opus", "vorbis", "flac"}
"""What every browser of these years plays, by FFmpeg's names."""
FORMATS = {
    "video/mp4": "mp4",
    "audio/mp4": "mp4",
    "video/webm": "matroska",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
}
MOVING = [kind.media for kind in (*VIDEO, *AUDIO)]
LOOKS = 3
"""How often a file is looked into that ends the process."""
UNREADABLE, NOTHING_IN_IT = "unreadable", "nothing"


@dataclass(frozen=True)
class Facts:
    """What is in a film or recording: seconds, and points of its picture (0 where it has none)."""

    seconds: float
    width: int
    height: int
    trouble: str


def waiting() -> Any:
    """Return the files that are to be looked into, or carried to the storage elsewhere."""
    due = Q(kind__in=MOVING, looked_at=None, looks__lt=LOOKS, away=False)
    return File.objects.filter(due | Q(away=False) if AWAY in storages.backends else due)


def words(file: File) -> str:
    """Say in a sentence what is wrong with a film, or that it is being looked into; else nothing."""
    if file.kind not in MOVING:
        return ""
    if file.looked_at is None:
        if file.looks >= LOOKS:
            return _(
                "This file could not be looked into. Open it in a player; save it again if it does not play."
            )
        made = _written_anew(file)
        share = min(99, 100 * made.stat().st_size // file.size) if made.exists() else 0
        return _("Being looked into, %(share)d %% done.") % {"share": share}
    if file.trouble == UNREADABLE:
        return _("This file cannot be read as what it calls itself. Save it again, and bring it once more.")
    if file.trouble == NOTHING_IN_IT:
        return _("Nothing is to be seen or heard in this file. Choose another.")
    if file.trouble:
        return _(
            "Browsers do not play “%(codec)s”, which this file has. Save it with H.264 pictures and AAC "
            "sound, and bring it once more."
        ) % {"codec": file.trouble}
    return ""


def minutes(file: File) -> int | None:
    """Return how many minutes it lasts, at least one; None until that is known."""
    return max(1, round(file.seconds / 60)) if file.seconds else None


def look(file: File) -> None:
    """Look into a file, write it anew where it could not start at once, and carry it where it is to lie."""
    if file.kind in MOVING and file.looked_at is None and file.looks <= LOOKS and not file.away:
        facts = facts_of(Path(shelf().path(file.place)), file.kind)
        if not facts.trouble and file.kind == MP4.media:
            _front(file)
        File.objects.filter(pk=file.pk).update(
            seconds=facts.seconds,
            width=facts.width or None,
            height=facts.height or None,
            trouble=facts.trouble,
            looked_at=timezone.now(),
        )
    if AWAY in storages.backends and not file.away:
        carry(file)


def facts_of(path: Path, kind: str) -> Facts:
    """Return what a film or recording on the disk has in it."""
    import av

    try:
        with av.open(str(path), format=FORMATS[kind]) as film:
            pictures = [stream for stream in film.streams.video if not _cover(stream)]
            streams = [*pictures[:1], *film.streams.audio[:1]]
            if not streams or (kind.startswith("video/") and not pictures):
                return Facts(0, 0, 0, NOTHING_IN_IT)
            size = _size(film, pictures[0]) if pictures else (0, 0)
            length = film.duration / 1_000_000 if film.duration else 0.0
            names = [stream.codec_context.codec.canonical_name for stream in streams]
            return Facts(
                round(length, 3), *size, next((name for name in names if name not in PLAYED), "")[:40]
            )
    except (av.FFmpegError, ValueError, OSError):
        return Facts(0, 0, 0, UNREADABLE)


def _size(film: Any, pictures: Any) -> tuple[int, int]:
    """Return width and height as they are shown: a telephone held upright says so with its first picture."""
    turned = next((picture.rotation for picture in film.decode(pictures)), 0) % 180
    return (pictures.height, pictures.width) if turned else (pictures.width, pictures.height)


def _cover(stream: Any) -> bool:
    return bool(stream.disposition & stream.disposition.attached_pic)


def starts_at_once(film: IO[bytes]) -> bool:
    """Say whether an MP4 says what is in it before the pictures come: box `moov` in front of `mdat`."""
    return next((name for name in _boxes(film) if name in (b"moov", b"mdat")), b"moov") == b"moov"


def _boxes(film: IO[bytes]) -> Iterator[bytes]:
    """Yield the names of the outermost boxes: a length of four bytes, a name, eight bytes more if it is 1."""
    at = 0
    while len(head := film.read(16)) >= 8:
        length, name = int.from_bytes(head[:4], "big"), head[4:8]
        yield name
        length = int.from_bytes(head[8:], "big") if length == 1 else length
        if length < 8:  # to the end of the file, or nonsense
            return
        at += length
        film.seek(at)


def _written_anew(file: File) -> Path:
    return landing() / f"front-{file.pk}.mp4"


def _front(file: File) -> None:
    """Write a film anew so that it can start at once; pictures and sound stay as they are, bit by bit."""
    with file.opened() as film:
        if starts_at_once(film):
            return
    made = _written_anew(file)
    try:
        if not rewritten(Path(shelf().path(file.place)), made):
            return
        place = shelf().save(f"{file.digest[:2]}/{file.digest}-front", Made(made))
        before, size = file.place, Path(shelf().path(place)).stat().st_size
        if File.objects.filter(pk=file.pk, place=before).update(place=place, size=size):
            file.place, file.size = place, size
            shelf().delete(before)
        else:  # let go meanwhile
            shelf().delete(place)
    finally:
        made.unlink(missing_ok=True)


class Made(Upload):  # type: ignore[type-arg]  # no generic at run time
    """A file that is moved onto the shelf and not copied."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        """Return where it lies."""
        return str(self._path)


def rewritten(film: Path, made: Path) -> bool:
    """Write an MP4 anew with its `moov` in front; return whether that could be done."""
    import av

    try:
        with (
            av.open(str(film), format="mp4") as whole,
            av.open(str(made), "w", format="mp4", options={"movflags": "+faststart"}) as out,
        ):
            kept = [
                s
                for s in whole.streams
                if s.type in ("video", "audio") and not (s.type == "video" and _cover(s))
            ]
            streams = {stream.index: out.add_stream_from_template(stream) for stream in kept}
            for packet in whole.demux(kept):
                if packet.dts is not None:
                    packet.stream = streams[packet.stream.index]
                    out.mux(packet)
    except (av.FFmpegError, ValueError, OSError):
        return False
    return True


def carry(file: File) -> None:
    """Bring a file to the storage elsewhere, and take it from here once it lies there."""
    here, there = shelf(), shelf(away=True)
    with file.opened() as content:
        there.save(file.place, Upload(content, name=file.place))
    if there.size(file.place) != file.size:
        raise OSError(f"{file.place} did not arrive whole.")
    if File.objects.filter(pk=file.pk, place=file.place).update(away=True):
        here.delete(file.place)
    else:
        there.delete(file.place)
