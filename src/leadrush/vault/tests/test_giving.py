"""What comes in: who it belongs to, what it allows, and when it goes."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from leadrush import gate, vault
from leadrush.vault import addresses, arriving, keys
from leadrush.vault.models import BlindIndex, Choice, Giving, Item, Person, PersonKey

pytestmark = pytest.mark.usefixtures("published")


def arrive(address: str = "ana@mail.example", **more: Any) -> tuple[Person, Giving]:
    said: dict[str, Any] = {"where": "webinars.register", "clause": "webinar-seat", **more}
    return vault.welcome(address=address, **said)


def sees(use: str, person: Person) -> bool:
    with gate.using(use):
        return Item.objects.filter(person=person, kind="email").exists()


def test_the_same_address_twice_is_one_person_with_two_givings() -> None:
    first, _ = arrive("Ana@Mail.example")
    second, _ = arrive("ana@mail.EXAMPLE")
    assert first == second
    assert Giving.objects.filter(person=first).count() == 2
    with gate.using("rights.own"):
        assert Item.objects.filter(person=first).count() == 1


def test_no_table_holds_an_address_that_can_be_read() -> None:
    person, _ = arrive("canary.ana@mail.example")
    with gate.using("rights.own"):
        item = Item.objects.get(person=person)
        assert b"canary" not in bytes(item.sealed)
        assert vault.open_items([item]) == {item.pk: "canary.ana@mail.example"}
    assert "canary" not in BlindIndex.objects.get().digest
    assert person.email == f"{person.pk}@people.invalid"


def test_an_address_typed_by_anybody_permits_only_what_serves_it() -> None:
    person, giving = arrive()
    vault.choose(person=person, use="webinars.announce", answer=True, where="t", giving=giving)
    assert sees("webinars.serve", person)
    assert not sees("webinars.announce", person), "a tick by a stranger opened promotions"


def test_confirming_opens_what_was_ticked_and_nothing_else() -> None:
    person, giving = arrive()
    vault.choose(person=person, use="webinars.announce", answer=True, where="t", giving=giving)
    vault.confirm(giving=giving)
    assert sees("webinars.announce", person)


def test_a_no_closes_at_once_and_a_later_yes_of_a_stranger_does_not_bury_it() -> None:
    person, _ = arrive(confirmed=True)
    vault.choose(person=person, use="webinars.announce", answer=True, where="t")
    assert sees("webinars.announce", person)
    vault.choose(person=person, use="webinars.announce", answer=False, where="t")
    assert not sees("webinars.announce", person)
    _, strangers = arrive()
    vault.choose(person=person, use="webinars.announce", answer=True, where="t", giving=strangers)
    assert not sees("webinars.announce", person)


def test_the_same_answer_twice_is_one_choice() -> None:
    person, giving = arrive(confirmed=True)
    for _ in range(2):
        vault.choose(person=person, use="webinars.announce", answer=True, where="t", giving=giving)
    assert Choice.objects.count() == 1


def test_what_was_given_goes_with_its_last_giving_and_not_before() -> None:
    now = timezone.now()
    person, _ = arrive(lapses_at=now - timedelta(minutes=1))
    arrive(lapses_at=now + timedelta(days=1))
    assert vault.due(now) == 1
    assert sees("rights.own", person)
    assert vault.due(now + timedelta(days=2)) == 1
    assert not sees("rights.own", person)
    assert not sees("house.keep", person)


def test_this_wasnt_me_erases_what_a_stranger_gave_and_keeps_what_the_person_gave() -> None:
    person, _mine = arrive(confirmed=True)
    _, theirs = arrive()
    vault.end(theirs)
    vault.end(theirs)
    assert sees("webinars.serve", person)
    assert Giving.objects.filter(person=person, ended_at__isnull=True).count() == 1


def test_an_items_own_giving_moves_to_an_heir_when_its_first_one_ends() -> None:
    person, first = arrive()
    _, second = arrive()
    vault.end(first)
    with gate.using("rights.own"):
        assert Item.objects.get(person=person).giving_id == second.pk


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "ana@",
        "@mail.example",
        "ana@mail..example",
        "a b@mail.example",
        "ana@mail.example\nBcc: other@mail.example",
        "ana@mail.example\r\nSubject: hello",
        "ana\x00@mail.example",
        "x" * 10_000 + "@mail.example",
        "someone@people.invalid",
        "a@mail.example, b@mail.example",
    ],
)
def test_an_address_that_is_none_gets_a_word_and_leaves_no_trace(address: str) -> None:
    with pytest.raises(ValidationError) as said:
        arrive(address)
    assert said.value.messages[0].endswith(".")
    assert not Person.objects.exists()
    assert not PersonKey.objects.exists()


@pytest.mark.parametrize(
    "address", ["ana+webinar@mail.example", "zoë@mail.example", "ana@müller.example", "o'hara@mail.example"]
)
def test_unusual_addresses_that_are_right_come_back_as_they_were_given(address: str) -> None:
    person, _ = arrive(address)
    with gate.using("rights.own"):
        assert vault.address_of(person.pk) == addresses.read(address)


@given(st.text(max_size=300))
def test_reading_an_address_never_fails_in_another_way(text: str) -> None:
    with contextlib.suppress(ValidationError):
        assert addresses.read(addresses.read(text)) == addresses.read(text)


def test_data_that_never_followed_its_key_is_made_up_for_by_the_next_giving() -> None:
    person, _ = arrive()
    held = person.pk
    with gate.using("house.keep"):
        Item.objects.all().delete()
        Giving.objects.all().delete()
        Person.objects.all().delete()
    again, _ = arrive()
    assert again.pk == held
    assert sees("rights.own", again)


def test_a_person_without_a_key_is_said_to_be_erased() -> None:
    person, _ = arrive()
    PersonKey.objects.all().delete()
    with gate.using("rights.own"), pytest.raises(keys.NoKey, match="erased"):
        vault.address_of(person.pk)


def test_rows_written_in_bulk_are_folded_like_single_ones() -> None:
    person, giving = arrive(confirmed=True)
    with gate.using("house.keep"):
        Item.objects.all().delete()
        sealed = vault.seal(person.pk, "x", "item:name")
        Item.objects.bulk_create(
            [Item(person=person, giving=giving, kind=kind, category="Name", sealed=sealed) for kind in "ab"]
        )
    with gate.using("webinars.serve"):
        assert Item.objects.filter(person=person).count() == 2


def test_a_corrected_value_rests_on_its_new_giving_alone() -> None:
    person, old = arrive()
    vault.put(person=person, kind="name", category="Name", value="Anna", giving=old)
    new = vault.give(person=person, where="people.name", clause="your-address", confirmed=True)
    vault.put(person=person, kind="name", category="Name", value="Ana", giving=new)
    vault.end(old)
    with gate.using("rights.own"):
        assert vault.value_of(person.pk, "name") == "Ana"


@pytest.mark.django_db(transaction=True)
def test_the_same_new_address_from_two_browsers_at_once_is_one_person() -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    def one(_n: int) -> Person:
        try:
            return arrive("race@mail.example")[0]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        people = set(pool.map(one, range(8)))
    assert len(people) == 1
    with gate.using("rights.own"):
        assert Item.objects.count() == 1
    assert Giving.objects.count() == 8


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_the_last_two_givings_that_end_at_once_take_the_address_with_them(turn: int) -> None:
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connections

    givings = [arrive(f"ends{turn}@mail.example")[1] for _ in range(2)]
    together = Barrier(2)

    def one(giving: Giving) -> None:
        try:
            together.wait(10)
            vault.end(giving)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, givings))
    with gate.using("house.keep"):
        assert not Item.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_no_is_not_undone_by_what_began_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from concurrent.futures import ThreadPoolExecutor
    from threading import Event

    from django.db import connections

    from leadrush.vault import folding

    person, _ = arrive(confirmed=True)
    vault.choose(person=person, use="webinars.announce", answer=True, where="t")
    _, waits = arrive()
    read, said_no = Event(), Event()
    choices_of = folding.choices_of

    def slow(person_id: Any) -> Any:
        """Read the choices, and let the person say no before anything is made of them, if they can."""
        found = choices_of(person_id)
        if not read.is_set():
            read.set()
            said_no.wait(0.5)
        return found

    monkeypatch.setattr(folding, "choices_of", slow)

    def confirms() -> None:
        try:
            vault.confirm(giving=waits)
        finally:
            connections.close_all()

    def says_no() -> None:
        try:
            read.wait(10)
            vault.choose(person=person, use="webinars.announce", answer=False, where="t")
            said_no.set()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(confirms), pool.submit(says_no)]:
            done.result()
    assert not sees("webinars.announce", person), "a no was undone by a form confirmed at the same time"


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("module", "step"),
    [
        (keys, "make"),
        *((arriving, name) for name in ("meet", "_find", "_hold", "receive", "_write", "_seal", "_fold")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_whoever_is_cut_off_while_registering_sends_it_again_and_is_one_person(
    module: Any, step: str, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(module, step)

    def killed(*args: Any, **named: Any) -> None:
        if after:
            real(*args, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(module, step, killed)
        with pytest.raises(Killed):
            arrive()
    with gate.using("house.keep"):
        assert (Person.objects.count(), Giving.objects.count(), Item.objects.count()) == (0, 0, 0)
    person, _ = arrive()
    assert Person.objects.count() == Giving.objects.count() == 1
    with gate.using("rights.own"):
        assert vault.address_of(person.pk) == "ana@mail.example"
    assert set(BlindIndex.objects.values_list("person", flat=True)) == {person.pk}
    assert set(PersonKey.objects.values_list("person", flat=True)) == {person.pk}, "a key of nobody"
