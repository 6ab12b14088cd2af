"""What OBS sends is seen in the room: on a real nginx and a real Janus, with ffmpeg in the place of OBS."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from asgiref.sync import sync_to_async

from leadrush import gate
from leadrush.gate import tasks
from leadrush.live import carrying, encoders, media, staging, tickets
from leadrush.live.models import Encoder, Guest, Room
from leadrush.live.plane import bridge, nginx
from leadrush.live.tests.callers import Caller
from leadrush.live.tests.conftest import now, play
from leadrush.live.tests.test_crowd import runs
from leadrush.vault.models import Person
from tests.rig import janus as rig
from tests.rig import nginx as beside
from tests.rig.janus import Running

pytestmark = pytest.mark.django_db(transaction=True)
janus = rig.janus
Seat = Callable[..., Guest]
OBS, CAMERA = (640, 360), (320, 240)


@pytest.fixture
def there(janus: Running, live_server: Any, settings: Any, room: Room) -> Iterator[nginx.Nginx]:
    settings.DATA = janus.data
    media.trust_again()
    with beside.running(janus.data, live_server.url) as one:
        yield one
    carrying.stop()
    if word := Room.objects.values_list("provider_room", flat=True).get(pk=room.pk):
        janus.janus.close(word)


def obs(there: nginx.Nginx, host: Guest) -> list[str]:
    """Return the command that sends with a host's key."""
    ticket = tickets.read(tickets.issue(now(host)), host.room.about)
    return beside.obs(there, encoders.key(ticket=ticket))


async def until(holds: Callable[[], Any], seconds: float = 25) -> None:
    """Wait until something holds, while the worker does what is due."""
    for _ in range(int(seconds * 5)):
        await sync_to_async(tasks.get("live.carry").run)()
        if await sync_to_async(holds)():
            return
        await asyncio.sleep(0.2)
    raise AssertionError("it did not come about")


async def watches(guest: Guest) -> Caller:
    """Watch as soon as somebody is to be seen."""
    one = Caller(guest)
    for _ in range(100):
        await sync_to_async(tasks.get("live.carry").run)()
        status, said = await one.before_it()
        if status == 201:
            return one
        assert said["code"] in ("nobody", "unreachable"), said
        await asyncio.sleep(0.2)
    raise AssertionError("nobody is seen")


async def sees(one: Caller, size: tuple[int, int]) -> None:
    """Wait until pictures of that size come; whoever is seen is asked for as a page does."""
    for _ in range(100):
        await sync_to_async(tasks.get("live.carry").run)()
        status, said = await one.ping()
        assert status == 200, said
        before = one.frames["video"]
        await asyncio.sleep(0.3)
        last = one.last.get("video")
        if one.frames["video"] > before and (last.width, last.height) == size:
            return
    raise AssertionError(f"no pictures of {size}")


def rows() -> list[Encoder]:
    with gate.using("house.keep"):
        return list(Encoder.objects.exclude(source=""))


def processes() -> list[int]:
    return [
        one.process.pid for one in carrying._carried.values() if one.process and one.process.poll() is None
    ]


def test_guests_see_and_hear_obs_also_after_janus_was_killed_until_its_host_may_not_present_any_more(
    there: nginx.Nginx, janus: Running, host: Guest, seat: Seat
) -> None:
    ana = seat("Ana")
    command = obs(there, host)

    async def scene() -> None:
        with beside.sending(command) as sends:
            await until(rows)
            await asyncio.sleep(0.7)  # between two whole pictures, as anybody opens a room
            assert not processes()
            await sync_to_async(staging.go)(guest=host.pk, state="live")
            guest = await watches(ana)
            await sees(guest, OBS)
            assert guest.frames["audio"] > 0
            # Its host sees it, too, as the others do.
            status, said = await Caller(host).ask("POST", "watch/", {})
            assert status == 201 and {one["guest"] for one in said["tracks"]} == {host.pk}
            janus.kill()
            janus.start()
            media.trust_again()
            await guest.leave()
            guest = await watches(ana)
            await sees(guest, OBS)
            await sync_to_async(Person.objects.filter(pk=host.person_id).update)(role="")
            assert await asyncio.to_thread(sends.wait, 30) != 0
            await until(lambda: not processes() and not rows())
            await guest.leave()

    play(scene)
    log = nginx.folder(janus.data) / "nginx.log"
    assert not log.exists() or "127.0.0.1" not in log.read_text()


