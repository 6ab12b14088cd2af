"""Publishing and watching, on a real Janus, by real WebRTC connections."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadrush.live.plane.janus import Host, Janus, Relay
from leadrush.live.plane.janus.relaying import Relayed, stop
from leadrush.live.plane.provider import Gone, Handle, Picture, Refused, Unreachable, Why
from leadrush.live.tests.people import Person, until
from tests.rig import janus as rig
from tests.rig.janus import Running, ports_of

janus, second_janus = rig.janus, rig.second_janus


EMPTY = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"


@pytest.fixture
def room(janus: Running, request: pytest.FixtureRequest) -> Iterator[str]:
    """Return a room of this test's own."""
    name = request.node.name[:40]
    janus.janus.open(name)
    yield name
    janus.janus.close(name)


def test_who_watches_gets_pictures_and_sound_that_go_on(janus: Running, room: str) -> None:
    async def act() -> None:
        ana, guest = Person(janus.janus), Person(janus.janus)
        await ana.publish(room, "ana")
        offer = await guest.watch(room, ["nobody", "ana"])
        assert [(track.kind, track.participant) for track in offer.tracks] == [
            ("audio", "ana"),
            ("video", "ana"),
        ]
        await guest.sees(30)
        assert guest.frames["audio"] > 20
        assert ana.handle and guest.handle
        # Any process serves the next request, by what the row holds.
        kept = Handle.of(json.loads(json.dumps(guest.handle.plain())))
        elsewhere = Janus(janus.host)
        await until(lambda: elsewhere.alive(kept).kbits_out > 0)
        health = elsewhere.alive(ana.handle)
        assert (health.up, health.slow, health.kbits_in > 0) == (True, False, True)
        assert elsewhere.publishers(room) == ["ana"]
        assert [one.recording for one in elsewhere.rooms() if one.room == room] == [False]
        for person in (ana, guest):
            await person.leave()

    asyncio.run(act())


def test_whoever_wants_to_hear_alone_gets_sound_without_pictures_and_pictures_again(
    janus: Running, room: str
) -> None:
    media = janus.janus

    async def act() -> None:
        ana, guest = Person(media), Person(media)
        await ana.publish(room, "ana")
        await guest.watch(room, ["ana"])
        await guest.sees(10)
        assert guest.handle
        media.picture(guest.handle, Picture.NONE)
        await asyncio.sleep(0.5)
        seen, heard = guest.frames["video"], guest.frames["audio"]
        await until(lambda: guest.frames["audio"] > heard + 30)
        assert guest.frames["video"] <= seen + 1
        media.picture(guest.handle, Picture.NONE)
        media.picture(guest.handle, Picture.SMALL)  # of what comes in one size, this one
        await guest.sees(10)
        for person in (ana, guest):
            await person.leave()

    asyncio.run(act())


def test_whoever_comes_on_stage_is_seen_and_whoever_leaves_it_is_not(janus: Running, room: str) -> None:
    media = janus.janus

    async def act() -> None:
        ana, ben, guest = Person(media), Person(media), Person(media)
        await ana.publish(room, "ana")
        await guest.watch(room, ["ana"])
        assert guest.handle
        assert media.retune(guest.handle, ["ana"]) is None
        await ben.publish(room, "ben")
        offer = media.retune(guest.handle, ["ana", "ben"])
        assert offer is not None
        assert {track.participant for track in offer.tracks} == {"ana", "ben"}
        # Until that is answered there is no second one: they would overtake each other.
        with pytest.raises(Refused) as refused:
            media.retune(guest.handle, ["ana"])
        assert refused.value.why is Why.WAITING
        await guest.take(offer)
        await until(lambda: media.alive(guest.handle).kbits_out > 0)  # type: ignore[arg-type]
        await guest.sees(40)
        offer = media.retune(guest.handle, ["ben"])
        assert offer is not None and {track.participant for track in offer.tracks} == {"ben"}
        await guest.take(offer)
        await guest.sees(10)
        for person in (ana, ben, guest):
            await person.leave()

    asyncio.run(act())


