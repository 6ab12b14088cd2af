"""Whom a new version concerns: counted at once, person by person, and as the gate then does."""

from __future__ import annotations

import uuid

import pytest

from leadrush import gate, vault
from leadrush.accountability import reaching
from leadrush.accountability.concern import State
from leadrush.accountability.tests.changes.conftest import (
    ANNOUNCE,
    HELP,
    Welcome,
    longer_kept,
    new_consent,
    next_text,
    publish,
    wider_help,
)
from leadrush.statement import Version
from leadrush.vault.models import Item, Person
from tests.rig.questions import asked

pytestmark = pytest.mark.django_db


def states(new: Version) -> dict[uuid.UUID, State]:
    concern = reaching.concern_of(gate.force(), new)
    persons = list(Person.objects.values_list("pk", flat=True))
    return {one.person: one.state for one in reaching.of_some(concern, persons)}


def reach(new: Version) -> reaching.Reach:
    return reaching.reach(reaching.concern_of(gate.force(), new))


def test_a_change_of_words_alone_concerns_nobody(welcome: Welcome) -> None:
    welcome("ana@mail.example")
    found = reach(next_text())
    assert (found.held, found.concerned, found.untouched) == (1, 0, 1)
    assert states(next_text()) == {}


def test_whoever_holds_nothing_that_the_change_speaks_of_is_not_concerned(welcome: Welcome) -> None:
    welcome("ana@mail.example")
    assert reach(longer_kept()).concerned == 0


def test_what_would_go_further_is_counted_by_item_and_by_person(welcome: Welcome) -> None:
    ana, bo = welcome("ana@mail.example", name="Ana"), welcome("bo@mail.example")
    no = welcome("cy@mail.example")
    vault.choose(person=no, use=HELP, answer=False, where="people.me")
    unsure = welcome("di@mail.example", confirmed=False)
    new = wider_help()
    assert states(new) == {
        ana.pk: State.LOCKED,
        bo.pk: State.LOCKED,
        no.pk: State.SAID_NO,
        unsure.pk: State.LOCKED,
    }
    found = reach(new)
    assert (found.held, found.asked, found.said_no, found.no_way, found.told) == (4, 2, 1, 1, 0)
    assert found.by_uses == {(HELP,): 2}
    locked = {one.subject.categories: (one.rows, one.persons) for one in found.locked}
    assert locked == {("EmailAddress",): (3, 3), ("Name",): (1, 1)}


def test_what_is_counted_as_locked_is_what_the_gate_locks(welcome: Welcome) -> None:
    for n in range(3):
        welcome(f"old{n}@mail.example", name="N")
    new = wider_help()
    before = reach(new)
    publish(new)
    welcome("new@mail.example")
    with gate.using("house.keep"):
        bit = 1 << gate.uses.get(HELP).bit
        shut = [item for item in Item.objects.all() if not item.mask & bit]
    assert len(shut) == before.items == 6


def test_whoever_gave_the_same_again_under_the_new_version_is_not_asked(welcome: Welcome) -> None:
    welcome("ana@mail.example")
    publish(wider_help())
    person = welcome("ana@mail.example")
    concern = reaching.concern_of(*_texts(1, 2))
    assert reaching.of_some(concern, [person.pk]) == []


def _texts(*numbers: int) -> list[Version]:
    from leadrush.gate.versions import numbered

    found = numbered(numbers)
    return [found[number] for number in numbers]


def test_what_is_new_and_needs_a_yes_asks_those_who_hold_it_and_not_those_who_said_no(
    welcome: Welcome,
) -> None:
    ana = welcome("ana@mail.example")
    new = new_consent()
    assert states(new) == {}
    with gate.using("house.keep"):
        item = Item.objects.get(person=ana)
        Item.objects.filter(pk=item.pk).update(category="lr:Registration")
    assert states(new) == {ana.pk: State.LOCKED}
    vault.choose(person=ana, use=ANNOUNCE, answer=False, where="people.me")
    with gate.using("house.keep"):
        Item.objects.filter(pk=item.pk).update(category="lr:Registration")
    assert states(new) == {ana.pk: State.SAID_NO}


def test_narrower_is_told_and_asks_nothing(welcome: Welcome) -> None:
    ana = welcome("ana@mail.example")
    new = next_text(left_out={"helping"})
    assert states(new) == {ana.pk: State.TOLD}
    assert reach(new).written == 1


def test_what_comes_back_locks_only_what_was_given_in_between(welcome: Welcome) -> None:
    ana = welcome("ana@mail.example")
    publish(next_text(left_out={"helping"}))
    bo = welcome("bo@mail.example")
    assert states(next_text()) == {ana.pk: State.TOLD, bo.pk: State.LOCKED}


def test_counting_is_a_few_questions_however_many_there_are(
    welcome: Welcome,
) -> None:
    for n in range(5):
        welcome(f"p{n}@mail.example")
    new = wider_help()
    concern = reaching.concern_of(gate.force(), new)
    assert len(asked(lambda: reaching.reach(concern))) <= 4
