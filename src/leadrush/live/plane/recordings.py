"""From a room's recording to one film: an MP4 of H.264 and AAC that browsers play, and that starts at once.

Pictures are those of one publisher at a time (see `timeline`), sound is everybody's. Each piece has its place
by the moment at which its first packet arrived. Pictures are scaled to one size, since WebRTC changes theirs
as networks do.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from leadrush.live.plane.pieces import Piece, find
from leadrush.live.plane.programs import Cancelled, DiskFull, Failed, Trouble, never, run
from leadrush.live.plane.timeline import RATE, Shot, Span, position, shots, spans
from leadrush.live.plane.timeline import without as left_of

HEIGHT = 720
KEPT_FREE = 256 << 20  # bytes of the disk that a film never takes
PICTURES = (
    "-c:v",
    "libx264",
    "-preset",
    "veryfast",
    "-crf",
    "23",
    "-profile:v",
    "high",
    "-pix_fmt",
    "yuv420p",
)
STEADY = ("-r", str(RATE), "-vsync", "cfr", "-g", str(2 * RATE), "-video_track_timescale", "90000")
SOUND = ("-c:a", "aac", "-b:a", "128k", "-ar", "48000", "-ac", "2")
QUIET = ("-v", "error", "-nostdin", "-y")
# What each step takes of the whole, as measured.
UNPACKING, DRAWING = 0.06, 0.84

Progress = Callable[[float], None]


class NothingRecorded(Trouble):
    """There is nothing in the recording that can be shown."""


@dataclass(frozen=True)
class Film:
    """A film that was made: its length, the times it shows, and which damaged files were left out."""

    path: Path
    seconds: float
    shows: tuple[Span, ...]
    left_out: tuple[str, ...]

    def position(self, at: float) -> float:
        """Return how many seconds into the film something comes that happened at a time since 1970."""
        return position(self.shows, at)


def make(
    folders: Path | Sequence[Path],
    target: Path,
    *,
    first: Sequence[str] = (),
    without: Collection[str] = (),
    cuts: Sequence[Span] = (),
    height: int = HEIGHT,
    progress: Progress = lambda share: None,
    cancelled: Cancelled = never,
) -> Film:
    """Make a film of what lies in a room's folder, or in all that it has, and return it.

    Nothing changes there. `first` are participants whose pictures come before others', as a screen before a
    camera; of those in `without` the film has neither pictures nor sound, and of the times in `cuts` it has
    nothing. `progress` is given shares from 0 to 1. The film has its name only once it is whole and on the
    disk; what an attempt left that was cut short is taken away by the next.

    Raises `NothingRecorded`, `DiskFull`, `CalledOff`, or `Failed`.
    """
    pieces, damaged = find(*([folders] if isinstance(folders, Path) else folders))
    pieces = [piece for piece in pieces if piece.participant not in without]
    if not pieces:
        raise NothingRecorded("Nothing was recorded." if not damaged else "All files of it are damaged.")
    work = target.with_name(f".{target.name}.making")
    shutil.rmtree(work, ignore_errors=True)
    try:
        _has_room(target.parent, sum(piece.path.stat().st_size for piece in pieces))
        work.mkdir(mode=0o700, parents=True)
        unpacked, broken = _unpack(pieces, work, progress, cancelled)
        if not unpacked:
            raise NothingRecorded("All files of it are damaged.")
        shown = left_of(spans(list(unpacked)), cuts)
        if not shown:
            raise NothingRecorded("All of it was cut out.")
        drawn = _draw(shots(list(unpacked), shown, first), unpacked, work, height, progress, cancelled)
        whole = _joined(drawn, unpacked, shown, work, progress, cancelled)
        _keep(whole, target)
    except OSError as error:
        raise (
            DiskFull("The disk is full.") if error.errno in (28, 122) else Failed(str(error.strerror))
        ) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    progress(1.0)
    return Film(target, sum(s.ended - s.begun for s in shown), shown, (*damaged, *broken))


def _has_room(folder: Path, size: int) -> None:
    """Raise `DiskFull` where it would not fit: unpacked, drawn and joined, it lies there three times."""
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < 3 * size + KEPT_FREE:
        raise DiskFull("The disk has no room for a film of it.")


def _unpack(
    pieces: Sequence[Piece], work: Path, progress: Progress, cancelled: Cancelled
) -> tuple[dict[Piece, Path], list[str]]:
    """Bring each piece into a form that ffmpeg reads; return them, and the names of those that cannot be."""
    unpacked: dict[Piece, Path] = {}
    broken: list[str] = []
    for number, piece in enumerate(pieces):
        source = work / f"{number}.mjr"  # a name that the program takes, whatever the piece is called
        source.symlink_to(piece.path.resolve())
        made = work / f"{number}.{'mka' if piece.kind == 'audio' else 'mkv'}"
        try:
            run(["janus-pp-rec", "--debug-level=1", str(source), str(made)], cancelled=cancelled)
            unpacked[piece] = made
        except Failed:
            if shutil.disk_usage(work).free < 1 << 20:
                raise DiskFull("The disk is full.") from None
            broken.append(piece.path.name)
        progress(UNPACKING * (number + 1) / len(pieces))
    return unpacked, broken


def _draw(
    sequence: Sequence[Shot],
    unpacked: dict[Piece, Path],
    work: Path,
    height: int,
    progress: Progress,
    cancelled: Cancelled,
) -> Path:
    """Draw shot after shot, all of one size and pace; return the list of them that ffmpeg joins."""
    total = sum(shot.pictures for shot in sequence)
    done = 0
    names: list[str] = []
    for number, shot in enumerate(sequence):
        name = f"shot-{number}.mp4"

        def reads(line: bytes, before: int = done) -> None:
            key, _, value = line.partition(b"=")
            if key == b"frame" and value.strip().isdigit():
                progress(UNPACKING + DRAWING * min(1.0, (before + int(value)) / total))

        run(_drawing(shot, unpacked, work / name, height), reads=reads, cancelled=cancelled)
        done += shot.pictures
        names.append(name)
    listed = work / "shots.txt"
    listed.write_text("".join(f"file '{name}'\n" for name in names))
    return listed


def _drawing(shot: Shot, unpacked: dict[Piece, Path], made: Path, height: int) -> list[str]:
    """Return the command that draws one shot."""
    width = height * 16 // 9
    if shot.piece is None:
        source = ["-f", "lavfi", "-i", f"color=black:s={width}x{height}:r={RATE}"]
        filters = "null"
    else:
        source = ["-i", str(unpacked[shot.piece])]
        if shot.start > 0:
            source = ["-ss", f"{shot.start:.3f}", *source]
        elif shot.start < 0:
            source = ["-itsoffset", f"{-shot.start:.3f}", *source]
        filters = (
            f"scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2,"
            f"pad={width}:{height}:-1:-1,setsar=1,tpad=stop=-1:stop_mode=clone"
        )
    out = ["-an", *PICTURES, *STEADY, "-frames:v", str(shot.pictures), str(made)]
    return ["ffmpeg", *QUIET, "-progress", "pipe:1", *source, "-vf", filters, *out]


def _joined(
    drawn: Path,
    unpacked: dict[Piece, Path],
    shown: Sequence[Span],
    work: Path,
    progress: Progress,
    cancelled: Cancelled,
) -> Path:
    """Join the shots, and put everybody's sound beside them."""
    seconds = sum(span.ended - span.begun for span in shown)
    sounds = [piece for piece in unpacked if piece.kind == "audio"]
    inputs: list[str] = []
    chains: list[str] = []
    for number, (piece, span) in enumerate(_heard(sounds, shown), start=1):
        begun, ended = max(piece.begun, span.begun), min(piece.ended, span.ended)
        # Each part is an input of its own: parts of one would wait for each other in memory.
        inputs += ["-ss", f"{begun - piece.begun:.3f}"] if begun > piece.begun else []
        inputs += ["-t", f"{ended - begun:.3f}"] if ended < piece.ended else []
        inputs += ["-i", str(unpacked[piece])]
        late = round(position(shown, begun) * 1000)
        # What is missing between packets becomes silence, so that what follows comes in time.
        chains.append(f"[{number}:a]aresample=48000:async=1:first_pts=0,adelay={late}:all=1[s{number}]")
    if chains:
        together = "".join(f"[s{number}]" for number in range(1, len(chains) + 1))
        chains.append(
            f"{together}amix=inputs={len(chains)}:duration=longest:dropout_transition=0:normalize=0,"
            f"alimiter=level=0,apad=whole_dur={seconds:.3f}[sound]"
        )
    else:
        chains.append("anullsrc=r=48000:cl=stereo[sound]")
    whole = work / "film.mp4"

    def reads(line: bytes) -> None:
        key, _, value = line.partition(b"=")
        if key == b"out_time_us" and value.strip().isdigit():
            share = min(1.0, int(value) / 1e6 / seconds) if seconds else 1.0
            progress(UNPACKING + DRAWING + (1 - UNPACKING - DRAWING) * share)

    command = [
        "ffmpeg",
        *QUIET,
        "-progress",
        "pipe:1",
        "-f",
        "concat",
        "-safe",
        "0",
        "-i",
        str(drawn),
        *inputs,
    ]
    command += ["-filter_complex", ";".join(chains), "-map", "0:v", "-map", "[sound]", "-c:v", "copy", *SOUND]
    command += ["-t", f"{seconds:.3f}", "-map_metadata", "-1", "-movflags", "+faststart", str(whole)]
    run(command, reads=reads, cancelled=cancelled)
    return whole


def _heard(sounds: Sequence[Piece], shown: Sequence[Span]) -> list[tuple[Piece, Span]]:
    """Return which sound is heard in which of the times that are shown."""
    return [
        (piece, span)
        for piece in sounds
        for span in shown
        if min(piece.ended, span.ended) - max(piece.begun, span.begun) > 0
    ]


def _keep(whole: Path, target: Path) -> None:
    """Bring the film onto the disk, and then under its name."""
    with whole.open("rb") as file:
        os.fsync(file.fileno())
    whole.chmod(0o600)
    whole.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