def test_a_second_presenter_is_refused_unless_it_is_the_same_person_again(janus: Running, room: str) -> None:
    media = janus.janus

    async def act() -> None:
        first, other, again, guest = (Person(media) for _ in range(4))
        await first.publish(room, "ana")
        await guest.watch(room, ["ana"])
        await guest.sees(5)
        with pytest.raises(Refused) as refused:
            await other.publish(room, "ana")
        assert refused.value.why is Why.TAKEN
        await again.publish(room, "ana", take_over=True)
        assert first.handle and guest.handle
        with pytest.raises(Gone):
            media.alive(first.handle)
        offer = media.retune(guest.handle, ["ana"])
        assert offer is not None
        await guest.take(offer)
        await guest.sees(10)
        for person in (first, other, again, guest):
            await person.leave()

    asyncio.run(act())


def test_of_two_that_come_at_once_under_one_word_one_publishes(janus: Running, room: str) -> None:
    async def act() -> None:
        people = [Person(janus.janus) for _ in range(4)]
        came = await asyncio.gather(*(one.publish(room, "ana") for one in people), return_exceptions=True)
        refused = [one for one in came if isinstance(one, Refused) and one.why is Why.TAKEN]
        assert (len(refused), came.count(None)) == (3, 1)
        assert janus.janus.publishers(room) == ["ana"]
        for person in people:
            await person.leave()

    asyncio.run(act())


def test_a_full_stage_takes_nobody_more(janus: Running) -> None:
    media = janus.janus
    media.open("small", publishers=1)

    async def act() -> None:
        ana, ben = Person(media), Person(media)
        await ana.publish("small", "ana")
        with pytest.raises(Refused) as refused:
            await ben.publish("small", "ben")
        assert refused.value.why is Why.FULL
        for person in (ana, ben):
            await person.leave()

    try:
        asyncio.run(act())
    finally:
        media.close("small")


def test_whoever_is_removed_gets_nothing_more(janus: Running, room: str) -> None:
    media = janus.janus

    async def act() -> None:
        ana, guest, stays = Person(media), Person(media), Person(media)
        await ana.publish(room, "ana")
        await guest.watch(room, ["ana"])
        await stays.watch(room, ["ana"])
        await guest.sees(10)
        assert guest.handle and stays.handle
        media.remove(guest.handle)
        media.remove(guest.handle)
        with pytest.raises(Gone):
            media.alive(guest.handle)
        await asyncio.sleep(0.5)  # what was on its way
        before = guest.frames["video"]
        await stays.sees(20)
        assert guest.frames["video"] == before
        media.expel(room, "ana")
        media.expel(room, "ana")
        assert media.publishers(room) == []
        for person in (ana, guest, stays):
            await person.leave()

    asyncio.run(act())


def test_a_closed_room_is_over_for_who_watched(janus: Running) -> None:
    media = janus.janus
    media.open("brief")

    async def act() -> None:
        ana, guest = Person(media), Person(media)
        await ana.publish("brief", "ana")
        await guest.watch("brief", ["ana"])
        await guest.sees(5)
        media.close("brief")
        media.close("brief")
        assert ana.handle and guest.handle
        for handle in (ana.handle, guest.handle):
            with pytest.raises(Gone):
                media.alive(handle)
        with pytest.raises(Gone):
            media.watch("brief", ["ana"])
        for person in (ana, guest):
            await person.leave()

    asyncio.run(act())


@pytest.mark.parametrize("offer", ["", "nonsense", "v=0\0", "v=0\ud800", "v" * 100_000, "v=0\r\n", EMPTY])
def test_a_description_that_cannot_be_read_is_refused(janus: Running, room: str, offer: str) -> None:
    with pytest.raises(Refused) as refused:
        janus.janus.publish(room, "ana", offer)
    assert refused.value.why is Why.UNREADABLE
    assert janus.janus.publishers(room) == []


def test_a_killed_janus_comes_back_and_people_with_it(janus: Running) -> None:
    media = janus.janus
    media.open("lasting")

    async def act() -> None:
        ana = Person(media)
        await ana.publish("lasting", "ana")
        janus.kill()
        assert ana.handle
        with pytest.raises(Unreachable):
            media.alive(ana.handle)
        assert not media.answers()
        janus.start()
        with pytest.raises(Gone):
            media.alive(ana.handle)
        with pytest.raises(Gone):
            media.publishers("lasting")
        media.open("lasting")
        again, guest = Person(media), Person(media)
        await again.publish("lasting", "ana")
        await guest.watch("lasting", ["ana"])
        await guest.sees(10)
        for person in (ana, again, guest):
            await person.leave()

    asyncio.run(act())
    media.close("lasting")


