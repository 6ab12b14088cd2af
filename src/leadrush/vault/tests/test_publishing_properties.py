"""Whatever people do while versions come in, interrupted anywhere: no mask exceeds the decision in force."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadrush import gate, statement, vault
from leadrush.gate import versions
from leadrush.vault import fences, publishing
from leadrush.vault.models import Giving, Person
from leadrush.vault.publishing import CannotPublish
from leadrush.vault.tests.bringing import Change, later, on_a_yes, same, too_open, untrue, without
from tests.rig import sampling

ANNOUNCE = "webinars.announce"
CHANGES: list[Change] = [
    same,
    without("webinars.serve"),
    without("webinars.serve", "EmailAddress"),
    without(ANNOUNCE),
    without("webinars.host", "Name"),
    on_a_yes("webinars.serve"),
    on_a_yes("webinars.host"),
]
CLAUSES = ("webinar-seat", "webinar-later", "your-address")
USES = (ANNOUNCE, "webinars.serve", "webinars.host")
PEOPLE = st.integers(0, 3)
STEPS = st.one_of(
    st.tuples(st.just("give"), PEOPLE, st.sampled_from(CLAUSES), st.booleans()),
    st.tuples(st.just("name"), PEOPLE),
    st.tuples(st.just("choose"), PEOPLE, st.sampled_from(USES), st.booleans()),
    st.tuples(st.just("confirm"), PEOPLE),
    st.tuples(st.just("end"), PEOPLE),
    st.tuples(st.just("publish"), st.sampled_from(CHANGES), st.booleans()),
    st.tuples(st.just("take back")),
    st.tuples(st.just("go on"), st.integers(1, 3)),
    st.tuples(st.just("die"), st.integers(1, 3), st.sampled_from(["_fold", "_bind", "_end", "_step"])),
)


class Killed(BaseException):
    """The process ended here."""


class House:
    """What a sequence of steps is done to; it remembers the first version, which later ones return to."""

    def __init__(self, first: statement.Version) -> None:
        self.first = first

    def do(self, step: tuple[object, ...]) -> None:
        """Do one step."""
        getattr(self, str(step[0]).replace(" ", "_"))(*step[1:])

    def person(self, number: int) -> Person | None:
        return vault.find(f"p{number}@mail.example")

    def live(self, number: int) -> Iterator[Giving]:
        person = self.person(number)
        found = Giving.objects.filter(person=person, ended_at__isnull=True).order_by("at")
        return found.iterator() if person else iter(())

    def give(self, number: int, clause: str, confirmed: bool) -> None:
        vault.welcome(address=f"p{number}@mail.example", where="t", clause=clause, confirmed=confirmed)

    def name(self, number: int) -> None:
        giving = next(self.live(number), None)
        if giving is not None:
            vault.put(person=giving.person, kind="name", category="Name", value="Ana", giving=giving)

    def choose(self, number: int, use: str, answer: bool) -> None:
        person = self.person(number)
        if person is not None:
            vault.choose(
                person=person, use=use, answer=answer, where="t", giving=next(self.live(number), None)
            )

    def confirm(self, number: int) -> None:
        for giving in self.live(number):
            if not giving.confirmed:
                vault.confirm(giving=giving)
                return

    def end(self, number: int) -> None:
        giving = next(self.live(number), None)
        if giving is not None:
            vault.end(giving)

    def publish(self, change: Change, from_the_first: bool) -> None:
        """Publish what is narrower than the version in force, or than the first: then much becomes wider."""
        force = gate.force()
        text = later(self.first if from_the_first else force, change, number=force.number + 1)
        try:
            publishing.begin(text)
        except CannotPublish:
            assert publishing.under_way() is not None

    def take_back(self) -> None:
        publishing.take_back(number=gate.force().number + 1)

    def go_on(self, batch: int) -> None:
        publishing.go_on(batch=batch)

    def die(self, batch: int, where: str) -> None:
        """Die after a step of a batch, before it is committed; whoever comes next remembers nothing."""
        real = getattr(publishing, where)

        def killed(*args: object, **named: object) -> None:
            real(*args, **named)
            raise Killed

        ends = {name: killed if end is real else end for name, end in publishing._END.items()}
        with mock.patch.object(publishing, where, killed), mock.patch.object(publishing, "_END", ends):
            try:
                publishing.go_on(batch=batch)
            except Killed:
                fences.FENCES.clear()
                versions.look_anew()


@pytest.mark.slow
@pytest.mark.django_db
# What one sequence leaves is taken back before the next.
@settings(
    max_examples=sampling.examples(),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=4, max_size=25))
def test_no_row_is_more_open_than_the_version_in_force_and_in_the_end_each_is_as_it_says(
    published: statement.Version, steps: list[tuple[object, ...]]
) -> None:
    try:
        with transaction.atomic(), mock.patch.object(fences.Fence, "passed", lambda self: True):
            house = House(published)
            for step in steps:
                house.do(step)
                open_rows = too_open(gate.force())
                assert not open_rows, (step, open_rows)
            publishing.finish()
            assert publishing.under_way() is None
            assert not untrue(gate.force())
            transaction.set_rollback(True)
    finally:
        versions.look_anew()
        versions.version_of.cache_clear()
