"""Presenting from OBS: whose key lets whom send, and what nginx is told, without a stream."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from leadrush import gate
from leadrush.gate import tasks
from leadrush.live import carrying, encoders, entering, hosting, staging, tickets
from leadrush.live.answering import NotTaken
from leadrush.live.models import Connection, Encoder, Guest, Room
from leadrush.live.plane import nginx
from leadrush.live.tests.callers import Caller
from leadrush.live.tests.conftest import now, play, staff, windows
from leadrush.vault import erasing
from leadrush.vault.models import Person
from tests.rig.postman import free_port

pytestmark = pytest.mark.django_db(transaction=True)
Seat = Callable[..., Guest]


@pytest.fixture(autouse=True)
def there(settings: Any, tmp_path: Path) -> nginx.Nginx:
    settings.DATA = tmp_path
    return nginx.prepare(tmp_path, {"LIVE_RTMP": f"127.0.0.1:{free_port()}", "SITE_URL": settings.SITE_URL})


def key_of(guest: Guest, **more: bool) -> str:
    return encoders.key(ticket=tickets.read(tickets.issue(now(guest)), guest.room.about), **more)


def asked(there: nginx.Nginx, door: str, key: str, client: int = 1, secret: str = "") -> int:
    """Ask as nginx does; return the status."""
    sent = {"name": key, "clientid": str(client), "addr": "203.0.113.9", "call": door}
    answer = Client().post(
        f"/live/encoder/{door}/",
        sent,
        headers={"Live-Secret": secret or there.secret, "host": "tiller.example"},
    )
    assert answer.status_code != 302 or "203.0.113" not in answer["Location"]
    return answer.status_code


def the_row() -> Encoder:
    with gate.using("house.keep"):
        return Encoder.objects.get()


def test_a_host_sends_with_their_key_into_their_room_alone_and_only_nginx_may_ask(
    there: nginx.Nginx, host: Guest
) -> None:
    key = key_of(host)
    assert key == key_of(host), "it can be shown again"
    row = the_row()
    assert key.partition("-")[2] not in {row.nonce, row.client, row.source}, "and stands nowhere"
    assert asked(there, "publish", key, secret="x" * 43) == 404
    assert Client().post("/live/encoder/publish/", {"name": key}).status_code == 404
    for wrong in ("", "1", key[:-1], key + "0", f"{host.pk + 1}-{key.partition('-')[2]}", "9" * 300, "g\x00"):
        assert asked(there, "publish", wrong) == 403, wrong
        assert asked(there, "update", wrong) == 403, wrong
        assert asked(there, "done", wrong) == 403, wrong
    assert asked(there, "publish", key) == 302
    first = the_row().source
    assert len(first) == 32 and first not in key
    assert asked(there, "update", key) == 204
    # A second program with the same key takes the first one's place.
    assert asked(there, "publish", key, client=2) == 302
    assert the_row().source != first
    assert asked(there, "update", key, client=1) == 403
    assert asked(there, "done", key, client=1) == 204
    assert asked(there, "update", key, client=2) == 204, "the end of the first ends nothing of the second"
    assert asked(there, "done", key, client=2) == asked(there, "done", key, client=2) == 204
    assert the_row().source == ""


def test_guests_have_no_key_and_a_new_key_ends_the_one_before(
    there: nginx.Nginx, host: Guest, seat: Seat
) -> None:
    with pytest.raises(NotTaken, match="Only those who hold this"):
        key_of(seat("Ana"))
    first = key_of(host)
    assert asked(there, "publish", first) == 302
    second = key_of(host, anew=True)
    assert second != first and the_row().source == ""
    assert asked(there, "update", first) == asked(there, "publish", first) == 403
    assert asked(there, "publish", second) == 302


def test_the_desk_gets_server_and_key_and_whoever_has_no_place_there_a_word(
    host: Guest, seat: Seat, tmp_path: Path
) -> None:
    status, said = Caller.call(_at(host), "POST", "encoder/", {})
    assert status == 200
    assert said["server"].startswith("rtmp://tiller.example") and said["key"] == key_of(host)
    status, said = Caller.call(_at(host), "POST", "encoder/", {"anew": "yes"})
    assert (status, said["code"]) == (400, "body")
    status, said = Caller.call(_at(seat("Ana")), "POST", "encoder/", {})
    assert (status, said["code"]) == (409, "host")
    nginx.forget(tmp_path)
    assert Caller.call(_at(host), "POST", "encoder/", {})[0] == 503
    assert not encoders.ready()


def _at(guest: Guest) -> Any:
    """Return a browser without media."""
    one = object.__new__(Caller)
    one.guest, one.about, one.ticket, one.client = guest, guest.room.about, tickets.issue(guest), Client()
    return one


def _no_host_any_more(host: Guest) -> None:
    Person.objects.filter(pk=host.person_id).update(role="")


def _over(host: Guest) -> None:
    staging.go(guest=host.pk, state="live")
    staging.go(guest=host.pk, state="over")


def _erased(host: Guest) -> None:
    with gate.using("rights.own"):
        erasing.erase_everything(host.person_id)


@pytest.mark.parametrize("ends", [_no_host_any_more, _over, _erased])
def test_who_may_not_present_any_more_does_not_from_obs_either(
    there: nginx.Nginx, host: Guest, ends: Callable[[Guest], None]
) -> None:
    key = key_of(host)
    assert asked(there, "publish", key) == 302
    ends(host)
    assert asked(there, "update", key) == 403
    assert asked(there, "publish", key) == 403
    with gate.using("house.keep"):
        assert not Encoder.objects.exclude(source="").exists()


def test_a_guest_who_holds_the_room_for_a_while_presents_from_obs_for_as_long(
    there: nginx.Nginx, host: Guest, seat: Seat
) -> None:
    ana = seat("Ana")
    hosting.cohost(guest=host.pk, whom=ana.pk, on=True)
    key = key_of(ana)
    assert asked(there, "publish", key) == 302
    assert asked(there, "update", key) == 204
    hosting.cohost(guest=host.pk, whom=ana.pk, on=False)
    assert asked(there, "update", key) == asked(there, "publish", key) == 403


def test_in_a_recorded_room_nobody_is_seen_from_obs_without_their_yes_and_the_desk_says_so(
    there: nginx.Nginx, host: Guest, room: Room
) -> None:
    second = entering.enter(room=room, person=staff(), name="Otto")
    key = key_of(second)
    assert asked(there, "publish", key) == 302

    async def scene() -> None:
        async with windows(second) as (desk,):
            assert desk.state["encoder"] == {"sends": True}
            await sync_to_async(staging.set_up)(guest=host.pk, recorded=True)
            ask = sync_to_async(asked)
            assert await ask(there, "update", key) == 403
            said = await desk.get("encoder")
            assert (said["sends"], said["code"]) == (False, "recorded")
            assert "This room is recorded" in said["words"]
            assert await ask(there, "publish", key) == 403
            await sync_to_async(key_of)(second, recorded=True)
            assert await ask(there, "publish", key) == 302
            while not (said := await desk.get("encoder"))["sends"]:
                pass
            assert said["words"] == ""

    play(scene)


def test_a_program_of_which_nginx_said_nothing_for_long_sends_no_more(
    there: nginx.Nginx, host: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked(there, "publish", key_of(host)) == 302
    tasks.get("live.carry").run()
    assert the_row().source
    monkeypatch.setattr(encoders, "UNSEEN", -encoders.UNSEEN)
    tasks.get("live.carry").run()
    assert not the_row().source


def test_the_newer_one_of_camera_and_obs_is_carried(
    there: nginx.Nginx, host: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[dict[str, str]] = []
    monkeypatch.setattr(carrying.Carried, "start", lambda self, told: started.append(told))
    carry = tasks.get("live.carry").run
    key = key_of(host)

    def camera() -> None:
        with gate.using("live.room"):
            row = now(host)
            Connection(
                person_id=row.person_id, giving=row.giving, room=row.room, guest=row, what="camera"
            ).save()

    assert asked(there, "publish", key) == 302
    carry()
    assert started == [], "the room is not open"
    staging.go(guest=host.pk, state="green")
    carry()
    assert len(started) == 1
    assert started[0]["source"] == f"rtmp://{there.rtmp}/live/{the_row().source}"
    assert tickets.read(started[0]["ticket"], host.room.about).guest == host.pk
    camera()
    carrying.stop()
    carry()
    assert len(started) == 1, "the camera came later"
    assert asked(there, "publish", key, client=2) == 302
    carry()
    assert len(started) == 2, "OBS began anew after it"
    carrying.stop()
