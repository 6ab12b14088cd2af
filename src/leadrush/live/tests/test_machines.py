"""Several machines carry rooms: by load, beyond one's place, and when one dies. With several Janus."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leadrush import gate
from leadrush.live import (
    adding,
    agreeing,
    branches,
    crowding,
    filming,
    hosting,
    machines,
    media,
    naming,
    placing,
    rollcall,
    settling,
    staging,
    terminal,
)
from leadrush.live.answering import NotTaken
from leadrush.live.models import Branch, Connection, Guest, Machine, Recording, Room
from leadrush.live.plane import machine, pieces
from leadrush.live.plane.janus import Relay
from leadrush.live.plane.provider import Unreachable
from leadrush.live.tests.callers import Caller
from leadrush.live.tests.conftest import now, play, staff
from leadrush.live.tests.test_connecting import go, live, rows
from tests.rig import janus as rig
from tests.rig import questions
from tests.rig.janus import Added, Running, ports_of

pytestmark = pytest.mark.django_db(transaction=True)
janus = rig.janus
Seat = Callable[..., Guest]


@pytest.fixture(autouse=True)
def at_janus(janus: Running, settings: Any, room: Room) -> Iterator[None]:
    settings.DATA = janus.data
    settings.LIVE_WATCHERS = 1
    media.trust_again()
    yield
    shutil.rmtree(machines.folder(""), ignore_errors=True)
    media.trust_again()
    if word := Room.objects.values_list("provider_room", flat=True).get(pk=room.pk):
        janus.janus.close(word)


@contextmanager
def added(
    name: str, files: Path, ports: str, *, api: str = "127.0.0.1", inside: Any = (), **more: Any
) -> Iterator[Added]:
    """Add a machine to the site, with what was written for it, and let its Janus run."""
    recordings = files / "recordings"
    recordings.mkdir(parents=True, exist_ok=True)
    first = int(ports.partition("-")[0])
    there = adding.add(
        name=name,
        api=api,
        api_port=first,
        admin_port=first + 1,
        ports=ports,
        recordings=str(recordings),
        records_to=str(recordings),
        **more,
    )
    one = Added(machines.get(name), there, inside=inside)
    try:
        called()
        yield one
    finally:
        one.stop()


@pytest.fixture
def far(tmp_path: Path, worker_id: str) -> Iterator[Added]:
    """Return a second machine, at which three may watch; here it is one."""
    with added("far", tmp_path / "far", ports_of(worker_id, 2), places=3) as one:
        yield one


def called() -> None:
    """Ask the machines, as the worker does every two seconds."""
    with gate.using("live.host"):
        rollcall.call()


def swept() -> None:
    with gate.using("live.host"):
        settling.sweep()
        branches.sweep()


def of(room: Room) -> Room:
    return Room.objects.get(pk=room.pk)


def placed(room: Room) -> str:
    with gate.using("live.room"):
        return placing.home(of(room))


async def till(holds: Callable[[], Any], seconds: float = 30) -> None:
    """Wait until something in the database or at a media server holds."""
    until = time.monotonic() + seconds
    while not await sync_to_async(holds)():
        assert time.monotonic() < until, "it did not come about"
        await asyncio.sleep(0.1)


async def back(caller: Caller, at: str) -> Caller:
    """Come back as a browser does that was told that its connection is gone."""
    status, said = await caller.ping()
    assert (status, said["code"]) == (410, "gone")
    again = Caller(caller.guest)
    for _try in range(50):
        status, said = await again.before_it()
        if status == 201:
            break
        assert said["code"] in ("busy", "nobody", "gone", "unreachable"), said
        await asyncio.sleep(0.1)
    assert await sync_to_async(lambda: [row.machine for row in rows(pk=again.number)])() == [at]
    await again.sees(10)
    return again


def test_who_finds_no_place_watches_at_another_machine_also_when_who_is_seen_comes_back(
    host: Guest, seat: Seat, room: Room, far: Added, janus: Running
) -> None:
    ana, ben, cem, dora, eva = (seat(name) for name in ("Ana", "Ben", "Cem", "Dora", "Eva"))
    Machine.objects.filter(name="far").update(takes=False)  # so that the room stands here

    async def scene() -> None:
        tove, first = await live(host), Caller(ana)
        assert (await first.before_it())[0] == 201
        await sync_to_async(Machine.objects.filter(name="far").update)(takes=True)
        second, third, fourth = Caller(ben), Caller(cem), Caller(dora)
        for one in (second, third, fourth):
            status, said = await one.before_it()
            assert status == 201
            assert {(part["kind"], part["guest"]) for part in said["tracks"]} == {
                ("audio", host.pk),
                ("video", host.pk),
            }
            await one.sees(10)
        assert await sync_to_async(lambda: [row.machine for row in rows(what="watch")])() == [
            "here",
            *["far"] * 3,
        ]
        assert len(Relay(far.host).mountpoints()) == 1, "one for all of them"
        status, said = await fourth.ask("POST", f"connection/{fourth.number}/picture/", {"size": "none"})
        assert (status, said["code"]) == (409, "picture"), (
            "nobody is told that a picture is off which is sent"
        )
        await fourth.sees(5)
        status, said = await Caller(eva).before_it()
        assert (status, said["code"]) == (409, "crowd"), "only when no machine has place"
        status, said = await second.ping()
        assert (status, said["up"], said["offer"]) == (200, True, None)
        assert said["publishing"] == [{"guest": host.pk, "what": "camera"}]

        again = Caller(host)
        assert (await again.on_stage())[0] == 201
        second = await back(second, "far")
        third = await back(third, "far")
        assert len(Relay(far.host).mountpoints()) == 1, "the older one has ended"

        await sync_to_async(hosting.stage)(guest=host.pk, whom=cem.pk, on=True)
        speaker = Caller(await sync_to_async(now)(cem))
        assert (await speaker.on_stage())[0] == 201
        second, third = await back(second, "far"), await back(third, "far")
        assert second.seen == {host.pk, cem.pk}
        assert third.seen == {host.pk}, "nobody sees themselves"
        await sync_to_async(hosting.stage)(guest=host.pk, whom=cem.pk, on=False)
        status, said = await second.ping()
        assert (status, said["publishing"]) == (200, [{"guest": host.pk, "what": "camera"}]), "it goes on"
        await second.sees(10)

        for one in (second, third, fourth):
            await one.ask("DELETE", f"connection/{one.number}/")
        await sync_to_async(swept)()
        assert len(Relay(far.host).mountpoints()) == 1, "somebody may be about to come"
        await sync_to_async(Branch.objects.update)(fed_at=timezone.now() - timedelta(minutes=1))
        await sync_to_async(swept)()
        assert Relay(far.host).mountpoints() == []
        assert not await sync_to_async(Branch.objects.exists)()
        await first.ping()
        await first.sees(10)
        for one in (tove, again, first, second, third, fourth, speaker):
            await one.leave()

    play(scene)


def test_when_a_machine_dies_everybody_comes_back_on_another_one_and_the_film_has_both_parts(
    host: Guest, seat: Seat, room: Room, far: Added, janus: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "LOST", timedelta(seconds=0))
    ana = seat("Ana")
    staging.set_up(guest=host.pk, recorded=True)

    async def scene() -> None:
        tove, guest = Caller(host), Caller(ana)
        await go(host, "live")
        assert (await tove.on_stage(recorded=True))[0] == 201
        assert (await sync_to_async(of)(room)).provider_host == "far", "it has more place for one"
        assert (await guest.before_it())[0] == 201
        await guest.sees(10)
        recorded = Path(far.host.recordings) / (await sync_to_async(of)(room)).provider_room
        await till(lambda: pieces.find(recorded)[0], 20)  # so much that Janus has written some of it
        far.kill()
        killed = time.monotonic()
        await sync_to_async(called)()
        assert (await tove.ping())[0] == 410
        again = Caller(host)
        assert (await again.on_stage(recorded=True))[0] == 201
        assert (await sync_to_async(of)(room)).provider_host == "here"
        guest = await back(guest, "here")
        assert time.monotonic() - killed < 10
        await guest.sees(30)
        # It comes back as one that knows nothing: what stands there of before is closed.
        far.start()
        far.janus.open((await sync_to_async(of)(room)).provider_room)
        await sync_to_async(called)()
        await sync_to_async(swept)()
        assert far.janus.rooms() == []
        await go(host, "over")
        for one in (tove, again, guest):
            await one.leave()

    play(scene)
    there = of(room)
    assert there.provider_hosts == ["far", "here"]
    here, far_away = (pieces.find(place)[0] for place in filming.reached(there))
    with gate.using(filming.USE):
        due = filming.due()
        assert due is not None
        filming.make(due.pk)
        due.refresh_from_db()
    assert (due.state, due.words) == ("made", [naming.participant(host.pk)])
    assert due.spans[0][0] == pytest.approx(min(piece.begun for piece in far_away), abs=0.1)
    assert due.spans[-1][1] == pytest.approx(max(piece.ended for piece in here), abs=0.1)


def test_a_drained_machine_keeps_what_is_there_and_gets_nothing_more(
    host: Guest, seat: Seat, room: Room, far: Added
) -> None:
    ana, ben = seat("Ana"), seat("Ben")
    Machine.objects.filter(name="far").update(places=1)

    async def scene() -> None:
        tove, first, second = await live(host), Caller(ana), Caller(ben)
        stands = (await sync_to_async(of)(room)).provider_host
        await sync_to_async(adding.drain)(stands)
        assert (await first.before_it())[0] == 201, "the room is there already"
        await first.sees(10)
        assert (await tove.ping())[0] == 200
        await sync_to_async(adding.drain)("here" if stands == "far" else "far")
        assert (await second.before_it())[1]["code"] == "crowd", "no branch is made at one that is drained"
        for one in (tove, first, second):
            await one.leave()

    play(scene)
    other = Room.objects.create(about="webinars.webinar:99999")
    with pytest.raises(Unreachable):
        placed(other)
    adding.drain("here", takes=True)
    assert placed(other) == "here"


@pytest.mark.parametrize("somebody_comes", [True, False])
def test_a_crash_while_a_branch_is_made_leaves_nothing(
    host: Guest,
    seat: Seat,
    room: Room,
    far: Added,
    janus: Running,
    monkeypatch: pytest.MonkeyPatch,
    somebody_comes: bool,
) -> None:
    ana, ben = seat("Ana"), seat("Ben")
    adding.drain("far")
    feed = Relay.feed

    class Killed(BaseException):
        pass

    def dies(self: Relay, *those: Any) -> None:
        feed(self, *those)
        monkeypatch.setattr(Relay, "feed", feed)
        raise Killed

    def forwarders() -> int:
        word = of(room).provider_room
        found = janus.janus._room("listforwarders", word, admin_key=janus.host.room_key)
        return sum(len(one["forwarders"]) for one in found["publishers"])

    async def scene() -> None:
        tove, first, second = await live(host), Caller(ana), Caller(ben)
        await first.before_it()
        await sync_to_async(adding.drain)("far", takes=True)
        monkeypatch.setattr(Relay, "feed", dies)
        with pytest.raises(Killed):
            await second.before_it()
        assert await sync_to_async(forwarders)() == 2
        assert len(Relay(far.host).mountpoints()) == 1
        # As it is left by a process that had no time to let go of it.
        mine = timezone.now() + timedelta(seconds=20)
        await sync_to_async(Branch.objects.update)(busy_until=mine)
        assert (await second.before_it())[1]["code"] == "busy"
        await sync_to_async(Branch.objects.update)(busy_until=timezone.now() - timedelta(seconds=1))
        if somebody_comes:
            assert (await second.before_it())[0] == 201
            await second.sees(10)
            assert await sync_to_async(forwarders)() == 2, "those of before have ended"
            assert len(Relay(far.host).mountpoints()) == 1
            # What no row knows, as after the database was put back to before it.
            await sync_to_async(Branch.objects.all().delete)()
        await sync_to_async(swept)()
        assert Relay(far.host).mountpoints() == []
        assert somebody_comes or await sync_to_async(forwarders)() == 0
        assert not await sync_to_async(Branch.objects.exists)()
        for one in (tove, first, second):
            await one.leave()

    play(scene)


def test_the_crowd_of_a_room_on_another_machine_gets_segments(
    host: Guest, room: Room, far: Added, monkeypatch: pytest.MonkeyPatch
) -> None:
    adding.drain("here")

    async def scene() -> None:
        tove = await live(host)
        there = await sync_to_async(of)(room)
        assert there.provider_host == "far"
        there.crowd_at = timezone.now()
        await sync_to_async(there.save)()

        def run() -> bool:
            with gate.using("live.host"):
                crowding.run()
            return (crowding.folder(there.provider_room) / crowding.PLAYLIST).exists()

        try:
            await till(run, 30)
        finally:
            await sync_to_async(crowding.stop)()
        await tove.leave()

    play(scene)


@pytest.mark.skipif(os.getuid() != 0, reason="only root makes networks")
def test_machines_in_networks_of_their_own_carry_a_room_between_them_and_one_takes_it_over(
    host: Guest, seat: Seat, room: Room, tmp_path: Path, worker_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "LOST", timedelta(seconds=0))
    ana, ben = seat("Ana"), seat("Ben")
    number = int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 99
    with (
        rig.networks(100 + number, 2) as [(in_one, one_at), (in_two, two_at)],
        added("one", tmp_path / "one", ports_of(worker_id, 2), api=one_at, inside=in_one, places=1) as one,
        added("two", tmp_path / "two", ports_of(worker_id, 1), api=two_at, inside=in_two, places=2),
    ):
        adding.drain("here")
        adding.drain("two")

        async def scene() -> None:
            tove, first, second = await live(host), Caller(ana), Caller(ben)
            assert (await sync_to_async(of)(room)).provider_host == "one"
            await sync_to_async(adding.drain)("two", takes=True)
            for caller, at in ((first, "one"), (second, "two")):
                assert (await caller.before_it())[0] == 201
                assert await sync_to_async(lambda: rows(pk=caller.number)[0].machine)() == at  # noqa: B023
                await caller.sees(20)
            one.kill()
            await sync_to_async(called)()
            assert (await tove.ping())[0] == 410
            again = Caller(host)
            assert (await again.on_stage())[0] == 201
            assert (await sync_to_async(of)(room)).provider_host == "two"
            first, second = await back(first, "two"), await back(second, "two")
            for caller in (tove, again, first, second):
                await caller.leave()

        play(scene)


# --- by the tables alone -----------------------------------------------------------------------------------


@pytest.fixture
def second(tmp_path: Path) -> str:
    """Add a machine that nobody has asked yet, and whose recordings are reached."""
    (tmp_path / "far").mkdir()
    adding.add(name="far", api="10.0.0.2", recordings=str(tmp_path / "far"), places=5)
    return "far"


def test_a_machine_that_gives_no_answer_closes_no_door_of_another_one(janus: Running) -> None:
    adding.add(name="far", api="127.0.0.1", api_port=9, admin_port=9)
    with pytest.raises(Unreachable), media.provider() as provider, media.relay("far") as relay:
        assert provider.answers()
        relay.mountpoints()
    with media.provider() as provider:
        assert provider.answers()
    with pytest.raises(Unreachable, match="a moment ago"), media.relay("far"):
        raise AssertionError("it is asked at once again")


def test_of_two_processes_that_place_a_room_at_once_both_get_the_same(second: str, room: Room) -> None:
    one, other = of(room), of(room)
    with gate.using("live.room"):
        assert placing.home(one) == "far"
        Machine.objects.filter(name="far").update(takes=False)  # by now the other would choose another one
        assert placing.home(other) == "far"
    assert of(room).provider_hosts == ["far"]


def test_a_room_that_may_be_recorded_is_opened_where_its_recording_is_reached(
    second: str, room: Room, host: Guest, tmp_path: Path
) -> None:
    adding.add(name="far", api="10.0.0.2", places=5)
    assert placed(room) == "here"
    adding.drain("here")
    Room.objects.filter(pk=room.pk).update(provider_host="", provider_hosts=[])
    assert placed(room) == "far", "rather there than nowhere"
    with gate.using("live.room"):
        Connection(
            person_id=host.person_id,
            giving=host.giving,
            room=of(room),
            guest=host,
            what="camera",
            machine="far",
            handle={"host": "far", "session": 1, "handle": 2, "room": "r", "participant": "g", "feed": "g"},
        ).save()
    with pytest.raises(NotTaken) as refused:
        staging.set_up(guest=host.pk, recorded=True)
    assert "leave the stage" in refused.value.words
    with gate.using("live.room"):
        Connection.objects.update(ended_at=timezone.now(), gone=True)
    staging.set_up(guest=host.pk, recorded=True)
    assert of(room).provider_host == "", "it is opened anew where it can be recorded"
    assert agreeing.has_agreed(now(host))


def test_what_stood_here_before_there_were_others_stays_here(tmp_path: Path, room: Room) -> None:
    naming.room(room)
    assert (placed(room), of(room).provider_host) == ("here", "")
    adding.add(name="far", api="10.0.0.2", places=500)
    assert (placed(room), of(room).provider_host) == ("here", "here")
    shutil.rmtree(machines.folder("far"))
    Room.objects.filter(pk=room.pk).update(provider_host="far")
    assert placed(room) == "here", "as after a restore without the other machines' secrets"


def test_a_recording_of_which_a_part_is_not_reached_counts_as_late_until_it_is_erased(
    second: str, room: Room, tmp_path: Path
) -> None:
    word = naming.room(room)
    ended = timezone.now() - timedelta(days=400)
    Room.objects.filter(pk=room.pk).update(
        provider_hosts=["far", "here"], state="over", ended_at=ended, about="webinars.webinar:99999"
    )
    Recording.objects.create(room=room)
    for place in (machine.recordings(Path(machines._data())), tmp_path / "far"):
        (place / word).mkdir(parents=True)
        (place / word / "piece.mjr").write_bytes(b"x")
    shutil.rmtree(machines.folder(second))  # as after a restore, which brings no secrets back
    (tmp_path / "far").rename(tmp_path / "away")
    with gate.using(filming.USE):
        filming.erase_originals()
        assert len(filming.late()) == 1
        (tmp_path / "away").rename(tmp_path / "far")
        filming.erase_originals()
        assert filming.late() == []
    assert not (tmp_path / "far" / word).exists()


def test_secrets_of_a_machine_are_in_closed_files_and_in_no_table(second: str) -> None:
    folder = machines.folder(second)
    host = machines.get(second)
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    row = Machine.objects.filter(name=second).values().get()
    there = (folder / "there" / "janus.jcfg").read_text()
    for secret in (host.secret, host.admin_secret):
        assert secret in there
        assert secret not in str(row)
    adding.add(name=second, api="10.0.0.3", recordings=row["recordings"])
    assert machines.get(second).secret == host.secret, "the machine that runs with it is still reached"
    assert machines.get(second).url == "http://10.0.0.3:8088"


@pytest.mark.parametrize(
    "wrong",
    [
        {"api": "8.8.8.8"},
        {"api": "media.example"},
        {"api": "10.0.0.2", "rtp": "9.9.9.9"},
        {"api": "10.0.0.2", "name": "here"},
        {"api": "10.0.0.2", "name": "../x"},
        {"api": "10.0.0.2", "recordings": "/nowhere/at/all"},
        {"api": "10.0.0.2", "ports": "80-90"},
    ],
)
def test_what_would_open_a_machine_to_everybody_or_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(adding.Refused):
        adding.add(**{"name": "far", **wrong})
    assert machines.alone()
    assert not Machine.objects.exists()


def test_the_owner_sees_the_machines_and_drains_one_and_nobody_else_does(second: str, settings: Any) -> None:
    page, origin = reverse("live:machines"), {"origin": "https://tiller.example"}
    owner, host = Client(), Client()
    owner.force_login(staff("owner"))
    host.force_login(staff("host"))
    assert host.get(page).status_code == 403
    assert host.post(page, {"name": second, "do": "drain"}, headers=origin).status_code == 403
    shown = owner.get(page).content.decode()
    assert "This machine" in shown and "0 of 5" in shown and "10.0.0.2" not in shown
    for do, takes in (("drain", False), ("drain", False), ("fill", True)):
        assert owner.post(page, {"name": second, "do": do}, headers=origin).status_code == 302
        assert Machine.objects.get(name=second).takes is takes
    for wrong in ({}, {"name": "x" * 500, "do": "drain"}, {"name": "\x00", "do": "fill"}):
        answer = owner.post(page, wrong, headers=origin, follow=True)
        assert "There is no such machine any more." in answer.content.decode()
    assert "Machines of live rooms" in owner.get("/console/").content.decode()
    shutil.rmtree(machines.folder(second))
    assert "Machines of live rooms" not in owner.get("/console/").content.decode()


def test_a_machine_is_not_forgotten_while_somebody_is_there_or_something_is_kept_there(
    second: str, room: Room, host: Guest
) -> None:
    def said(*words: str) -> str:
        return CliRunner().invoke(terminal.machines, [*words]).output

    row = Connection(person_id=host.person_id, giving=host.giving, room=room, guest=host, what="watch")
    row.machine, row.handle = second, {"host": second}
    with gate.using("live.room"):
        row.save()
    assert "Somebody is in a room there" in said("remove", second)
    with gate.using("live.room"):
        Connection.objects.update(ended_at=timezone.now(), gone=True)
    Room.objects.filter(pk=room.pk).update(provider_hosts=[second])
    Recording.objects.create(room=room)
    assert "Recordings of rooms (1) may lie there" in said("remove", second)
    assert "Recordings of rooms (1) may lie there" in said("add", second, "--api=10.0.0.2")
    assert second in said("list")
    assert said("remove", second, "--lost") == ""
    assert "This machine is the only one" in said("list")
    for word in ("remove", "drain", "fill"):
        assert "There is no machine far" in said(word, second)
    assert "There is no machine here" in said("remove", "here")


def test_where_there_is_one_machine_no_door_asks_for_others_or_for_more_than_before(
    host: Guest, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = seat("Ana")
    asked: list[tuple[str, list[str]]] = []
    call = Caller.call

    def counted(self: Caller, method: str, tail: str, *body: Any, **more: Any) -> Any:
        answers: list[Any] = []
        found = questions.asked(lambda: answers.append(call(self, method, tail, *body, **more)))
        asked.append((tail.replace(str(self.number), "N"), found))
        return answers[0]

    monkeypatch.setattr(Caller, "call", counted)

    async def scene() -> None:
        tove, guest = await live(host), Caller(ana)
        assert (await guest.before_it())[0] == 201
        await guest.ping()
        again = Caller(host)
        assert (await again.on_stage())[0] == 201
        await guest.ping()
        for one in (tove, again, guest):
            await one.leave()

    play(scene)
    most = {"publish/": 10, "watch/": 10, "connection/N/ping/": 7, "connection/N/": 6}
    assert {door for door, _found in asked} == most.keys()
    for door, found in asked:
        assert len(found) <= most[door], (door, found)
        assert not [one for one in found if "live_machine" in one or "live_branch" in one], door
