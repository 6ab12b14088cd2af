"""From a recorded room to its film: with those who agreed, without whoever says no, and gone in time."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leadrush import gate, vault
from leadrush.gate import tasks
from leadrush.live import agreeing, filming, hosting, naming, staging
from leadrush.live.answering import NotTaken
from leadrush.live.keeps import films_have_nobody_who_did_not_agree
from leadrush.live.models import Appearance, Guest, Recording, RecordingState, Room
from leadrush.live.plane import pieces, recordings
from leadrush.live.plane.programs import DiskFull, Failed
from leadrush.live.tests.conftest import now
from leadrush.live.tests.tapes import tape
from leadrush.media.models import File
from leadrush.vault import erasing, rights
from leadrush.vault.models import Person

pytestmark = pytest.mark.django_db(transaction=True)
Seat = Callable[..., Guest]
BEGUN = 1_772_000_000.0


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
def stage(host: Guest, seat: Seat) -> list[Guest]:
    """Return who is on stage of a recorded room: the host and Ana, who agreed, and Ben, who did not."""
    ana, ben = seat("Ana"), seat("Ben")
    staging.set_up(guest=host.pk, recorded=True)
    staging.go(guest=host.pk, state="live")
    for one in (ana, ben):
        hosting.stage(guest=host.pk, whom=one.pk, on=True)
    with gate.using("live.room"):
        agreeing.agree(now(ana))
    room = Room.objects.get(pk=host.room_id)
    place = filming.reached(room_of(room))[0]
    for number, one in enumerate((host, ana, ben)):
        word = naming.participant(one.pk)
        tape(place, word, "audio", BEGUN + number, 3)
        tape(place, word, "video", BEGUN + number, 3)
    staging.go(guest=host.pk, state="over")
    return [host, ana, ben]


def room_of(room: Room) -> Room:
    naming.room(room)
    return Room.objects.get(pk=room.pk)


def film(room: Room) -> Recording:
    return Recording.objects.select_related("room__replay").get(room=room.pk)


def make(room: Room) -> Recording:
    with gate.using(filming.USE, actor=gate.Actor("program", "live.film")):
        due = filming.due()
        assert due is not None
        filming.make(due.pk)
    return film(room)


def counted() -> tuple[int, int]:
    with gate.using("accountability.check"):
        count = films_have_nobody_who_did_not_agree()
    return count.missed, count.of


def say_no(guest: Guest) -> None:
    vault.choose(
        person=Person.objects.get(pk=guest.person_id), use=filming.USE, answer=False, where="people.switch"
    )


def test_the_film_has_those_who_agreed_and_what_was_recorded_of_others_is_erased_first(
    stage: list[Guest], room: Room
) -> None:
    host, ana, _ben = stage
    words = sorted(naming.participant(one.pk) for one in (host, ana))
    made = make(room)
    assert (made.state, made.words, made.share) == (RecordingState.MADE, words, 1)
    assert made.room.replay is not None and made.room.replay.kind == "video/mp4"
    assert made.seconds == pytest.approx(4, abs=0.2), "from the first of the host to the last of Ana"
    left, _damaged = pieces.find(*filming.reached(made.room))
    assert sorted({piece.participant for piece in left}) == words
    assert counted() == (0, 5)
    with gate.using("rights.own"):
        shown = [record.title for record in rights.records(ana.person_id)]
    assert "You in the recording of a live room" in shown
    with gate.using(filming.USE):
        assert filming.due() is None


def test_who_says_no_is_out_of_the_film_and_it_is_made_anew(stage: list[Guest], room: Room) -> None:
    host, ana, _ben = stage
    first = make(room).room.replay
    assert first is not None
    say_no(ana)
    tasks.get("live.takes_back").run()
    taken = film(room)
    assert (taken.room.replay, taken.words, taken.state) == (None, [], RecordingState.WAITING)
    assert not File.objects.filter(pk=first.pk).exists()
    assert counted()[0] == 0
    made = make(room)
    assert made.words == [naming.participant(host.pk)]
    assert made.seconds == pytest.approx(3, abs=0.2)
    # A yes again counts for what is recorded from now on, not for what is gone.
    with gate.using("live.room"):
        agreeing.agree(now(ana))
    filming.again(room)
    assert make(room).words == [naming.participant(host.pk)]


def test_who_is_erased_is_out_of_the_film_in_that_moment(stage: list[Guest], room: Room) -> None:
    host, ana, _ben = stage
    make(room)
    with gate.using("rights.own"):
        erasing.erase_everything(ana.person_id)
    taken = film(room)
    assert (taken.room.replay, taken.words) == (None, [])
    assert make(room).words == [naming.participant(host.pk)]


def test_after_the_recording_is_gone_a_no_takes_the_film_down_for_good(
    stage: list[Guest], room: Room
) -> None:
    _host, ana, _ben = stage
    place = filming.reached(make(room).room)[0]
    with gate.using(filming.USE):
        assert filming.erase_originals() == 0
        with time_machine.travel(timezone.now() + timedelta(days=29)):
            assert filming.erase_originals() == 0
        with time_machine.travel(timezone.now() + timedelta(days=31, hours=2)):
            assert counted()[0] == 1, "past its day"
            assert filming.erase_originals() == 1
            assert counted()[0] == 0
    assert not place.exists()
    assert film(room).room.replay is not None
    say_no(ana)
    tasks.get("live.takes_back").run()
    taken = film(room)
    assert (taken.room.replay, taken.state, taken.trouble) == (None, RecordingState.FAILED, filming.CUT)
    filming.again(room)
    assert film(room).state == RecordingState.FAILED, "there is nothing to make it of"
    desk = Client()
    desk.force_login(Person.objects.get(pk=stage[0].person_id))
    page, headers = reverse("live:bring", args=[room.about]), {"Origin": "https://testserver"}
    copy = SimpleUploadedFile("cut.mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"x" * 500)
    unsure = desk.post(page, {"film": copy}, headers=headers)
    assert unsure.status_code == 422 and b"Look at it first, and say so." in unsure.content
    copy.seek(0)
    desk.post(page, {"film": copy, "sure": "on"}, headers=headers)
    brought = film(room)
    assert (brought.state, brought.words) == ("made", [naming.participant(stage[0].pk)])
    assert brought.room.replay is not None and counted()[0] == 0
    assert desk.get(page).status_code == 404, "nothing more is waited for"


def test_a_film_whose_process_died_is_made_again(
    stage: list[Guest], room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as away, pytest.raises(KeyboardInterrupt):
        away.setattr(recordings, "make", dies)
        make(room)
    assert film(room).state == RecordingState.MAKING
    with gate.using(filming.USE):
        assert filming.due() is None, "perhaps it still is being made"
    with time_machine.travel(timezone.now() + filming.REST + timedelta(seconds=1)):
        assert make(room).state == RecordingState.MADE


def test_a_film_that_cannot_be_made_says_why_and_is_not_tried_for_ever(
    stage: list[Guest], room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(fault: Exception) -> Callable[..., None]:
        def make_none(*_: Any, **__: Any) -> None:
            raise fault

        return make_none

    at = timezone.now()
    with monkeypatch.context() as away:
        away.setattr(recordings, "make", fails(DiskFull("full")))
        for _ in range(5):
            with time_machine.travel(at := at + timedelta(minutes=6)):
                assert make(room).trouble == filming.NO_ROOM
        away.setattr(recordings, "make", fails(Failed("ffmpeg ended with 1.")))
        for state in ("waiting", "waiting", "failed"):
            with time_machine.travel(at := at + timedelta(minutes=6)):
                assert make(room).state == state
    assert film(room).trouble == filming.NOT_MADE
    filming.again(room)
    with time_machine.travel(at + timedelta(minutes=6)):
        assert make(room).state == RecordingState.MADE


def test_where_nothing_was_recorded_there_is_no_film_and_no_fault(host: Guest, room: Room) -> None:
    staging.set_up(guest=host.pk, recorded=True)
    staging.go(guest=host.pk, state="live")
    staging.go(guest=host.pk, state="over")
    made = make(room)
    assert (made.state, made.room.replay) == (RecordingState.NOTHING, None)


def test_nobody_agrees_whose_address_anybody_may_have_typed(host: Guest, seat: Seat) -> None:
    ana = seat("Ana")
    staging.set_up(guest=host.pk, recorded=True)
    there = now(ana)
    with pytest.raises(NotTaken) as refused, gate.using("live.room"):
        agreeing.demand(there)
    assert refused.value.code == "recorded"
    there.giving.confirmed_at = None
    with pytest.raises(NotTaken) as refused, gate.using("live.room"):
        agreeing.agree(there)
    assert refused.value.code == "unconfirmed"
    with gate.using("house.keep"):
        assert Appearance.objects.count() == 1, "the host who let it be recorded"


def test_a_recording_of_no_room_goes_after_a_day(data: Path, room: Room) -> None:
    place = data / "live" / "recordings"
    for name, days in (("r9-0a1b2c3d", 2), ("r8-0a1b2c3d", 0), ("else", 2)):
        tape(place / name, "g1", "audio", BEGUN, 0.1)
        old = time.time() - days * 86400
        os.utime(place / name, (old, old))
    with gate.using(filming.USE):
        assert filming.erase_originals() == 1
    assert sorted(one.name for one in place.iterdir()) == ["else", "r8-0a1b2c3d"]
    shutil.rmtree(place)
