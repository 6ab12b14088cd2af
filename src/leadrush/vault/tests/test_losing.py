"""Losing: what no key opens says so in its place, where a law keeps it too, and is nobody's mail or name."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leadrush import gate, vault
from leadrush.gate import uses
from leadrush.ledger import Entry
from leadrush.vault import erasing, keys, losing, replaying, rights, sealed, tombstones
from leadrush.vault.giving import EMAIL, NAME, lost
from leadrush.vault.models import Giving, Item, Person, PersonKey
from leadrush.vault.tests.office.models import Invoice

pytestmark = pytest.mark.usefixtures("published")
WORDS = "Lost in a restore on 2026-05-03."


@pytest.fixture(autouse=True)
def stones(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.TOMBSTONES = tmp_path / "tombstones" / "erased.jsonl"
    replaying._Whole.until = 0
    yield


@pytest.fixture
def ana() -> Person:
    """Return somebody with an address and a name, sealed under a key that is gone."""
    person, giving = vault.welcome(
        address="ana@mail.example", where="t", clause="webinar-seat", confirmed=True
    )
    vault.put(person=person, kind=NAME, category="Name", value="Ana", giving=giving)
    return person


def take_the_key(person: Person) -> None:
    """Let somebody have another key than what is here of them was sealed with."""
    keys.drop(person.pk)
    keys.make(person.pk)


def invoice(person: Person) -> Invoice:
    giving = Giving.objects.get(person=person)
    with gate.using("house.keep"):
        return Invoice.objects.create(
            person=person,
            giving=giving,
            number=1,
            until=timezone.now().date() + timedelta(days=99),
            sealed=vault.seal(person.pk, "Ana, Quay Lane 4", Invoice.CONTEXT),
        )


def test_whoever_has_lost_everything_sees_it_all_with_where_it_came_from(ana: Person) -> None:
    take_the_key(ana)
    assert losing.lose(ana.pk, WORDS) == 2
    with gate.using("rights.own"):
        found = rights.records(ana.pk)
    assert {(record.title, record.value) for record in found} == {
        (rights.kind_words(EMAIL), WORDS),
        (rights.kind_words(NAME), WORDS),
    }
    assert {record.clause for record in found} == {"webinar-seat"}
    entry = Entry.objects.get(what=losing.DEED)
    assert entry.count == 2 and entry.subject == vault.mark_of(ana.pk)


def test_lost_twice_is_written_down_once_and_what_opens_is_left_alone(ana: Person) -> None:
    assert losing.lose(ana.pk, WORDS) == 0
    take_the_key(ana)
    assert losing.lose(ana.pk, WORDS) == 2
    assert losing.lose(ana.pk, "Other words") == 0
    assert Entry.objects.filter(what=losing.DEED).count() == 1


def test_no_use_finds_a_lost_address_or_name_to_mail_to_or_greet_by(ana: Person) -> None:
    take_the_key(ana)
    losing.lose(ana.pk, WORDS)
    for use in uses.all():
        with gate.using(use.name):
            assert not Item.objects.filter(person=ana, kind__in=(EMAIL, NAME)).exists()
    with gate.using("webinars.serve"), pytest.raises(gate.Refused):
        vault.address_of(ana.pk)


def test_somebody_elses_address_is_not_held_in_the_place_of_a_lost_one(ana: Person) -> None:
    vault.welcome(address="bo@mail.example", where="t", clause="webinar-seat")
    take_the_key(ana)
    losing.lose(ana.pk, WORDS)
    for address in ("bo@mail.example", "nobody@mail.example"):
        assert not losing.find_again(ana.pk, address)
    assert losing.find_again(ana.pk, "ana@mail.example")
    with gate.using("webinars.serve"):
        assert vault.address_of(ana.pk) == "ana@mail.example"
    assert not losing.find_again(ana.pk, "ana@mail.example"), "a second time there is nothing lost"


def test_whether_an_address_was_lost_is_one_question_for_known_and_unknown_alike(ana: Person) -> None:
    for whose, address in ((ana.pk, "ana@mail.example"), (uuid.uuid4(), "nobody@mail.example")):
        with (
            CaptureQueriesContext(connection) as asked,
            CaptureQueriesContext(connections["keys"]) as of_keys,
        ):
            assert not losing.find_again(whose, address)
        assert (len(asked), len(of_keys)) == (1, 0)


def test_an_erased_persons_invoice_that_no_key_opens_stays_for_the_law_and_hinders_no_restore(
    ana: Person,
) -> None:
    invoice(ana)
    take_the_key(ana)
    tombstones.append(tombstones.make(tombstones.PERSON, ana.pk))
    erasing.replay()
    losing.lose(ana.pk, WORDS)
    with gate.using("office.keep_books"):
        (row,) = Invoice.objects.all()
        assert vault.unseal(
            [(row.person_id, row.sealed)], context=Invoice.CONTEXT, category="lr:Invoice"
        ) == [WORDS]
    assert row.number == 1
    assert set(PersonKey.objects.filter(person=ana.pk).values_list("kind", flat=True)) == {keys.KEPT}
    assert not sealed.try_all().lost


def test_whoever_is_erased_after_a_loss_is_erased_wholly(ana: Person) -> None:
    take_the_key(ana)
    losing.lose(ana.pk, WORDS)
    with gate.using("rights.own", actor=gate.Actor("person", str(ana.pk)), what="people.erase"):
        erasing.erase_everything(ana.pk)
    assert not Person.objects.filter(pk=ana.pk).exists()
    with gate.using("house.keep"):
        assert not Item.objects.filter(kind=lost(EMAIL)).exists()
    assert vault.find("ana@mail.example") is None
