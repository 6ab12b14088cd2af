"""A use and its condition by themselves: what a door remembers, who acts, what a closed one says."""

from __future__ import annotations

import contextvars
from collections.abc import Generator

import pytest

from leadrush import gate
from leadrush.gate.tests.conftest import OTHER, READ
from leadrush.gate.use import NOBODY, Actor

ANN = Actor("person", "ann")
BOB = Actor("staff", "bob")
HOW = (
    'Say what it is read for: declare the door (`@gate.door("room.use")`, `@gate.task(...)`, '
    '`gate.Command`), or open a use around this code (`with gate.using("room.use"):`).'
)


def test_whoever_acts_goes_on_acting_in_the_uses_within() -> None:
    with gate.using(READ.name, actor=ANN):
        with gate.using(OTHER.name) as inner:
            assert inner.actor == ANN
        with gate.using(OTHER.name, actor=BOB) as other:
            assert other.actor == BOB
            with gate.using(READ.name) as innermost:
                assert innermost.actor == BOB
    with gate.using(READ.name) as alone:
        assert alone.actor == NOBODY == Actor("program", "unnamed")


def test_nobody_goes_on_acting_after_their_use_has_ended() -> None:
    with gate.using(READ.name, actor=ANN):
        later = contextvars.copy_context()

    def act() -> Actor:
        with gate.using(OTHER.name) as door:
            return door.actor

    assert later.run(act) == NOBODY


def test_who_acts_is_asked_once_and_only_when_somebody_wants_to_know() -> None:
    asked: list[int] = []

    def who() -> Actor:
        asked.append(1)
        return ANN

    with gate.using(READ.name, actor=who) as door:
        assert asked == []
        assert (door.actor, door.actor) == (ANN, ANN)
        assert asked == [1]


def test_an_open_door_says_what_it_is_for_and_begins_with_nothing_noted() -> None:
    with gate.using(READ.name, what="tests.try") as door:
        assert (door.use, door.bit, door.value) == (READ, READ.bit, 1 << READ.bit)
        assert (door.what, door.ended, door.away, door.frame) == ("tests.try", False, False, None)
        assert door.notes == {}
        assert repr(door) == "<Door tests.read>"
        door.notes["entry"] = 1
    assert (door.ended, door.frame, door.notes) == (True, None, {"entry": 1})
    assert repr(door) == "<Door tests.read (ended)>"
    with gate.using(READ.name) as again:
        assert (again.what, again.notes) == ("", {})


def test_an_actor_is_a_person_staff_or_a_program() -> None:
    for kind in ("person", "staff", "program"):
        assert Actor(kind, "x").kind == kind
    with pytest.raises(ValueError, match=r"^An actor is a person, staff or a program, not 'robot'\.$"):
        Actor("robot", "x")


def test_a_use_that_is_not_declared_is_refused_with_what_to_do() -> None:
    with pytest.raises(
        gate.Refused,
        match=r"^There is no use named 'tests.none'. Declare it in the room's clauses/uses.toml, "
        r"with a clause that allows it\.$",
    ):
        gate.using("tests.none")


def test_a_block_that_was_opened_already_is_refused_with_what_to_write() -> None:
    block = gate.using(READ.name)
    words = r"^This use of 'tests.read' was opened already: write `with using\(\.\.\.\)` again\.$"
    with block, pytest.raises(gate.Refused, match=words):
        block.__enter__()
    with pytest.raises(gate.Refused, match=words):
        block.__enter__()


def test_what_is_closed_says_why_and_how_to_open_it() -> None:
    def said() -> str:
        with pytest.raises(gate.NoUse) as refusal:
            gate.current()
        return str(refusal.value)

    assert said() == f"Personal data is closed here, because no use is in force. {HOW}"
    with gate.using(READ.name):
        later = contextvars.copy_context()
        assert gate.current().use is READ
    assert later.run(said) == f"Personal data is closed here, because the use 'tests.read' has ended. {HOW}"

    def waits() -> Generator[None, None, None]:
        with gate.using(READ.name):
            yield

    waiting = waits()
    next(waiting)
    why = "the use 'tests.read' belongs to a generator that is waiting"
    assert said() == f"Personal data is closed here, because {why}. {HOW}"
    waiting.close()
    assert said() == f"Personal data is closed here, because no use is in force. {HOW}"


def test_a_generator_that_ends_in_another_context_ends_its_use_there() -> None:
    def waits() -> Generator[gate.Door, None, None]:
        with gate.using(READ.name) as door:
            yield door

    waiting = waits()
    door = contextvars.copy_context().run(next, waiting)
    waiting.close()
    assert door.ended
    assert door.frame is None


@pytest.mark.parametrize("name", ["s", '"s"', "house_note"])
def test_a_condition_is_on_the_alias_with_the_bit_of_the_use(name: str) -> None:
    bare = name.strip('"')
    with gate.using(READ.name):
        assert gate.condition(name) == f'("{bare}"."mask" & {1 << READ.bit}) <> 0'
        with gate.using(OTHER.name) as door:
            assert gate.condition(name) == f'("{bare}"."mask" & {1 << OTHER.bit}) <> 0'
        with pytest.raises(gate.NoUse, match=f"^The table {name} is closed here, because "):
            gate.condition(name, door)
    with pytest.raises(
        gate.NoUse, match=f"^The table {name} is closed here, because no use is in force. Say what"
    ):
        gate.condition(name)


@pytest.mark.parametrize("name", ['s" OR "1', 'X"X', 'a"."b'])
def test_a_condition_on_what_is_no_name_is_not_written(name: str) -> None:
    with gate.using(READ.name), pytest.raises(ValueError, match="is no table's name") as refusal:
        gate.condition(name)
    assert str(refusal.value) == f"{name!r} is no table's name."


def test_letters_beside_a_name_belong_to_it() -> None:
    with gate.using(READ.name) as door:
        assert gate.condition(" X") == f'(" X"."mask" & {door.value}) <> 0'


def test_a_door_says_what_is_written_on_it() -> None:
    sign = gate.door(READ.name, why="since", staff=True, what="tests.try")(lambda request: None).door  # type: ignore[attr-defined]
    assert (sign.use, sign.why, sign.staff, sign.what) == (READ.name, "since", True, "tests.try")
    bare = gate.door(None, why="reads nothing")(lambda request: None).door  # type: ignore[attr-defined]
    assert (bare.use, bare.why, bare.staff, bare.what) == (None, "reads nothing", False, "")
