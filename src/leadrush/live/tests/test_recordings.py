"""What was recorded becomes one film, whatever happened meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrush.live.plane import machine, programs, recordings
from leadrush.live.plane.pieces import Piece, find
from leadrush.live.plane.recordings import NothingRecorded, make
from leadrush.live.plane.timeline import Span, position, shots, spans, time_at, without
from leadrush.live.tests.people import Person
from leadrush.live.tests.tapes import ROOM, beats, tape
from tests.rig import janus as rig
from tests.rig.janus import Running

janus = rig.janus
NOON = 1_800_000_000.0


def looked_at(film: Path) -> tuple[float, float, tuple[int, int]]:
    """Return how long a film's pictures and sound last, and its size; fail if it is no MP4 as promised."""
    assert film.read_bytes()[4:8] == b"ftyp"
    with av.open(str(film)) as whole:
        picture, sound = whole.streams.video[0], whole.streams.audio[0]
        assert (picture.codec_context.name, picture.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert sound.codec_context.name == "aac"
        assert picture.duration and picture.time_base and sound.duration and sound.time_base
        size = (picture.codec_context.width, picture.codec_context.height)
        return float(picture.duration * picture.time_base), float(sound.duration * sound.time_base), size


def test_a_webinar_with_a_pause_becomes_a_film_of_its_length(janus: Running, tmp_path: Path) -> None:
    media = janus.janus
    media.open("talk", recording=True)
    folder = machine.recorded(janus.data, "talk")

    async def act() -> tuple[float, float]:
        ana = Person(media)
        await ana.publish("talk", "ana", coding="video/H264")  # as some browsers prefer; tapes have VP8
        begun = time.time()
        await asyncio.sleep(3)
        media.record("talk", False)
        paused = time.time()
        await asyncio.sleep(2)
        media.record("talk", True)
        again = time.time()
        await asyncio.sleep(3)
        media.close("talk")
        ended = time.time()
        await ana.leave()
        return (paused - begun) + (ended - again), again

    lasted, again = asyncio.run(act())
    assert not list(folder.glob("*.tmp")), "what is recorded is whole once the room is closed"
    shares: list[float] = []
    film = make(folder, tmp_path / "film.mp4", progress=shares.append)
    assert abs(film.seconds - lasted) < 1.5
    picture, sound, size = looked_at(film.path)
    assert abs(picture - lasted) < 1.5 and abs(sound - picture) < 0.1
    assert size == (1280, 720)
    assert shares == sorted(shares) and shares[-1] == 1.0
    # What was said in the chat after the pause is shown there.
    assert abs(film.position(again + 1) - film.shows[0].ended + film.shows[0].begun - 1) < 0.5
    turns, begins = beats(film.path)
    assert len(turns) >= 2 and abs(turns[0] - begins[0]) < 0.1
    assert film.path.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [film.path]


def test_who_comes_late_and_who_comes_back_is_in_its_place(tmp_path: Path) -> None:
    room = tmp_path / ROOM
    # Ana shows herself at a size that falls with her network, goes for some seconds, and is back.
    tape(room, "ana", "video", NOON, 6, sizes=((320, 180), (160, 90), (90, 160)))
    tape(room, "ana", "audio", NOON - 0.4, 6.4)
    tape(room, "ben", "video", NOON + 5, 8)
    tape(room, "ana", "video", NOON + 10, 3)
    tape(room, "ana", "audio", NOON + 10, 3)
    film = make(room, tmp_path / "film.mp4", first=["ana"], height=180)
    assert film.seconds == pytest.approx(13.4, abs=0.1)
    picture, sound, _ = looked_at(film.path)
    assert picture == pytest.approx(13.4, abs=0.1) and sound == pytest.approx(13.4, abs=0.1)
    turns, begins = beats(film.path)
    # Ana's beats until the sixth second, then Ben's, who came with the fifth; her tone began 0.4 s early.
    assert turns[:3] == pytest.approx([1.4, 3.4, 5.4], abs=0.07)
    assert begins[:3] == pytest.approx([1.0, 3.0, 5.0], abs=0.05)
    assert begins[-1] == pytest.approx(11.4, abs=0.05), "after silence, sound is in its place again"
    assert turns[-1] == pytest.approx(11.4, abs=0.07)


def test_what_a_killed_janus_left_is_in_the_film_and_what_is_damaged_is_named(tmp_path: Path) -> None:
    room = tmp_path / ROOM
    cut = tape(room, "ana", "video", NOON, 4, temporary=True)
    with cut.open("r+b") as file:
        file.truncate(cut.stat().st_size - 5)
    tape(room, "ana", "audio", NOON, 4, temporary=True)
    nothing = room / f"videoroom-{ROOM}-user-ben~1-1800000000000000-audio-0.mjr.tmp"
    nothing.write_bytes(b"MJR00002")
    garbage = room / f"videoroom-{ROOM}-user-ben~1-1800000000000001-video-1.mjr"
    garbage.write_bytes(os.urandom(5000))
    film = make(room, tmp_path / "film.mp4", height=180)
    assert film.seconds == pytest.approx(4, abs=0.2)
    assert film.left_out == (garbage.name,)
    for file in room.glob("*ana*"):
        file.unlink()
    with pytest.raises(NothingRecorded):
        make(room, tmp_path / "other.mp4")
    assert not (tmp_path / "other.mp4").exists()


def test_sound_alone_and_pictures_alone_are_films_too(tmp_path: Path) -> None:
    tape(tmp_path / "a" / ROOM, "ana", "audio", NOON, 2)
    tape(tmp_path / "v" / ROOM, "ana", "video", NOON, 2)
    for kind in "av":
        film = make(tmp_path / kind / ROOM, tmp_path / f"{kind}.mp4", height=180)
        assert looked_at(film.path)[:2] == pytest.approx((2, 2), abs=0.1)


def test_what_is_cut_out_is_gone_from_sound_and_picture_and_the_rest_is_in_its_place(tmp_path: Path) -> None:
    room = tmp_path / ROOM
    tape(room, "ana", "video", NOON, 12)
    tape(room, "ana", "audio", NOON, 12)
    tape(room, "ben", "audio", NOON + 14, 4)  # after a pause
    cuts = [Span(0, NOON + 2.2), Span(NOON + 4.5, NOON + 7), Span(NOON + 17, NOON + 99)]
    film = make(room, tmp_path / "film.mp4", height=180, cuts=cuts)
    assert film.seconds == pytest.approx(2.3 + 5 + 3, abs=0.1)
    picture, sound, _ = looked_at(film.path)
    assert picture == pytest.approx(10.3, abs=0.1) and sound == pytest.approx(10.3, abs=0.1)
    turns, begins = beats(film.path)
    # White and tone come with each odd second; left are 2.2 to 4.5, 7 to 12, and three of Ben's.
    assert turns == pytest.approx([0.8, 2.3, 4.3, 6.3], abs=0.1)
    assert begins == pytest.approx([0.8, 2.3, 4.3, 6.3, 8.3], abs=0.1)
    assert film.position(NOON + 8) == pytest.approx(3.3, abs=0.05)
    with pytest.raises(NothingRecorded):
        make(room, tmp_path / "none.mp4", cuts=[Span(0, NOON + 99)])


def test_who_is_left_out_is_neither_seen_nor_heard(tmp_path: Path) -> None:
    room = tmp_path / ROOM
    tape(room, "ana", "video", NOON, 3)
    tape(room, "ben", "audio", NOON, 3)
    film = make(room, tmp_path / "film.mp4", without=["ben"], height=180)
    turns, begins = beats(film.path)
    assert turns and not begins


def test_a_film_called_off_leaves_nothing(tmp_path: Path) -> None:
    room = tmp_path / ROOM
    tape(room, "ana", "video", NOON, 3)
    share = [0.0]
    with pytest.raises(programs.CalledOff):
        make(
            room,
            tmp_path / "film.mp4",
            progress=lambda now: share.append(now),
            cancelled=lambda: share[-1] > 0,
        )
    assert list(tmp_path.iterdir()) == [room]


MAKES = """
import sys
from pathlib import Path
from leadrush.live.plane.recordings import make
make(Path(sys.argv[1]), Path(sys.argv[2]), progress=lambda share: print(share, flush=True))
"""


def test_a_killed_attempt_leaves_no_film_and_the_next_one_is_whole(tmp_path: Path) -> None:
    room, film = tmp_path / ROOM, tmp_path / "film.mp4"
    tape(room, "ana", "video", NOON, 12)
    started = subprocess.Popen(
        [sys.executable, "-c", MAKES, str(room), str(film)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path("src").resolve())},
    )
    assert started.stdout
    while float(started.stdout.readline()) < recordings.UNPACKING:
        pass
    started.send_signal(signal.SIGKILL)
    started.wait(10)
    assert not film.exists()
    make(room, film, height=180)
    assert looked_at(film)[0] == pytest.approx(12, abs=0.1)
    assert sorted(tmp_path.iterdir()) == [film, room]