def test_a_camera_that_is_turned_on_takes_the_place_of_obs_gives_it_back_and_all_ends_with_the_room(
    there: nginx.Nginx, host: Guest, seat: Seat
) -> None:
    ana = seat("Ana")
    staging.go(guest=host.pk, state="green")
    command = obs(there, host)

    async def scene() -> None:
        with beside.sending(command) as sends:
            await until(lambda: processes())
            await sync_to_async(staging.go)(guest=host.pk, state="live")
            guest = await watches(ana)
            await sees(guest, OBS)
            camera = Caller(host)
            assert (await camera.on_stage())[0] == 201
            await sees(guest, CAMERA)
            await until(lambda: not processes())
            assert await sync_to_async(rows)(), "it goes on sending"
            assert (await camera.ask("DELETE", f"connection/{camera.number}/"))[0] == 204
            await sees(guest, OBS)
            # OBS that begins anew takes the camera's place, and the camera hears from whom.
            camera = Caller(host)
            assert (await camera.on_stage())[0] == 201
            await sees(guest, CAMERA)
            sends.terminate()
            with beside.sending(command) as again:
                await sees(guest, OBS)
                status, said = await camera.ping()
                assert (status, said["code"]) == (403, "taken") and "OBS" in said["words"]
                await sync_to_async(staging.go)(guest=host.pk, state="over")
                assert await asyncio.to_thread(again.wait, 30) != 0
                await until(lambda: not processes())
            for one in (guest, camera):
                await one.leave()

    play(scene)


def test_who_has_no_key_sends_nothing_and_nobody_elsewhere_reads_what_is_sent(
    there: nginx.Nginx, host: Guest
) -> None:
    with beside.sending(beside.obs(there, "1-" + "0" * 40)) as refused:
        assert refused.wait(10) != 0
    command = obs(there, host)
    with beside.sending(command) as sends:
        play(lambda: until(rows))
        assert sends.poll() is None
        with pytest.raises(OSError):
            av.open(command[-1], timeout=(3, 3)).close()
        # Whoever may read begins with picture and sound together, also between two whole pictures.
        source = f"rtmp://{there.rtmp}/live/{rows()[0].source}"
        with av.open(source, timeout=(5, 5), options={"analyzeduration": "300000"}) as stream:
            assert {one.type for one in stream.streams} == {"audio", "video"}


CARRIES = """
import sys, time
import django
django.setup()
from leadrush.live.carrying import Carried
one = Carried("x")
one.start({"source": sys.argv[1], "site": "http://127.0.0.1:1", "about": "a.b:1", "ticket": ""})
print(one.process.pid, flush=True)
time.sleep(60)
"""


def test_no_bridge_outlives_a_killed_worker(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        source = f"rtmp://127.0.0.1:{silent.getsockname()[1]}/live/x"
        worker = subprocess.Popen(
            [sys.executable, "-c", CARRIES, source],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path("src").resolve())},
        )
        assert worker.stdout
        pid = int(worker.stdout.readline())
        silent.accept()
        assert runs(pid)
        assert source not in Path(f"/proc/{pid}/cmdline").read_text()
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
        asyncio.run(_ends(pid))


async def _ends(pid: int) -> None:
    for _ in range(100):
        if not runs(pid):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it goes on")


def test_what_is_sent_too_large_and_too_often_becomes_720p_at_30_a_second(tmp_path: Path) -> None:
    film = tmp_path / "sent.flv"
    command = beside.obs(nginx.Nginx("", "", "", ""), "", "-t", "2", size="1920x1200", rate=60)
    command[command.index("ultrafast")] = "veryfast"  # with pictures that come in another order than shown
    subprocess.run([*command[:-1], str(film)], check=True)
    got: list[Any] = []

    async def read() -> None:
        source = bridge.Source(str(film))
        source.video.put = got.append  # type: ignore[method-assign]
        source.start()
        await asyncio.wait_for(source.over.wait(), 30)
        assert source.begun.is_set()

    asyncio.run(read())
    assert 55 <= len(got) <= 62
    assert {(one.width, one.height, one.format.name) for one in got} == {(1152, 720, "yuv420p")}
    assert [one.pts for one in got] == sorted(one.pts for one in got)
