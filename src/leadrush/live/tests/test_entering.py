"""Entering by a name of one's own, once a registration; the room without a socket; who was there."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from leadrush import gate, ledger, vault
from leadrush.live import entering, reporting, staging, staying, tickets
from leadrush.live.answering import NotLetIn, NotTaken
from leadrush.live.models import Guest, Room, Stay
from leadrush.live.tests.conftest import now, registered, staff
from leadrush.vault import cards, rights
from leadrush.vault.models import Giving
from leadrush.webinars import planning
from leadrush.webinars.models import Webinar
from tests.rig import questions

pytestmark = pytest.mark.django_db
Seat = Callable[..., Guest]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  kiln-cat ", "kiln-cat"),
        ("Wilhelmina\n Achterberg-Sól", "Wilhelmina Achterberg-Sól"),
        ("Ana\u202egnp.exe\u0000", "Anagnp.exe"),
        ("👩\u200d🌾", "👩\u200d🌾"),
        ("a" * 60, "a" * 60),
    ],
)
def test_a_name_may_be_any_that_can_be_read(typed: str, shown: str) -> None:
    assert entering.read_name(typed) == shown


@pytest.mark.parametrize("typed", ["", " \n", "\u202e\u200d", "a" * 61])
def test_a_name_that_nobody_could_read_gets_a_word(typed: str) -> None:
    with pytest.raises(NotTaken):
        entering.read_name(typed)


@given(st.text(max_size=80))
def test_whatever_is_typed_as_a_name_is_shown_on_one_line_or_refused(typed: str) -> None:
    try:
        name = entering.read_name(typed)
    except (NotTaken, cards.CardNumber):
        return
    assert 1 <= len(name) <= 60
    assert name == entering.read_name(name)
    assert not set(name) & set("\n\r\t\x00\u202e\u2028")


def test_a_card_number_is_no_name_and_nobody_is_called_by_their_address(seat: Seat, room: Room) -> None:
    with pytest.raises(cards.CardNumber):
        seat("4242 4242 4242 4242")
    assert [seat(address=f"p{n}@mail.example").name for n in range(2)] == ["Guest 1", "Guest 2"]


def test_entering_twice_is_one_seat_that_goes_thirty_days_after_the_event(
    room: Room, webinar: Webinar
) -> None:
    person = registered(webinar)
    first = entering.enter(room=room, person=person, name="Ana")
    again = entering.enter(room=room, person=person)
    renamed = entering.enter(room=room, person=person, name="Ana B")
    assert (again.pk, again.name, renamed.pk, renamed.name) == (first.pk, "Ana", first.pk, "Ana B")
    giving = Giving.objects.get(person=person, clause="live-room")
    assert giving.lapses_at == webinar.ends_at + timedelta(days=30)
    planning.change(webinar, starts_at=webinar.starts_at + timedelta(days=2))
    giving.refresh_from_db()
    assert giving.lapses_at == webinar.ends_at + timedelta(days=32), "a later event, a later end"


def test_nobody_enters_without_a_seat_or_holds_a_room_without_the_role(room: Room, webinar: Webinar) -> None:
    with pytest.raises(NotLetIn):
        entering.enter(room=room, person=staff("reader"))
    assert entering.enter(room=room, person=registered(webinar)).role == "guest"
    assert entering.enter(room=room, person=staff("owner")).role == "host"
    with pytest.raises(LookupError):
        entering.room_of("webinars.webinar:999999")
    with pytest.raises(LookupError):
        entering.room_of("elsewhere:1")


def get(client: Client, guest: Guest, ticket: str | None = None) -> Any:
    ticket = tickets.issue(guest) if ticket is None else ticket
    return client.get(f"/live/{guest.room.about}/state.json", headers={"Live-Ticket": ticket})


def test_without_a_socket_the_same_state_is_asked_for_and_counts_as_being_there(
    seat: Seat, host: Guest, client: Client
) -> None:
    ana = seat("Ana")
    answer = get(client, ana)
    state = json.loads(answer.content)
    assert (answer.status_code, state["kind"], state["you"]["name"]) == (200, "state", "Ana")
    assert tickets.read(state["ticket"], ana.room.about).guest == ana.pk
    with gate.using("house.keep"):
        assert Stay.objects.filter(guest=ana).count() == 1
    for wrong in ("", "no ticket", state["ticket"][:-4]):
        refused = get(client, ana, wrong)
        assert refused.status_code == 403 and "Load it again" in json.loads(refused.content)["words"]
    staging.go(guest=host.pk, state="over")
    assert json.loads(get(client, ana).content)["code"] == "over"
    assert client.get("/live/webinars.webinar:1/").status_code == 404


def test_being_in_a_room_costs_a_number_of_questions_that_does_not_grow_with_the_crowd(
    seat: Seat, client: Client
) -> None:
    guests = [seat(f"Number {n}") for n in range(12)]
    for guest in guests:
        get(client, guest)

    def beat(some: list[Guest]) -> int:
        chairs = {f"chair{guest.pk}": guest.pk for guest in some}
        with gate.using("house.keep"):
            for chair, guest in chairs.items():
                Guest.objects.filter(pk=guest).update(chair=chair)
        found: dict[str, Any] = {}
        asked = questions.asked(lambda: found.update(staying.beat(room=guests[0].room_id, chairs=chairs)))
        assert found == {}
        return len(asked)

    few, many = beat(guests[:2]), beat(guests)
    assert few == many <= 5
    looks = questions.asked(lambda: get(client, guests[0]))
    assert len(looks) <= 22, "\n".join(looks)


def test_a_gap_of_less_than_a_minute_is_no_leaving(seat: Seat) -> None:
    ana = seat("Ana")
    ticket = tickets.read(tickets.issue(ana), ana.room.about)
    began = timezone.now()
    with time_machine.travel(began, tick=False) as clock:
        for seconds in (0, 20, 59, 70, 200, 220):
            clock.move_to(began + timedelta(seconds=seconds))
            entering.sit(ticket=ticket, chair="a")
        clock.move_to(began + timedelta(seconds=230))
        staying.left(guest=ana.pk, chair="a")
        clock.move_to(began - timedelta(hours=1))  # the clock is set back
        entering.sit(ticket=ticket, chair="a")
    with gate.using("house.keep"):
        stays = Stay.objects.filter(guest=ana).order_by("came_at").values_list("came_at", "left_at")
        seconds = [tuple(round((at - began).total_seconds()) for at in stay) for stay in stays]
    assert seconds == [(0, 70), (200, 230)]


def test_who_held_the_room_sees_who_was_there_and_each_finds_the_look_on_their_page(
    seat: Seat, host: Guest, room: Room
) -> None:
    ana = seat("Ana")
    entering.sit(ticket=tickets.read(tickets.issue(ana), room.about), chair="a")
    actor = gate.Actor("staff", str(host.person_id))
    with gate.using("live.host", actor=actor, what="live.report"):
        told = {one.name: len(one.stays) for one in reporting.report(room)}
    assert told == {"Ines": 0, "Ana": 1}
    mark = vault.mark_of(ana.person_id)
    looks = ledger.Entry.objects.using("ledger").filter(subject=mark, what="live.report")
    assert [(look.use, look.actor_kind) for look in looks] == [("live.host", "staff")]


def test_somebody_corrects_when_they_were_there_and_sees_it_among_what_is_held(
    seat: Seat, room: Room, webinar: Webinar
) -> None:
    ana = seat("Ana")
    entering.sit(ticket=tickets.read(tickets.issue(ana), room.about), chair="a")
    person = now(ana).person
    with time_machine.travel(webinar.ends_at + timedelta(hours=1)):
        came, left = webinar.starts_at, webinar.starts_at + timedelta(minutes=40)
        for _ in range(2):
            reporting.correct(room=room, person=person, hours=[(came, left)])
        for wrong in (
            [(left, came)],
            [(came, left), (came, left)],
            [(came - timedelta(days=3), left)],
            [(came, webinar.ends_at + timedelta(hours=2))],
        ):
            with pytest.raises(NotTaken):
                reporting.correct(room=room, person=person, hours=wrong)
        (stay,) = reporting.own(room, person)
        assert (stay.came_at, stay.left_at) == (came, left)
        with gate.using("rights.own", actor=gate.Actor("person", str(person.pk))):
            shown = {record.title: record.value for record in rights.records(person.pk)}
    assert shown["Your seat in a live room"] == "Beds in March: Ana (Guest)"
    assert "Beds in March: came" in shown["When you were in a live room"]
