"""The line: no seat is sold twice, none stays free while somebody waits, and nobody is passed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from leadrush import gate, vault
from leadrush.vault.models import Giving, Person
from leadrush.vault.turns import begins_again
from leadrush.webinars import planning, registering, waiting
from leadrush.webinars.models import Registration, Seat, Webinar
from leadrush.webinars.tests.conftest import Plan, letters, states
from tests.rig import sampling

WHO = [f"p{n}@mail.example" for n in range(7)]


class Line(RuleBasedStateMachine):
    """People come, give up, are erased and come back; staff add seats and take some away."""

    plan: Plan

    def __init__(self) -> None:
        super().__init__()
        self.webinar = type(self).plan(seats=2)
        # What we expect, told again in a few lines: who sits, and who waits in which order.
        self.seats = 2
        self.sitting: set[str] = set()
        self.line: list[str] = []

    def settle(self) -> None:
        while self.line and len(self.sitting) < self.seats:
            self.sitting.add(self.line.pop(0))

    @rule(who=st.sampled_from(WHO))
    def register(self, who: str) -> None:
        registering.register(webinar=self.webinar, address=who)
        if who not in self.sitting and who not in self.line:
            self.line.append(who)
            self.settle()

    @rule(who=st.sampled_from(WHO))
    def give_up(self, who: str) -> None:
        person = vault.find(who)
        if person is not None:
            registering.give_up(webinar=self.webinar, person=person)
        self.leave(who)

    def leave(self, who: str) -> None:
        self.sitting.discard(who)
        if who in self.line:
            self.line.remove(who)
        self.settle()

    @precondition(lambda self: self.sitting or self.line)
    @rule(data=st.data())
    def lapse(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(sorted(self.sitting) + self.line))
        for giving in Giving.objects.filter(person=vault.find(who), about=self.webinar.about, ended_at=None):
            vault.end(giving)
        self.leave(who)

    @rule(seats=st.integers(1, 5))
    def set_seats(self, seats: int) -> None:
        if seats < len(self.sitting):
            with pytest.raises(planning.CannotChange):
                planning.change(self.webinar, seats=seats)
            return
        planning.change(self.webinar, seats=seats)
        self.seats = seats
        self.settle()

    @invariant()
    def everybody_has_what_they_should(self) -> None:
        with gate.using("webinars.seats"):
            rows = list(Registration.objects.filter(webinar=self.webinar))
        names = {vault.find(who).pk: who for who in WHO if vault.find(who)}
        sitting = {names[row.person_id] for row in rows if row.state == Seat.SEAT}
        line = sorted((row for row in rows if row.state == Seat.WAITING), key=lambda row: row.position)
        assert len(sitting) <= self.seats, "more seats than there are"
        assert not line or len(sitting) == self.seats, "a free seat while somebody waits"
        assert sitting == self.sitting
        assert [names[row.person_id] for row in line] == self.line, "somebody was passed"


def test_no_sequence_of_events_oversells_or_passes_anybody(plan: Plan) -> None:
    Line.plan = staticmethod(plan)
    from hypothesis import settings

    run_state_machine_as_test(
        Line, settings=settings(max_examples=sampling.examples(0.3), stateful_step_count=14)
    )


def together(*acts: object) -> list[BaseException]:
    """Run these at once, each on connections of its own; return what they raised."""
    faults: list[BaseException] = []
    ready = threading.Barrier(len(acts))

    def run(act: object) -> None:
        try:
            ready.wait()
            act()  # type: ignore[operator]
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


@pytest.mark.django_db(transaction=True)
def test_the_last_seat_taken_twice_at_once_is_one_seat(plan: Plan) -> None:
    webinar = plan(seats=1)
    faults = together(
        *(lambda who=who: registering.register(webinar=webinar, address=who) for who in WHO[:4])
    )
    assert not faults
    assert sorted(states(webinar)) == ["seat", "waiting", "waiting", "waiting"]
    with gate.using("webinars.seats"):
        line = Registration.objects.filter(state=Seat.WAITING).values_list("position", flat=True)
        assert sorted(line) == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_the_same_form_from_two_browsers_at_once_is_one_seat_and_one_mail(plan: Plan) -> None:
    webinar = plan(seats=3)
    faults = together(
        *(lambda: registering.register(webinar=webinar, address="Ana@mail.example") for _ in range(4))
    )
    assert not faults
    assert states(webinar) == ["seat"]
    assert len(letters("confirmation")) == 1
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_address_in_two_webinars_at_once_is_one_person_with_two_seats(plan: Plan) -> None:
    one, two = plan(), plan()
    faults = together(
        lambda: registering.register(webinar=one, address=WHO[0]),
        lambda: registering.register(webinar=two, address=WHO[0]),
    )
    assert not faults
    assert (states(one), states(two)) == (["seat"], ["seat"])
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_leaving_and_coming_at_once_neither_oversells_nor_leaves_a_seat_free(plan: Plan) -> None:
    webinar = plan(seats=2)
    for who in WHO[:4]:
        registering.register(webinar=webinar, address=who)
    erased = Giving.objects.get(person=vault.find(WHO[1]), clause="webinar-seat")
    faults = together(
        lambda: registering.give_up(webinar=webinar, person=vault.find(WHO[0])),
        lambda: vault.end(erased),
        lambda: registering.register(webinar=webinar, address=WHO[4]),
        lambda: registering.register(webinar=webinar, address=WHO[5]),
    )
    assert not faults
    found = states(webinar)
    assert found.count("seat") == 2
    with gate.using("webinars.seats"):
        sitting = set(Registration.objects.filter(state=Seat.SEAT).values_list("person_id", flat=True))
    assert sitting == {vault.find(who).pk for who in WHO[2:4]}, "those who waited longest"


def test_the_next_in_line_is_told_that_a_seat_is_theirs(webinar: Webinar) -> None:
    for who in WHO[:4]:
        registering.register(webinar=webinar, address=who)
    registering.give_up(webinar=webinar, person=vault.find(WHO[0]))
    assert states(webinar) == ["given_up", "seat", "seat", "waiting"]
    (mail,) = letters("moved_up")
    assert mail.subject == "A seat for you: Beds that feed you in March"
    assert [a.type for a in mail.attachments] == ["text/calendar; method=REQUEST"]
    assert letters("moved_up", WHO[2]), "the first in line, not another"


def test_giving_a_seat_up_twice_frees_one(webinar: Webinar) -> None:
    for who in WHO[:4]:
        registering.register(webinar=webinar, address=who)
    person = vault.find(WHO[0])
    assert registering.give_up(webinar=webinar, person=person)
    assert not registering.give_up(webinar=webinar, person=person)
    assert states(webinar).count("waiting") == 1


def test_nobody_moves_up_once_it_has_begun_or_is_cancelled(plan: Plan) -> None:
    webinar = plan(seats=1)
    for who in WHO[:2]:
        registering.register(webinar=webinar, address=who)
    planning.cancel(webinar, why="The host is ill.")
    registering.give_up(webinar=webinar, person=vault.find(WHO[0]))
    assert states(webinar) == ["given_up", "waiting"]
    late = plan(seats=1)
    for who in WHO[:2]:
        registering.register(webinar=late, address=who)
    Webinar.objects.filter(pk=late.pk).update(starts_at=timezone.now() - timedelta(minutes=1))
    registering.give_up(webinar=late, person=vault.find(WHO[0]))
    assert states(late) == ["given_up", "waiting"]


def test_a_seat_that_went_with_a_person_is_found_by_the_sweep(webinar: Webinar) -> None:
    for who in WHO[:3]:
        registering.register(webinar=webinar, address=who)
    with gate.using("house.keep"):
        # As a cascade does it: past the line.
        Registration._base_manager.filter(person=vault.find(WHO[0]))._raw_delete("default")
    assert states(webinar) == ["seat", "waiting"]
    assert waiting.sweep() == 1
    assert states(webinar) == ["seat", "seat"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connections["default"].vendor == "sqlite", reason="SQLite has one writer: nobody waits in a ring"
)
def test_two_who_wait_for_each_other_both_get_through(plan: Plan) -> None:
    one, two = plan(), plan()
    met = threading.Barrier(2)
    tries: list[str] = []

    @begins_again
    def hold(first: Webinar, second: Webinar, name: str) -> None:
        with transaction.atomic():
            waiting.lock(first.pk)
            if tries.count(name) == 0:
                tries.append(name)
                met.wait(timeout=10)
            else:
                tries.append(name)
            waiting.lock(second.pk)

    assert not together(lambda: hold(one, two, "a"), lambda: hold(two, one, "b"))
    assert len(tries) >= 3, "one of them was ended and began again"
