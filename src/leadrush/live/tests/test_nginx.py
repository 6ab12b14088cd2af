"""nginx beside the media server: what it may be told, and what it gives the crowd."""

from __future__ import annotations

import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from leadrush.live import crowding, hosting, naming, staging
from leadrush.live.models import Guest, Room
from leadrush.live.plane import machine, nginx
from leadrush.live.tests.conftest import now
from leadrush.website.running.command import beside_it
from tests.rig import nginx as beside
from tests.rig import questions
from tests.rig.postman import free_port

Seat = Callable[..., Guest]
SEGMENT = "part-000001.ts"


@pytest.mark.parametrize(
    "given", ["x", "0", "70000", "localhost:1935", "::1:1935", "1935; load_module x", "-1"]
)
def test_where_it_cannot_listen_is_refused_in_a_sentence(tmp_path: Path, given: str) -> None:
    with pytest.raises(ValueError, match="LIVE_RTMP is"):
        nginx.prepare(tmp_path, {"LIVE_RTMP": given})
    with pytest.raises(ValueError, match="LIVE_HTTP_PORT"):
        nginx.prepare(tmp_path, {"LIVE_RTMP": "off", "LIVE_HTTP_PORT": given})
    with pytest.raises(machine.NotSet):
        nginx.here(tmp_path)


def test_a_port_that_another_site_has_is_named_and_the_site_goes_on_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIVE_RTMP", f"127.0.0.1:{free_port()}")
    assert [child.name for child in beside_it(tmp_path)] == ["nginx"]
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("LIVE_RTMP", f"127.0.0.1:{port}")
        assert beside_it(tmp_path) == []
    said = f"Presenting from OBS is off: port {port} cannot be had. Choose another one: LIVE_RTMP=1936"
    assert capsys.readouterr().out.splitlines() == [said]
    with pytest.raises(machine.NotSet):
        nginx.here(tmp_path)


def test_what_it_writes_is_closed_to_others_and_stays_the_same_at_the_next_start(tmp_path: Path) -> None:
    said = {"LIVE_RTMP": str(free_port())}
    first = nginx.prepare(tmp_path, said)
    assert nginx.prepare(tmp_path, said) == first == nginx.here(tmp_path)
    assert first.rtmp == f"127.0.0.1:{said['LIVE_RTMP']}"
    assert first.secret not in repr(first)
    for path in (nginx.folder(tmp_path), *nginx.folder(tmp_path).rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    without = nginx.prepare(tmp_path, {"LIVE_RTMP": "off"})
    assert without.rtmp == "" and "rtmp {" not in (nginx.folder(tmp_path) / "nginx.conf").read_text()
    done = subprocess.run([*nginx.command(tmp_path), "-t"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_where_it_is_missing_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(nginx, "MODULES", ())
    with pytest.raises(machine.NotSet, match="libnginx-mod-rtmp"):
        nginx.command(tmp_path)
    assert beside_it(tmp_path) == []
    assert capsys.readouterr().out.splitlines() == [nginx.MISSING]


@pytest.fixture
def site(transactional_db: None) -> Iterator[LiveServer]:
    """Return a site of this test's own, which it may end."""
    one = LiveServer("127.0.0.1")
    yield one
    one.stop()


@pytest.fixture
def crowd(site: LiveServer, settings: Any, tmp_path: Path, host: Guest, room: Room) -> Iterator[nginx.Nginx]:
    """Return an nginx before the site, with something for the crowd of a room that is live."""
    settings.DATA = tmp_path
    crowding.forget()
    folder = crowding.folder(naming.room(room))
    folder.mkdir(parents=True)
    (folder / crowding.PLAYLIST).write_text(f"#EXTM3U\n{SEGMENT}\n")
    (folder / SEGMENT).write_bytes(b"G" * 188)
    (folder.parent / "secret").write_text("no")
    staging.go(guest=host.pk, state="live")
    with beside.running(tmp_path, site.url) as one:
        yield one


def got(there: nginx.Nginx, path: str) -> tuple[int, Any, bytes]:
    try:
        with urllib.request.urlopen(there.http + path, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers, refused.read()


@pytest.mark.django_db(transaction=True)
def test_nginx_gives_the_crowd_what_the_site_would_and_asks_it_once_in_ten_seconds(
    crowd: nginx.Nginx, host: Guest, seat: Seat, site: LiveServer
) -> None:
    ana, ben = seat("Ana"), seat("Ben")
    address = crowding.address(ana)
    status, headers, body = got(crowd, address)
    assert (status, body) == (200, f"#EXTM3U\n{SEGMENT}\n".encode())
    assert headers["Content-Type"] == "application/vnd.apple.mpegurl"
    assert headers["Cache-Control"] == "no-store"
    piece = address.replace(crowding.PLAYLIST, SEGMENT)
    status, headers, body = got(crowd, piece)
    assert (status, headers["Content-Type"], len(body)) == (200, "video/mp2t", 188)
    assert headers["Cache-Control"] == "private, max-age=30"
    assert got(crowd, address.replace(crowding.PLAYLIST, "part-000002.ts"))[0] == 404
    for name in ("secret", "..%2Fsecret", "part-1.ts", "%2e%2e/secret"):
        assert got(crowd, address.replace(crowding.PLAYLIST, name))[0] in (400, 404), name

    # Without a good word nobody gets anything, and hears why from the site.
    word = address.split("/")[-2]
    for wrong in (word[:-2], "x", word[::-1]):
        status, _headers, body = got(crowd, address.replace(word, wrong))
        assert status == 403 and b"Load it again" in body, wrong
    elsewhere = address.replace(host.room.about, "webinars.webinar:99999")
    assert got(crowd, elsewhere)[0] == 403

    # What is known for some seconds is given though the site does not answer.
    other = crowding.address(ben)
    assert got(crowd, other)[0] == 200
    hosting.remove(guest=host.pk, whom=now(ben).pk)
    site.stop()
    assert [got(crowd, piece)[0] for _ in range(5)] == [200] * 5
    assert got(crowd, other)[0] == 200, "whoever was removed has it for ten seconds at most"


@pytest.mark.django_db(transaction=True)
def test_nginx_asks_nothing_but_whether_somebody_may_be_there(
    crowd: nginx.Nginx, seat: Seat, client: Any
) -> None:
    address = crowding.address(seat("Ana"))
    door = address.removesuffix(crowding.PLAYLIST)
    answers: list[Any] = []
    assert len(questions.asked(lambda: answers.append(client.get(door)))) <= 4
    assert questions.asked(lambda: answers.append(client.get(door))) == []
    for answer in answers:
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer["Live-Room"].startswith("r")
    assert client.get(door.replace("/hls/", "/hls/x")).status_code == 403
