"""Opening: first the gate, then the ledger, then the key."""

from __future__ import annotations

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from leadrush import gate, ledger, vault
from leadrush.vault import rights
from leadrush.vault.models import Item, Person

pytestmark = pytest.mark.usefixtures("published")


@pytest.fixture
def ana(published: object) -> Person:
    person, _ = vault.welcome(
        address="ana@mail.example", where="webinars.register", clause="webinar-seat", confirmed=True
    )
    return person


def test_nothing_opens_without_a_use(ana: Person) -> None:
    with pytest.raises(gate.NoUse):
        vault.address_of(ana.pk)


def test_an_item_carried_into_another_use_is_judged_again(ana: Person) -> None:
    with gate.using("rights.own"):
        item = Item.objects.get(person=ana)
    with gate.using("webinars.announce"), pytest.raises(gate.Refused, match="does not allow"):
        vault.open_items([item])
    assert not ledger.Entry.objects.exists()


def test_the_entry_is_there_before_the_value_and_names_clause_and_version(ana: Person) -> None:
    with gate.using("webinars.serve", actor=gate.Actor("program", "webinars.mail"), what="webinars.reminder"):
        assert vault.address_of(ana.pk) == "ana@mail.example"
    (entry,) = rights.entries(ana.pk)
    assert (entry.use, entry.actor, entry.what) == ("webinars.serve", "webinars.mail", "webinars.reminder")
    assert (entry.clause, entry.version, entry.categories) == ("webinar-seat", 1, "EmailAddress")
    assert str(ana.pk).replace("-", "") not in str(entry.__dict__), "the ledger names a person by their id"


@pytest.mark.django_db(transaction=True)
def test_when_the_disk_is_full_and_the_ledger_cannot_be_written_nothing_opens(ana: Person) -> None:
    ledger_connection = connections["ledger"]
    with ledger_connection.cursor() as cursor:
        if ledger_connection.vendor == "sqlite":
            cursor.execute("PRAGMA max_page_count = 1")  # SQLite then says what it says on a full disk
        else:
            cursor.execute("SET default_transaction_read_only = on")
    try:
        with gate.using("webinars.serve"), pytest.raises(ledger.Unwritten, match="nothing was opened"):
            for _ in range(200):  # until the last page is full
                vault.note(subject=ana.pk, categories=["EmailAddress"], what=f"webinars.{_}")
            vault.address_of(ana.pk)
    finally:
        with ledger_connection.cursor() as cursor:
            if ledger_connection.vendor == "sqlite":
                cursor.execute("PRAGMA max_page_count = 1073741823")
            else:
                cursor.execute("SET default_transaction_read_only = off")


def test_a_page_that_opens_five_values_of_one_person_writes_one_entry(ana: Person) -> None:
    sealed = [(ana.pk, vault.seal(ana.pk, f"answer {n}", "answer")) for n in range(5)]
    with gate.using("webinars.host"):
        for pair in sealed:
            vault.unseal([pair], context="answer", category="lr:Answer", what="webinars.list")
    assert ledger.Entry.objects.count() == 1


def test_opening_many_takes_as_many_questions_as_opening_one(published: object) -> None:
    for n in range(30):
        vault.welcome(address=f"p{n}@mail.example", where="t", clause="webinar-seat", confirmed=True)
    counts = []
    for amount in (1, 30):
        with gate.using("webinars.serve"):
            items = list(Item.objects.filter(kind="email")[:amount])
            with CaptureQueriesContext(connections["keys"]) as asked:
                vault.open_items(items)
            counts.append(len(asked))
    assert counts == [1, 1]


def test_a_person_sees_every_item_with_where_it_came_from_and_how_often_it_was_used(ana: Person) -> None:
    with gate.using("webinars.serve", what="webinars.reminder"):
        vault.address_of(ana.pk)
    with gate.using("rights.own", actor=gate.Actor("person", str(ana.pk))):
        (record,) = rights.records(ana.pk)
    assert record.value == "ana@mail.example"
    assert record.version == 1
    assert record.times_used == 2, "the reminder, and this very look"
    assert any(clause == "webinar-seat" for _title, clause in record.uses)


def test_an_entry_is_never_changed_and_never_deleted(ana: Person) -> None:
    with gate.using("webinars.serve"):
        vault.address_of(ana.pk)
    entry = ledger.Entry.objects.get()
    with pytest.raises(ledger.Settled):
        entry.save()
    with pytest.raises(ledger.Settled):
        entry.delete()
