"""The crowd's playlist: for whom it is, what asking for it costs, and when ffmpeg runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from leadrush import gate
from leadrush.live import crowding, hosting, naming, staging
from leadrush.live.models import Connection, Guest, Room
from leadrush.live.tests.conftest import now
from leadrush.vault.models import Person
from leadrush.webinars import registering
from leadrush.webinars.models import Webinar
from tests.rig import questions

pytestmark = pytest.mark.django_db(transaction=True)
Seat = Callable[..., Guest]
SEGMENT = "part-000001.ts"


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path, room: Room) -> Path:
    """Return the folder of the room's segments, with a playlist in it."""
    settings.DATA = tmp_path
    crowding.forget()
    folder = crowding.folder(naming.room(room))
    folder.mkdir(parents=True)
    (folder / crowding.PLAYLIST).write_text(f"#EXTM3U\n{SEGMENT}\n")
    (folder / SEGMENT).write_bytes(b"G" * 188)
    (folder.parent / "secret").write_text("no")
    return folder


@pytest.fixture
def live(host: Guest) -> Guest:
    staging.go(guest=host.pk, state="live")
    return host


def got(client: Client, address: str) -> tuple[int, str]:
    answer = client.get(address)
    if answer.status_code != 200:
        return answer.status_code, answer.json()["code"]
    return 200, str(answer["Content-Type"])


def test_a_player_gets_playlist_and_segments_by_the_word_in_their_path(
    client: Client, live: Guest, seat: Seat
) -> None:
    address = crowding.address(seat("Ana"))
    assert got(client, address) == (200, "application/vnd.apple.mpegurl")
    assert client.get(address)["Cache-Control"] == "no-store"
    assert got(client, address.replace(crowding.PLAYLIST, SEGMENT)) == (200, "video/mp2t")
    assert got(client, address.replace(crowding.PLAYLIST, "part-000002.ts")) == (404, "soon")


def test_without_a_good_word_nobody_gets_anything(
    client: Client, live: Guest, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = seat("Ana")
    address = crowding.address(ana)
    word = address.split("/")[-2]
    others = signing.dumps([ana.pk, ana.room_id + 1], salt=crowding.SALT)
    ticket = signing.dumps([ana.pk, ana.room_id], salt="leadrush.live.ticket")
    for wrong in (word[:-2], "x", word.replace(":", ""), ticket, others):
        assert got(client, address.replace(word, wrong))[0] == 403, wrong
    elsewhere = address.replace(live.room.about, "webinars.webinar:99999")
    assert got(client, elsewhere)[0] == 403
    assert got(client, address)[0] == 200
    assert got(client, elsewhere)[0] == 403, "also when the word is known"
    for name in ("secret", "..%2Fsecret", "part-1.ts", "live.m3u8.tmp", "%2e%2e/secret"):
        assert client.get(address.replace(crowding.PLAYLIST, name)).status_code == 404, name
    monkeypatch.setattr(crowding, "GOOD_FOR", -1)
    assert got(client, address) == (403, "expired")


def test_whoever_may_not_be_there_gets_it_no_longer(
    client: Client, live: Guest, seat: Seat, webinar: Webinar
) -> None:
    ana, ben = seat("Ana"), seat("Ben")
    first, second = crowding.address(ana), crowding.address(ben)
    assert got(client, first)[0] == got(client, second)[0] == 200
    hosting.remove(guest=live.pk, whom=ana.pk)
    registering.give_up(webinar=webinar, person=Person.objects.get(pk=ben.person_id))
    assert got(client, first) == (403, "removed")
    assert got(client, second)[0] == 200, "it is known for some seconds"
    crowding.forget()
    assert got(client, second) == (403, "seat")
    staging.go(guest=live.pk, state="over")
    crowding.forget()
    assert got(client, crowding.address(now(live))) == (403, "over")


def test_a_playlist_that_is_asked_for_every_two_seconds_asks_the_database_once_in_ten(
    client: Client, live: Guest, seat: Seat
) -> None:
    address = crowding.address(seat("Ana"))

    def ask() -> None:
        assert got(client, address)[0] == 200

    first = questions.asked(ask)
    assert len(first) <= 4, first

    def watch() -> None:
        for _ in range(5):
            ask()
            assert got(client, address.replace(crowding.PLAYLIST, SEGMENT))[0] == 200

    assert questions.asked(watch) == []
    crowding.forget()
    later = questions.asked(ask)
    assert len(later) <= 3, later


def test_it_begins_where_somebody_asks_and_not_before_it_is_live(
    client: Client, host: Guest, seat: Seat, room: Room
) -> None:
    address = crowding.address(seat("Ana"))
    staging.go(guest=host.pk, state="green")
    assert got(client, address) == (403, "state")
    assert Room.objects.get(pk=room.pk).crowd_at is None
    staging.go(guest=host.pk, state="live")
    crowding.forget()
    assert got(client, address)[0] == 200
    asked = Room.objects.get(pk=room.pk).crowd_at
    assert asked is not None and timezone.now() - asked < timedelta(seconds=5)


def test_the_crowd_sees_the_screen_first_then_who_holds_it_and_hears_everybody(
    live: Guest, seat: Seat, room: Room
) -> None:
    ana = seat("Ana")
    with gate.using("live.room"):
        for guest, what in ((ana, "camera"), (live, "camera"), (live, "screen")):
            word = naming.participant(guest.pk, what)
            handle = {
                "host": "here",
                "session": 1,
                "handle": 2,
                "room": "r",
                "participant": word,
                "feed": word,
            }
            Connection(
                person_id=guest.person_id,
                giving=guest.giving,
                room=room,
                guest=guest,
                what=what,
                handle=handle,
                up_at=timezone.now(),
            ).save()
    with gate.using("live.host"):
        for expected in ("screen", "camera"):
            picture, sounds = crowding._shown(room)
            assert picture is not None and picture.participant == naming.participant(live.pk, expected)
            assert len(sounds) == (3 if expected == "screen" else 2)
            Connection.objects.filter(what="screen").update(ended_at=timezone.now())
