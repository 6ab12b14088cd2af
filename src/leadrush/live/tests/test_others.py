"""A film for others than those who had a seat: by a second yes of all in it, and not a moment longer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leadrush import gate
from leadrush.gate import tasks
from leadrush.live import agreeing, entering, filming, hosting, naming, others, staging
from leadrush.live.answering import NotTaken
from leadrush.live.keeps import films_are_shown_to_others_by_a_yes_of_their_own as counts
from leadrush.live.models import Appearance, Guest, RecordingState, Room
from leadrush.live.tests.conftest import now, registered
from leadrush.live.tests.tapes import tape
from leadrush.live.tests.test_filming import film, make, room_of
from leadrush.media import films
from leadrush.people import switches
from leadrush.vault.models import Person
from leadrush.webinars import planning
from leadrush.webinars.models import Webinar

pytestmark = pytest.mark.django_db(transaction=True)
Seat = Callable[..., Guest]
BEGUN = 1_772_000_000.0
ORIGIN = {"Origin": "https://testserver"}


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
def stage(host: Guest, seat: Seat, room: Room) -> list[Guest]:
    """Return who is in the recording: the host and Ana, who may be shown to others, and Ben, who may not."""
    ana, ben = (seat(name, f"{name.lower()}@mail.example") for name in ("Ana", "Ben"))
    staging.set_up(guest=host.pk, recorded=True, shown=True)
    staging.go(guest=host.pk, state="live")
    for one, shown in ((ana, True), (ben, False)):
        hosting.stage(guest=host.pk, whom=one.pk, on=True)
        with gate.using("live.room"):
            agreeing.agree(now(one), shown=shown)
    place = filming.reached(room_of(room))[0]
    for number, one in enumerate((host, ana, ben)):
        for kind in ("audio", "video"):
            tape(place, naming.participant(one.pk), kind, BEGUN + number, 3)
    staging.go(guest=host.pk, state="over")
    return [host, ana, ben]


def switch(guest: Guest, *, on: bool) -> None:
    """Turn the switch on somebody's own page."""
    with gate.using("rights.own"):
        switches.turn(person=Person.objects.get(pk=guest.person_id), use=others.USE, on=on)


def found(room: Room) -> films.Film | None:
    return films.find(others.about(room))


def press(host: Guest, room: Room, do: str) -> str:
    desk = Client()
    desk.force_login(Person.objects.get(pk=host.person_id))
    act = reverse("live:replay", args=[room.about])
    return desk.post(act, {"do": do}, headers=ORIGIN, follow=True).content.decode()


def missed() -> int:
    with gate.using("accountability.check"):
        return counts().missed


def test_others_see_a_film_only_where_all_in_it_said_so_and_it_is_made_without_those_who_did_not(
    stage: list[Guest], room: Room
) -> None:
    host, ana, ben = stage
    make(room)
    page = press(host, room, "others")
    assert "Not everybody who is in it agreed that others see it." in page
    assert "1 of 3 in this film has not agreed that others see it." in page
    assert found(room) is None and films.all() == []
    assert "The film is made again." in press(host, room, "narrow")
    made = make(room)
    assert made.words == sorted(naming.participant(one.pk) for one in (host, ana))
    assert made.seconds == pytest.approx(4, abs=0.2)
    assert found(room) is None, "nobody has said that others shall see it"
    press(host, room, "others")
    shown = found(room)
    assert shown is not None and [one.about for one in films.all()] == [shown.about]
    assert (shown.title, shown.file) == ("Beds in March", made.room.replay)
    assert missed() == 0
    press(host, room, "not-others")
    assert found(room) is None
    # What Ben said for those with a seat still holds.
    press(host, room, "whole")
    assert naming.participant(ben.pk) in make(room).words


