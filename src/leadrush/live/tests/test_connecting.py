"""The doors of sound and picture, before a real Janus: who is let through, and what ends whose connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from leadrush import gate
from leadrush.live import hosting, media, naming, settling, staging, tickets
from leadrush.live.models import Connection, Guest, Room
from leadrush.live.plane.provider import Gone, Handle
from leadrush.live.tests.callers import Caller
from leadrush.live.tests.conftest import now, play
from leadrush.live.tests.people import until
from leadrush.vault import erasing
from leadrush.vault.models import Person
from leadrush.webinars import registering
from leadrush.webinars.models import Webinar
from tests.rig import janus as rig
from tests.rig.janus import Running

pytestmark = pytest.mark.django_db(transaction=True)
janus = rig.janus
Seat = Callable[..., Guest]
BAD = [
    b"",
    b"[",
    b"null",
    b"[]",
    b"{}",
    b'{"sdp": 5, "what": "camera"}',
    b'{"sdp": "", "what": "camera"}',
    b'{"sdp": "v=0", "what": "voice"}',
    b'{"sdp": "v=0", "what": "camera", "recorded": "yes"}',
    b'{"sdp": "\\ud800", "what": "camera"}',
    b'{"sdp": "v=0\\u0000", "what": "camera"}',
    b"\xff\xfe",
    b'{"sdp": "' + b"a" * 64_001 + b'", "what": "camera"}',
    b" " * 100_001,
    b" " * 3_000_000,
]


@pytest.fixture(autouse=True)
def at_janus(janus: Running, settings: Any, room: Room) -> Iterator[None]:
    settings.DATA = janus.data
    media.trust_again()
    yield
    if word := Room.objects.values_list("provider_room", flat=True).get(pk=room.pk):
        janus.janus.close(word)


def go(host: Guest, state: str) -> Any:
    return sync_to_async(staging.go)(guest=host.pk, state=state)


async def live(host: Guest) -> Caller:
    """Let a host begin, and be seen."""
    await go(host, "green")
    caller = Caller(host)
    assert (await caller.on_stage())[0] == 201
    await go(host, "live")
    return caller


def rows(**those: Any) -> list[Connection]:
    with gate.using("house.keep"):
        return list(Connection.objects.filter(**those))


async def words_of(room: Room, janus: Running) -> list[str]:
    there = await sync_to_async(Room.objects.get)(pk=room.pk)
    return await asyncio.to_thread(janus.janus.publishers, there.provider_room)


def test_a_guest_sees_and_hears_who_is_on_stage_and_learns_how_the_connection_does(
    host: Guest, seat: Seat
) -> None:
    ana = seat("Ana")

    async def scene() -> None:
        tove, guest = await live(host), Caller(ana)
        status, said = await guest.before_it()
        assert status == 201
        assert {(one["kind"], one["guest"], one["what"]) for one in said["tracks"]} == {
            ("audio", host.pk, "camera"),
            ("video", host.pk, "camera"),
        }
        await guest.sees(20)
        status, said = await guest.ping()
        assert (status, said["up"], said["slow"], said["offer"]) == (200, True, False, None)
        assert tickets.read(said["ticket"], guest.about).guest == ana.pk
        # To hear alone, on a weak network.
        none = {"size": "none"}
        for body, status in ((none, 204), (none, 204), ({"size": "no"}, 400), ("{", 400)):
            answer = await guest.ask("POST", f"connection/{guest.number}/picture/", body)
            assert answer[0] == status, (body, answer)
        heard, seen = guest.frames["audio"], guest.frames["video"]
        await until(lambda: guest.frames["audio"] > heard + 20)
        assert guest.frames["video"] <= seen + 2
        assert (await guest.ask("POST", f"connection/{guest.number}/picture/", {"size": "small"}))[0] == 204
        await guest.sees(5)
        assert (await guest.ask("DELETE", f"connection/{guest.number}/"))[0] == 204
        assert (await guest.ask("DELETE", f"connection/{guest.number}/"))[0] == 204
        await guest.sees_nothing_more()
        assert (await guest.ping())[0] == 410
        for one in (tove, guest):
            await one.leave()

    play(scene)


def test_only_those_on_stage_are_seen_and_only_once_it_has_begun(host: Guest, seat: Seat) -> None:
    ana, ben = seat("Ana"), seat("Ben")

    async def scene() -> None:
        tove, guest = Caller(host), Caller(ana)
        assert (await tove.on_stage())[1]["code"] == "state", "nobody is seen before the green room"
        assert (await guest.before_it())[1]["code"] == "state"
        await go(host, "green")
        assert (await Caller(host).before_it())[1]["code"] == "nobody"
        tove = await live(host)
        status, said = await Caller(ana).on_stage()
        assert (status, said["code"]) == (403, "role")
        assert "hand" in said["words"]
        # Nobody has anything of somebody else's connection.
        assert (await guest.before_it())[0] == 201
        other = Caller(ben)
        other.number = guest.number
        assert (await other.ping())[0] == 410
        assert (await other.ask("POST", f"connection/{guest.number}/picture/", {"size": "none"}))[0] == 410
        assert (await other.ask("PATCH", f"connection/{guest.number}/", {"sdp": "v=0"}))[0] == 410
        assert (await other.ask("DELETE", f"connection/{guest.number}/"))[0] == 204
        assert (await guest.ping())[0] == 200
        for one in (tove, guest):
            await one.leave()

    play(scene)


def test_a_ticket_that_is_none_too_old_or_for_another_room_opens_no_door(
    host: Guest, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = Caller(seat("Ana"))
    doors = [("POST", "publish/"), ("POST", "watch/"), ("GET", "media.json"), ("DELETE", "connection/1/")]
    doors += [("POST", "connection/1/ping/"), ("PATCH", "connection/1/")]
    for method, tail in doors:
        body = {"sdp": "v=0", "what": "camera"} if method in ("POST", "PATCH") else None
        for ticket in ("", "x", "x" * 5000, guest.ticket[:-2], guest.ticket.replace(":", "")):
            assert guest.call(method, tail, body, ticket=ticket)[0] == 403
        status, said = guest.call("TRACE", tail, body)
        assert (status, said["code"]) == (405, "method")
    guest.about = "webinars.webinar:99999"
    assert guest.call("POST", "watch/", {})[1]["code"] == "elsewhere"
    guest.about = guest.guest.room.about
    monkeypatch.setattr(tickets, "GOOD_FOR", -1)
    assert guest.call("POST", "watch/", {})[1]["code"] == "expired"


def test_whatever_a_stranger_sends_gets_a_word_and_no_fault(host: Guest) -> None:
    staging.go(guest=host.pk, state="green")
    tove = Caller(host)
    for body in BAD:
        status, said = tove.call("POST", "publish/", body)
        assert status in (400, 413), body[:40]
        assert said["words"]
    for number in (0, 2**63 - 1, 2**63, 10**40):
        assert tove.call("POST", f"connection/{number}/ping/")[0] == 410
        assert tove.call("DELETE", f"connection/{number}/")[0] == 204
    assert rows() == []


def test_who_is_invited_on_stage_is_seen_at_the_next_look_and_no_more_when_sent_back(
    host: Guest, seat: Seat, room: Room, janus: Running
) -> None:
    ana, ben = seat("Ana"), seat("Ben")

    async def scene() -> None:
        tove, guest = await live(host), Caller(ben)
        await guest.before_it()
        await guest.sees(10)
        await sync_to_async(hosting.stage)(guest=host.pk, whom=ana.pk, on=True)
        speaker = Caller(await sync_to_async(now)(ana))
        assert (await speaker.on_stage())[0] == 201
        _status, said = await guest.ping()
        assert {one["guest"] for one in said["offer"]["tracks"]} == {host.pk, ana.pk}
        assert (await guest.ping())[1]["offer"] is None
        await guest.sees(10)
        await sync_to_async(hosting.stage)(guest=host.pk, whom=ana.pk, on=False)
        assert await words_of(room, janus) == [naming.participant(host.pk)], "at once, not at the next ping"
        assert (await speaker.ping())[1]["code"] == "role"
        offer = {"sdp": "v=0", "what": "camera"}
        assert (await speaker.ask("POST", "publish/", offer))[1]["code"] == "role"
        _status, said = await guest.ping()
        # Where the media server let go before this was asked, there need be no offer.
        assert said["publishing"] == [{"guest": host.pk, "what": "camera"}]
        for one in (tove, guest, speaker):
            await one.leave()

    play(scene)


def test_whoever_is_taken_out_sees_nothing_more_at_once(host: Guest, seat: Seat) -> None:
    ana = seat("Ana")

    async def scene() -> None:
        tove, guest = await live(host), Caller(ana)
        await guest.before_it()
        await guest.sees(10)
        await sync_to_async(hosting.remove)(guest=host.pk, whom=ana.pk)
        await guest.sees_nothing_more()
        assert (await guest.ping())[1]["code"] == "removed"
        assert (await guest.before_it())[1]["code"] == "removed"
        for one in (tove, guest):
            await one.leave()

    play(scene)


def test_whoever_gives_their_seat_up_loses_the_connection_at_the_next_ping(
    host: Guest, seat: Seat, webinar: Webinar
) -> None:
    ana = seat("Ana")

    async def scene() -> None:
        tove, guest = await live(host), Caller(ana)
        await guest.before_it()
        await guest.sees(5)

        def give_up() -> None:
            registering.give_up(webinar=webinar, person=Person.objects.get(pk=ana.person_id))

        await sync_to_async(give_up)()
        assert (await guest.ping())[1]["code"] == "seat"
        await guest.sees_nothing_more()
        for one in (tove, guest):
            await one.leave()

    play(scene)


def test_an_erased_person_is_seen_by_nobody_any_more(
    host: Guest, seat: Seat, room: Room, janus: Running
) -> None:
    ana = seat("Ana")

    async def scene() -> None:
        tove = await live(host)
        await sync_to_async(hosting.stage)(guest=host.pk, whom=ana.pk, on=True)
        speaker = Caller(await sync_to_async(now)(ana))
        assert (await speaker.on_stage())[0] == 201

        def erase() -> None:
            with gate.using("rights.own"):
                erasing.erase_everything(ana.person_id)

        await sync_to_async(erase)()
        assert await words_of(room, janus) == [naming.participant(host.pk)]
        assert (await speaker.ping())[0] in (403, 410)
        for one in (tove, speaker):
            await one.leave()

    play(scene)


def test_the_same_person_on_another_device_takes_over_and_the_older_one_does_not_come_back(
    host: Guest, seat: Seat, room: Room, janus: Running
) -> None:
    ana = seat("Ana")

    async def scene() -> None:
        first = await live(host)
        guest, again = Caller(ana), Caller(ana)
        await guest.before_it()
        second = Caller(host)
        assert (await second.on_stage())[0] == 201
        status, said = await first.ping()
        assert (status, said["code"]) == (403, "taken")
        assert await words_of(room, janus) == [naming.participant(host.pk)]
        screen = Caller(host)
        assert (await screen.on_stage("screen"))[0] == 201
        assert (await second.ping())[0] == 200, "a screen is shown beside the camera"
        assert (await again.before_it())[0] == 201
        assert (await guest.ping())[1]["code"] == "taken"
        await again.sees(10)
        for one in (first, second, screen, guest, again):
            await one.leave()

    play(scene)


def test_more_than_the_site_lets_watch_are_led_to_hls_but_hosts_are_not(
    host: Guest, seat: Seat, settings: Any
) -> None:
    settings.LIVE_WATCHERS = 1
    ana, ben = seat("Ana"), seat("Ben")

    async def scene() -> None:
        tove, first, second = await live(host), Caller(ana), Caller(ben)
        assert (await first.before_it())[0] == 201
        status, said = await second.before_it()
        assert (status, said["code"]) == (409, "crowd")
        assert said["hls"].endswith("/live.m3u8")
        await first.ask("DELETE", f"connection/{first.number}/")
        assert (await second.before_it())[0] == 201
        for one in (tove, first, second):
            await one.leave()

    play(scene)


def test_a_room_that_is_over_is_over_for_everybody_at_once(
    host: Guest, seat: Seat, room: Room, janus: Running
) -> None:
    ana = seat("Ana")

    async def scene() -> None:
        tove, guest = await live(host), Caller(ana)
        await guest.before_it()
        await guest.sees(5)
        await go(host, "over")
        await guest.sees_nothing_more()
        for one in (tove, guest):
            assert (await one.ping())[1]["code"] == "over"
            await one.leave()

    play(scene)
    assert Room.objects.get(pk=room.pk).provider_room not in {one.room for one in janus.janus.rooms()}


def test_after_the_media_server_died_everybody_comes_back_and_nothing_is_a_fault(
    host: Guest, seat: Seat, janus: Running
) -> None:
    ana, ben = seat("Ana"), seat("Ben")

    async def scene() -> None:
        tove, guest, other = await live(host), Caller(ana), Caller(ben)
        await guest.before_it()
        await other.before_it()
        await asyncio.to_thread(janus.kill)
        media.trust_again()
        assert (await guest.ping())[1]["code"] == "unreachable"
        assert (await guest.before_it())[1]["code"] == "unreachable"
        # Who is taken out meanwhile stays out when it is back.
        await sync_to_async(hosting.remove)(guest=host.pk, whom=ben.pk)
        await asyncio.to_thread(janus.start)
        media.trust_again()
        assert (await tove.ping())[0] == 410
        assert (await guest.ping())[0] == 410
        assert (await other.ping())[1]["code"] == "removed"
        again, once_more = Caller(host), Caller(ana)
        assert (await once_more.before_it())[1]["code"] == "nobody"
        assert (await again.on_stage())[0] == 201
        assert (await once_more.before_it())[0] == 201
        await once_more.sees(10)
        for one in (tove, guest, other, again, once_more):
            await one.leave()

    play(scene)


def test_what_the_media_server_was_not_told_when_it_happened_the_clock_tells_it(
    host: Guest, seat: Seat, room: Room, janus: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = seat("Ana")

    async def scene() -> None:
        tove, guest = await live(host), Caller(ana)
        await guest.before_it()
        handle = Handle.of((await sync_to_async(rows)(guest=ana))[0].handle)
        with monkeypatch.context() as away:
            away.setattr(media, "_rests_until", {"here": 1e12})
            await sync_to_async(hosting.remove)(guest=host.pk, whom=ana.pk)
            await go(host, "over")
        assert janus.janus.alive(handle)
        await sync_to_async(sweep)(3)
        with pytest.raises(Gone):
            janus.janus.alive(handle)
        assert janus.janus.rooms() == []
        await sync_to_async(sweep)(100)
        assert await sync_to_async(rows)() == []
        for one in (tove, guest):
            await one.leave()

    play(scene)


def sweep(seconds: float) -> None:
    """Sweep as the worker does, so many seconds later."""
    with gate.using("live.host"):
        moved = timedelta(seconds=seconds)
        for row in Connection.objects.exclude(ended_at=None):
            Connection.objects.filter(pk=row.pk).update(ended_at=row.ended_at - moved)
        settling.sweep()


def test_without_a_media_server_every_door_says_so(
    host: Guest, seat: Seat, settings: Any, tmp_path: Path
) -> None:
    staging.go(guest=host.pk, state="green")
    settings.DATA = tmp_path
    tove = Caller.__new__(Caller)
    assert not media.ready()
    from django.test import Client

    tove.client, tove.about, tove.ticket = Client(), host.room.about, tickets.issue(host)
    status, said = tove.call("POST", "publish/", {"sdp": "v=0", "what": "camera"})
    assert (status, said["code"]) == (503, "off")
    assert "owner" in said["words"]
    assert tove.call("GET", "media.json")[1]["ready"] is False
