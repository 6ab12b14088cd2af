"""A film starts at once, tells its own minutes, and says in words where browsers would not play it."""

from __future__ import annotations

import io
import math
from array import array
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.test import Client

from leadrush import media
from leadrush.gate import tasks
from leadrush.media import looking
from leadrush.media import tasks as clock
from leadrush.media.contents import AUDIO, VIDEO, Kind
from leadrush.media.models import File

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shelf")]


def film(form: str = "mp4", video: str = "libx264", audio: str = "aac", seconds: int = 2) -> bytes:
    """Return a film of some seconds, made here: grey, with a hum."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as made:
        streams: list[Any] = []
        if video:
            pictures: Any = made.add_stream(video, rate=10)
            pictures.width, pictures.height, pictures.pix_fmt = 320, 180, "yuv420p"
            streams.append(pictures)
        if audio:
            sound: Any = made.add_stream(audio, rate=48000)
            sound.layout = "mono"
            streams.append(sound)
        for stream in streams:
            if stream.type == "video":
                frames: Any = (grey() for _ in range(10 * seconds))
            else:
                frames = hum(48000 * seconds)
            for number, frame in enumerate(frames):
                if stream.type == "video":
                    frame.pts, frame.time_base = number, Fraction(1, 10)
                made.mux(stream.encode(frame))
            made.mux(stream.encode(None))
    return out.getvalue()


def grey() -> Any:
    frame = av.VideoFrame(320, 180, "yuv420p")
    for plane in frame.planes:
        plane.update(b"\x80" * plane.buffer_size)
    return frame


def hum(samples: int) -> Any:
    for at in range(0, samples, 960):
        frame = av.AudioFrame(format="fltp", layout="mono", samples=960)
        frame.planes[0].update(array("f", (math.sin(one * 0.03) for one in range(at, at + 960))).tobytes())
        frame.sample_rate, frame.pts, frame.time_base = 48000, at, Fraction(1, 48000)
        yield frame


def kept(content: bytes, kinds: tuple[Kind, ...] = (*VIDEO, *AUDIO)) -> File:
    return media.keep(ContentFile(content, name="a"), kinds)


def looked(content: bytes) -> File:
    file = kept(content)
    looking.look(file)
    file.refresh_from_db()
    return file


def test_a_film_that_says_at_its_end_what_is_in_it_is_written_anew_and_starts_at_once(shelf: Path) -> None:
    content = film()
    assert not looking.starts_at_once(io.BytesIO(content))
    file = kept(content)
    before = media.link(file, name="a.mp4", room="tests")
    looking.look(file)
    file.refresh_from_db()
    assert (file.seconds, file.width, file.height, file.trouble) == (pytest.approx(2, abs=0.1), 320, 180, "")
    assert looking.minutes(file) == 1
    given = b"".join(Client().get(before).streaming_content)  # type: ignore[attr-defined]
    assert looking.starts_at_once(io.BytesIO(given))
    assert packets(given) == packets(content)
    # The film as it came is gone from the disk, and known when it comes again.
    assert len([path for path in shelf.rglob("*") if path.is_file()]) == 1
    assert kept(content) == file
    assert (
        Client().get(before, headers={"range": "bytes=0-3", "if-range": f'"{file.digest}"'}).status_code
        == 200
    )


def test_a_film_of_a_telephone_held_upright_stays_upright(shelf: Path) -> None:
    lying, upright = (1, 0, 0, 0, 1, 0, 0, 0, 1 << 14), (0, 1, 0, -1, 0, 0, 180, 0, 1 << 14)
    content = film()
    at = content.index(matrix(lying), content.index(b"tkhd"))
    file = looked(content[:at] + matrix(upright) + content[at + 36 :])
    assert (file.width, file.height) == (180, 320)
    assert file.opened().read().find(matrix(upright)) < 1000


def matrix(values: tuple[int, ...]) -> bytes:
    return b"".join((value << 16).to_bytes(4, "big", signed=True) for value in values)


def packets(content: bytes) -> Any:
    with av.open(io.BytesIO(content)) as whole:
        return [(p.stream.type, p.pts, bytes(p)) for p in whole.demux() if p.dts is not None]


@pytest.mark.parametrize(
    ("form", "video", "audio", "trouble"),
    [
        ("webm", "libvpx", "libopus", ""),
        ("mp4", "mpeg4", "aac", "mpeg4"),
        ("mp4", "", "aac", looking.NOTHING_IN_IT),
        ("mp3", "", "libmp3lame", ""),
        ("ogg", "", "libopus", ""),
        ("ipod", "", "aac", ""),
    ],
)
def test_a_film_or_recording_says_whether_browsers_play_it(
    form: str, video: str, audio: str, trouble: str
) -> None:
    file = looked(film(form, video, audio))
    assert file.trouble == trouble
    assert bool(looking.words(file)) == bool(trouble)
    if not trouble:
        assert file.seconds == pytest.approx(2, abs=0.2)
        assert bool(file.width) == bool(video)


def test_bytes_that_only_begin_as_a_film_are_said_to_be_unreadable() -> None:
    content = film()
    for broken in (content[:200] + b"\0" * 2000, content[: len(content) // 2]):
        file = looked(broken)
        assert "cannot be read" in looking.words(file)


@pytest.mark.django_db(transaction=True)
def test_the_worker_has_each_film_looked_into_once_and_gives_up_on_one_that_ends_its_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[list[str]] = []

    class Ended:
        returncode = 1

        def __init__(self, command: list[str]) -> None:
            started.append(command)

        def poll(self) -> int:
            return self.returncode

    monkeypatch.setattr(clock.subprocess, "Popen", Ended)
    monkeypatch.setattr(clock, "REST", 0.0)
    monkeypatch.setattr(clock, "_work", None)
    bad, good = kept(film()), kept(film(seconds=1))
    assert "0 % done" in looking.words(bad)
    for _ in range(10):
        tasks.get("media.look").run()
    assert sorted(command[-1] for command in started) == sorted(3 * [str(bad.pk), str(good.pk)])
    assert [command[-1] for command in started[:2]] == [str(bad.pk), str(good.pk)]
    bad.refresh_from_db()
    assert "could not be looked into" in looking.words(bad)


def test_a_film_is_looked_into_and_then_carried_elsewhere(elsewhere: Storage, shelf: Path) -> None:
    file = looked(film(seconds=1))
    assert file.away
    assert elsewhere.exists(file.place)
    assert not [path for path in shelf.rglob("*") if path.is_file()]
    answer = Client().get(media.link(file, name="a.mp4", room="tests"), headers={"range": "bytes=4-7"})
    assert b"".join(answer.streaming_content) == b"ftyp"  # type: ignore[attr-defined]


def test_a_storage_elsewhere_that_does_not_answer_is_said_and_loses_nothing(
    elsewhere: Any, settings: Any, shelf: Path
) -> None:
    file = looked(film(seconds=1))
    link = media.link(file, name="a.mp4", room="tests")
    away = settings.STORAGES["away"]
    options = away["OPTIONS"] | {"endpoint_url": "http://127.0.0.1:9"}
    settings.STORAGES = settings.STORAGES | {"away": away | {"OPTIONS": options}}
    answer = Client().get(link)
    assert answer.status_code == 503
    assert "does not answer" in answer.content.decode()
    other = kept(film(seconds=3))
    with pytest.raises(Exception, match=r"127[.]0[.]0[.]1:9"):
        looking.look(other)
    other.refresh_from_db()
    assert not other.away
    assert other.opened().read(8)[4:] == b"ftyp"
    settings.STORAGES = {name: told for name, told in settings.STORAGES.items() if name != "away"}
    assert Client().get(link).status_code == 410