def test_a_full_disk_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(programs.DiskFull):
        source = ["-f", "lavfi", "-i", "testsrc2=d=5"]
        programs.run(["ffmpeg", "-v", "error", "-y", *source, "-f", "rawvideo", "/dev/full"])
    tape(tmp_path / ROOM, "ana", "audio", NOON, 1)
    monkeypatch.setattr(recordings, "KEPT_FREE", 1 << 60)
    with pytest.raises(programs.DiskFull):
        make(tmp_path / ROOM, tmp_path / "film.mp4")
    assert [path.name for path in tmp_path.iterdir()] == [ROOM]


def piece(participant: str, kind: str, begun: float, ended: float) -> Piece:
    """Return a piece that no file need have."""
    return Piece(
        Path(f"{participant}{begun}"),
        participant,
        "video" if kind == "video" else "audio",
        "vp8",
        begun,
        ended,
    )


def test_the_screen_is_shown_instead_of_the_camera_while_there_is_one() -> None:
    camera, screen = piece("ana", "video", 0, 60), piece("ana.screen", "video", 20, 40)
    shown = spans([camera, screen])
    made = shots([camera, screen], shown, ["ana.screen", "ana"])
    assert [(shot.piece, shot.start, shot.pictures) for shot in made] == [
        (camera, 0, 600),
        (screen, 0, 600),
        (camera, 40, 600),
    ]


