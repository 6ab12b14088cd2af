"""A yes to later webinars, ticked on the form of one: what it opens, on which rows, and when."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from leadrush import gate, statement, vault
from leadrush.ledger import Entry
from leadrush.vault import collects
from leadrush.vault.giving import NAME, NAME_CATEGORY
from leadrush.vault.models import Giving, Item, Person
from leadrush.webinars import registering
from leadrush.webinars.models import Question, Registration, Webinar
from leadrush.webinars.tests.conftest import Plan, sign_in

ANA = "ana.brightwater@mail.example"


def masks(person: Person) -> dict[tuple[str, Any], int]:
    """Return the mask of each row of a person, in every table."""
    with gate.using("house.keep"):
        return {
            (declared.label, row.pk): row.mask
            for declared in collects.gated()
            for row in declared.model._default_manager.filter(person=person)
        }


@pytest.fixture
def known(plan: Plan) -> Person:
    """Somebody with a name, a seat and letters, who confirmed once and once did not."""
    person, giving = vault.welcome(address=ANA, where="people.name", clause="your-address", confirmed=True)
    vault.put(person=person, kind=NAME, category=NAME_CATEGORY, value="Ana Brightwater", giving=giving)
    registering.register(webinar=plan(), person=person)
    registering.register(webinar=plan(), address=ANA, later=True)
    return person


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("before", [None, False, True])
def test_a_tick_leaves_every_row_as_folding_all_anew_does(
    webinar: Webinar, known: Person, before: bool | None, signed_in: bool
) -> None:
    if before is not None:
        vault.choose(person=known, use="webinars.announce", answer=before, where="people.me")
    who: dict[str, Any] = {"person": known} if signed_in else {"address": ANA}
    registering.register(webinar=webinar, later=True, **who)
    written = masks(known)
    vault.fold(known.pk)
    assert written == masks(known)
    assert len({label for label, _pk in written}) > 2
    bit = 1 << gate.uses.get("webinars.announce").bit
    # What somebody typed for her counts for nothing until she confirms it: what she said before still does.
    opened = signed_in or before is True
    with gate.using("house.keep"):
        assert {bool(item.mask & bit) for item in Item.objects.filter(person=known)} == {opened}


def test_a_yes_on_a_form_opens_at_once_what_was_held_in_other_tables(
    webinar: Webinar, plan: Plan, known: Person, published: statement.Version
) -> None:
    clauses = tuple(
        replace(clause, terms=(*clause.terms, replace(clause.terms[0], category="lr:Registration")))
        if clause.slug == registering.LATER
        else clause
        for clause in published.clauses
    )
    gate.publish(replace(published, number=2, clauses=clauses))
    registering.register(webinar=webinar, person=known, later=True)
    with gate.using("webinars.announce"):
        # Two of three: one rests on a form that nobody confirmed.
        assert Registration.objects.filter(person=known).count() == 2, "a seat kept before stayed closed"
    written = masks(known)
    vault.fold(known.pk)
    assert written == masks(known)


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_tick_sent_twice_is_one_giving(webinar: Webinar, known: Person, signed_in: bool) -> None:
    who: dict[str, Any] = {"person": known} if signed_in else {"address": ANA}
    for later in (False, True, True):
        registering.register(webinar=webinar, later=later, **who)
    (yes,) = Giving.objects.filter(clause=registering.LATER, about=webinar.about)
    assert yes.confirmed is signed_in
    assert (yes.lapses_at is None) is signed_in


def test_a_no_said_before_stands_until_whoever_ticked_confirms_the_address(
    webinar: Webinar, known: Person
) -> None:
    vault.choose(person=known, use="webinars.announce", answer=False, where="people.me")
    registering.register(webinar=webinar, address=ANA, later=True)
    with gate.using("webinars.announce"):
        assert not Item.objects.filter(person=known).exists()
    giving = Giving.objects.get(person=known, clause=registering.CLAUSE, about=webinar.about)
    registering.it_was_me(webinar=webinar, giving=giving)
    with gate.using("webinars.announce"):
        assert Item.objects.filter(person=known).count() == 2


def test_whoever_is_signed_in_registers_without_their_address_being_opened(webinar: Webinar) -> None:
    client, _person = sign_in(ANA)
    assert client.post(webinar.get_absolute_url(), {"later": "on"}).status_code == 302
    assert not Entry.objects.exists()
    client.get(webinar.get_absolute_url())
    assert Entry.objects.get().what == "webinars.form"


def test_somebody_signed_in_whose_address_went_meanwhile_is_asked_for_it_and_keeps_what_they_typed(
    webinar: Webinar, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = Question.objects.create(webinar=webinar, text="What grows?", without="Nothing stops.")
    client, person = sign_in(ANA)
    register = registering.register

    def late(**form: Any) -> None:
        """Let the last giving end just before the form is written down."""
        for giving in Giving.objects.filter(person=person, ended_at__isnull=True):
            vault.end(giving)
        register(**form)

    monkeypatch.setattr(registering, "register", late)
    sent = {"later": "on", f"q{question.pk}": "Bindweed, and one brave rhubarb"}
    answer = client.post(webinar.get_absolute_url(), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'name="email"' in page
    assert "Bindweed, and one brave rhubarb" in page
    assert not Giving.objects.filter(about=webinar.about).exists()
    assert not Entry.objects.exists()


def test_a_visitor_with_a_new_address_has_a_row_for_each_thing_that_the_form_was_for(
    webinar: Webinar,
) -> None:
    Client().post(webinar.get_absolute_url(), {"email": ANA, "later": "on"})
    givings = Giving.objects.order_by("clause")
    assert [giving.clause for giving in givings] == [registering.LATER, registering.CLAUSE]
    with gate.using("house.keep"):
        item = Item.objects.get()
        assert set(item.givings.all()) == set(givings)
    # The address stays for the one when the other ends.
    vault.end(givings[1])
    with gate.using("house.keep"):
        assert Item.objects.get().giving == givings[0]