async def watched_elsewhere(here: Running, there: Running, room: str) -> None:
    """Publish here, two of them, and watch them there, until the relay is stopped."""
    ana, ben, guest, other = Person(here.janus), Person(here.janus), Person(there.janus), Person(there.janus)
    await ana.publish(room, "ana")
    await ben.publish(room, "ben")
    assert ana.handle and ben.handle
    relay, name = Relay(there.host), f"{room}.there"[:64]
    relayed = relay.open(name, here.janus, [ana.handle, ben.handle])
    relay.feed(relayed, here.janus, [ana.handle, ben.handle])
    relayed = Relayed.of(json.loads(json.dumps(relayed.plain())))
    assert name in relay.mountpoints()
    for person, words in ((guest, ["ana", "ben"]), (other, ["ben", "nobody"])):
        watching = relay.watch(relayed, words)
        person.handle = watching.handle
        assert [(track.kind, track.participant) for track in watching.offer.tracks] == [
            (kind, word) for word in words if word != "nobody" for kind in ("audio", "video")
        ]
        await person.take(watching.offer)
        await person.sees(20)
        assert person.frames["audio"] > 5
        assert there.janus.alive(watching.handle).up
    stop(here.janus, relayed)
    stop(here.janus, relayed)
    before = other.frames["video"]
    await asyncio.sleep(1)
    assert other.frames["video"] < before + 10, "nothing more is sent there"
    for _twice in range(2):
        relay.close(name)
    with pytest.raises(Gone):
        relay.watch(relayed, ["ana"])
    assert guest.handle
    with pytest.raises(Gone):
        there.janus.alive(guest.handle)
    for person in (ana, ben, guest, other):
        await person.leave()


def test_what_is_published_at_one_host_is_watched_at_another(
    janus: Running, second_janus: Running, room: str
) -> None:
    asyncio.run(watched_elsewhere(janus, second_janus, room))


@pytest.mark.skipif(os.getuid() != 0, reason="only root makes networks")
def test_media_reach_a_host_in_another_network(
    janus: Running, room: str, tmp_path: Path, worker_id: str
) -> None:
    number = int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 99
    with (
        rig.networks(number, 1) as [(inside, address)],
        rig.running(tmp_path, ports_of(worker_id, 2), inside=inside, listen=address) as far,
    ):
        assert far.host.url.startswith(f"http://{address}:")
        asyncio.run(watched_elsewhere(janus, far, room))


def test_janus_writes_no_address_of_anybody_into_its_log(janus: Running, room: str) -> None:
    async def act() -> None:
        ana, guest = Person(janus.janus), Person(janus.janus)
        await ana.publish(room, "ana")
        await guest.watch(room, ["ana"])
        await guest.sees(5)
        assert ana.connection.localDescription.sdp.count("a=candidate") > 0
        addresses = re.findall(r"c=IN IP[46] (\S+)", ana.connection.localDescription.sdp)
        with contextlib.suppress(Refused):
            janus.janus.publish(
                room, "ben", ana.connection.localDescription.sdp.replace("candidate:", "candidate:x ")
            )
        for person in (ana, guest):
            await person.leave()
        assert addresses and not [one for one in addresses if one in janus.printed()]

    asyncio.run(act())
    assert "version" in janus.printed()
    for mark in ("127.0.0.1", "a=candidate", "a=ice", "Kicked"):
        assert mark not in janus.printed()


def test_a_media_server_that_hangs_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadrush.live.plane.janus.calling.PATIENCE", 0.5)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        media = Janus(Host("here", url, url, "", "", ""))
        with pytest.raises(Unreachable):
            media.open("room")


def test_another_server_at_the_port_is_no_media_server_of_ours(janus: Running) -> None:
    stranger = Janus(Host("here", janus.host.url, janus.host.admin_url, "guessed", "guessed", "guessed"))
    assert not stranger.answers()
    with pytest.raises(Unreachable):
        stranger.open("room")


def test_threads_of_one_process_do_not_take_each_others_answers(janus: Running, room: str) -> None:
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(20):
                assert janus.janus.publishers(room) == []
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
