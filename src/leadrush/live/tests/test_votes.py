"""Votes are counted, not kept: numbers are those of the live choices, and afterwards all there is."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from leadrush import gate
from leadrush.gate import tasks
from leadrush.live import asking, counted, polling, staging
from leadrush.live.answering import NotTaken
from leadrush.live.keeps import polls_keep_numbers_only, questions_are_counted_and_go
from leadrush.live.models import Guest, Inquiry, Option, Poll, Secret, Support, Vote

pytestmark = pytest.mark.django_db
Seat = Callable[..., Guest]


class Voting(RuleBasedStateMachine):
    """Guests answer, change their minds, and wish for questions; a host closes."""

    guests: list[Guest]
    host: Guest

    def __init__(self) -> None:
        super().__init__()
        self.rolled = ExitStack()
        for alias in connections:
            self.rolled.enter_context(transaction.atomic(using=alias))
        self.poll = polling.make(guest=self.host.pk, text="Which?", options=["A", "B", "C"], opens=True)
        self.options = list(Option.objects.filter(poll=self.poll).values_list("pk", flat=True))
        self.inquiry = asking.ask(guest=self.guests[0].pk, text="Why?", once=uuid.uuid4())
        self.chosen: dict[int, int] = {}
        self.wished: set[int] = set()
        self.closed = self.answered = False

    def teardown(self) -> None:
        for alias in connections:
            transaction.set_rollback(True, using=alias)
        self.rolled.close()

    @rule(who=st.integers(0, 3), what=st.integers(0, 2))
    def answers(self, who: int, what: int) -> None:
        try:
            polling.answer(guest=self.guests[who].pk, poll=self.poll, option=self.options[what])
        except NotTaken as word:
            assert self.closed and word.code == "closed"
        else:
            assert not self.closed
            self.chosen[who] = self.options[what]

    @rule(who=st.integers(0, 3), on=st.booleans())
    def wishes(self, who: int, on: bool) -> None:
        try:
            asking.support(guest=self.guests[who].pk, inquiry=self.inquiry, wished=on)
        except NotTaken:
            assert self.answered
        else:
            self.wished = self.wished | {who} if on else self.wished - {who}

    @precondition(lambda self: len(self.chosen) > 2)
    @rule()
    def closes(self) -> None:
        polling.close(guest=self.host.pk, poll=self.poll)
        counted.forget(Poll.objects.get(pk=self.poll))  # as the commit would
        self.closed = True

    @precondition(lambda self: len(self.wished) > 1)
    @rule()
    def is_answered(self) -> None:
        asking.settle(guest=self.host.pk, inquiry=self.inquiry, state="answered")
        self.answered = True

    @invariant()
    def numbers_are_those_of_the_choices(self) -> None:
        room = self.host.room
        (told,) = polling.listed(room, hosts=False)
        counts = Counter(self.chosen.values())
        assert {one["option"]: one["count"] for one in told["options"]} == {
            option: counts[option] for option in self.options
        }
        assert told["answers"] == len(self.chosen)
        with gate.using("house.keep"):
            one = Inquiry.objects.get(pk=self.inquiry)
            assert asking.votes([one]) == {one.pk: len(self.wished)}

    @invariant()
    def nothing_is_left_that_leads_to_somebody(self) -> None:
        for who, guest in enumerate(self.guests):
            mine = polling.chosen(guest.room, guest.person_id)
            assert mine == (
                {} if self.closed or who not in self.chosen else {str(self.poll): self.chosen[who]}
            )
        assert Vote.objects.count() == (0 if self.closed else len(self.chosen))
        assert Support.objects.count() == (0 if self.answered else len(self.wished))
        assert Secret.objects.filter(what=f"poll:{self.poll}").exists() == (
            bool(self.chosen) and not self.closed
        )


def test_numbers_are_those_of_the_choices_and_nothing_else_is_left(seat: Seat, host: Guest) -> None:
    seated = [seat(f"Number {n}") for n in range(4)]
    made: Any = type("Room", (Voting,), {"guests": seated, "host": host})
    quick = settings(
        max_examples=15,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(made, settings=quick)


def test_a_room_that_ends_counts_everything_and_a_secret_that_a_crash_left_is_destroyed(
    seat: Seat, host: Guest
) -> None:
    ana = seat("Ana")
    poll = polling.make(guest=host.pk, text="Which?", options=["A", "B"], opens=True)
    option = Option.objects.filter(poll=poll).first()
    assert option is not None
    polling.answer(guest=ana.pk, poll=poll, option=option.pk)
    inquiry = asking.ask(guest=ana.pk, text="Why?", once=uuid.uuid4())
    asking.support(guest=ana.pk, inquiry=inquiry)
    staging.go(guest=host.pk, state="over")  # and the process dies before its secrets are gone
    assert (Vote.objects.count(), Support.objects.count(), Secret.objects.count()) == (0, 0, 2)
    option.refresh_from_db()
    with gate.using("house.keep"):
        assert (option.count, Inquiry.objects.get(pk=inquiry).votes) == (1, 1)
    tasks.get("live.end").run()
    assert not Secret.objects.exists()
    with gate.using("accountability.check"):
        assert polls_keep_numbers_only().kept and questions_are_counted_and_go().kept