def test_a_short_gap_keeps_the_last_picture_and_a_long_one_is_black() -> None:
    first, later, last = (
        piece("ana", "video", 0.5, 10),
        piece("ana", "video", 11.5, 20),
        piece("ana", "video", 30, 40),
    )
    sound = piece("ben", "audio", 0, 40)
    pieces = [first, later, last, sound]
    made = shots(pieces, spans(pieces))
    assert [(shot.piece, shot.start, shot.pictures) for shot in made] == [
        (first, -0.5, 345),
        (later, 0, 255),
        (None, 0, 300),
        (last, 0, 300),
    ]
    assert sum(shot.pictures for shot in made) == 40 * 30


def test_what_happened_in_a_pause_comes_where_the_film_goes_on() -> None:
    shown = (Span(100, 160), Span(200, 230))
    places = {90: 0, 100: 0, 130: 30, 160: 60, 180: 60, 200: 60, 215: 75, 999: 90}
    assert {at: position(shown, at) for at in places} == places


@given(
    st.lists(st.tuples(st.floats(0, 50), st.floats(0.1, 50)), min_size=1, max_size=5),
    st.lists(st.tuples(st.floats(0, 300), st.floats(0, 60)), max_size=4),
    st.floats(0, 1),
)
def test_a_second_of_a_film_is_the_time_that_it_shows_whatever_is_cut_out(
    parts: list[tuple[float, float]], cut: list[tuple[float, float]], share: float
) -> None:
    shown, at = [], NOON
    for gap, long in parts:
        shown.append(Span(at + gap + 1, at + gap + 1 + long))
        at = shown[-1].ended
    left = without(shown, [Span(NOON + begun, NOON + begun + long) for begun, long in cut])
    for span in left:
        assert any(one.begun <= span.begun < span.ended <= one.ended for one in shown)
        assert not any(NOON + b < span.ended and span.begun < NOON + b + long for b, long in cut if long)
    second = share * sum(span.ended - span.begun for span in left)
    if left:
        assert position(left, time_at(left, second)) == pytest.approx(second, abs=1e-3)


def test_nothing_is_found_where_nobody_was_recorded(tmp_path: Path) -> None:
    assert find(tmp_path / "never") == ([], [])