def test_a_no_takes_it_from_others_in_that_moment_from_running_players_too_and_from_nobody_else(
    stage: list[Guest], room: Room
) -> None:
    host, ana, _ben = stage
    make(room)
    press(host, room, "narrow")
    first = make(room).room.replay
    press(host, room, "others")
    shown = found(room)
    assert shown is not None
    own = Client()
    own.force_login(Person.objects.get(pk=ana.person_id))
    assert "in the film of a live room to others" in own.get("/me/").content.decode()
    link = films.link(shown)
    assert Client().get(link, headers={"Range": "bytes=0-9"}).status_code == 206
    switch(ana, on=False)
    assert found(room) is None and films.all() == []
    assert Client().get(link, headers={"Range": "bytes=10-19"}).status_code == 410
    assert Room.objects.get(pk=room.pk).replay == first, "those who had a seat see it still"
    assert missed() == 0
    tasks.get("live.takes_back").run()
    assert film(room).state == RecordingState.WAITING, "it is made without her"
    assert make(room).words == [naming.participant(host.pk)]
    assert found(room) is not None, "and others see it again"


def test_a_yes_counts_for_its_room_alone_and_brings_back_no_film_that_was_taken_back(
    stage: list[Guest], room: Room, host: Guest
) -> None:
    _host, ana, ben = stage
    switch(ana, on=False)
    later = timezone.now().replace(microsecond=0) + timedelta(days=7)
    other = planning.publish(planning.plan(slug="paths", title="Paths", starts_at=later, minutes=55, seats=9))
    there = enter_again(other, [host, ana, ben])
    staging.set_up(guest=there[0].pk, recorded=True)
    for one in there[1:]:
        with gate.using("live.room"):
            agreeing.agree(now(one), shown=True)
    seen = others.agreed([room.pk, there[0].room_id])
    assert seen[room.pk] == {naming.participant(host.pk)}, "Ana took it back, Ben never said it"
    assert seen[there[0].room_id] == {naming.participant(one.pk) for one in there[1:]}


def enter_again(webinar: Webinar, guests: list[Guest]) -> list[Guest]:
    """Let the same people be in the room of another webinar."""
    room, there = entering.room_of(webinar.about), []
    for one in guests:
        if not one.may_host:
            registered(webinar, f"{one.name.lower()}@mail.example")
        person = Person.objects.get(pk=one.person_id)
        there.append(entering.enter(room=room, person=person, name=one.name))
    return there


def test_who_holds_the_room_chooses_for_themselves_and_not_before_it_is_recorded(
    host: Guest, room: Room
) -> None:
    with pytest.raises(NotTaken) as refused:
        staging.set_up(guest=host.pk, shown=True)
    assert refused.value.words == "Let it be recorded first."
    staging.set_up(guest=host.pk, recorded=True)
    with gate.using("live.room"):
        agreeing.agree(now(host), shown=True)
        agreeing.agree(now(host))
        assert others.has_agreed(now(host)), "who is not asked keeps what they said"
        agreeing.agree(now(host), shown=False)
        assert not others.has_agreed(now(host)), "who is asked again and leaves it out said no"
    for on in (True, True, False, True):
        staging.set_up(guest=host.pk, shown=on)
        with gate.using("live.room"):
            assert others.has_agreed(now(host)) == on
    assert missed() == 0


def test_a_yes_that_nobody_said_is_counted(stage: list[Guest], room: Room) -> None:
    with gate.using(filming.USE):
        Appearance.objects.filter(person=stage[2].person_id).update(shown_at=timezone.now())
    assert missed() == 1


def test_while_the_statement_lacks_the_sentence_nobody_is_asked_and_nothing_is_shown(
    stage: list[Guest], room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = stage[0]
    make(room)
    press(host, room, "narrow")
    make(room)
    press(host, room, "others")
    assert found(room) is not None

    def stopped(clause: str) -> None:
        raise gate.evidence.Stopped(clause)

    monkeypatch.setattr(others.evidence, "demand_open", stopped)
    assert found(room) is None
    assert "For others than those" not in press(host, room, "others")


def test_a_word_that_means_no_film_finds_none(published: object) -> None:
    for word in ("", "live.room", "live.room:", "live.room:x", "live.room:0", f"live.room:{9**30}", "else:1"):
        assert films.find(word) is None
