"""The checks count what they say, and see what is broken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.test import Client

from leadrush import gate, vault
from leadrush.gate.evidence import Count
from leadrush.people import keeps
from leadrush.people.models import SignIn
from leadrush.people.sessions import SessionStore
from leadrush.people.tests.conftest import ANA, registered
from leadrush.vault.models import Item, Person


@pytest.fixture(autouse=True)
def checking() -> object:
    with gate.using("accountability.check", actor=gate.Actor("program", "checks")):
        yield


def test_an_address_in_a_sign_in_table_or_a_session_is_counted(as_ana: Client, ana: Person) -> None:
    assert keeps.sign_in_tables_name_nobody() == Count(0, 1)
    EmailAddress.objects.create(user=ana, email=ANA)
    assert keeps.sign_in_tables_name_nobody() == Count(1, 2)
    EmailAddress.objects.update(email=ana.email)
    assert keeps.sign_in_tables_name_nobody() == Count(0, 2)
    store = SessionStore(as_ana.cookies["sessionid"].value)
    store["typed"] = ANA
    store.save()
    assert keeps.sign_in_tables_name_nobody() == Count(1, 2)


def test_a_sign_in_that_is_too_old_is_counted(as_ana: Client) -> None:
    assert keeps.sign_ins_end() == Count(0, 1)
    SignIn.objects.update(started=SignIn.objects.get().started - timedelta(days=31))
    assert keeps.sign_ins_end() == Count(1, 1)


def test_every_table_about_persons_is_shown(published: object) -> None:
    count = keeps.every_table_is_shown()
    assert count.kept
    assert count.of >= 3


def test_a_no_that_a_row_ignores_is_counted(ana: Person) -> None:
    assert keeps.every_no_is_kept() == Count(0, 0)
    vault.choose(person=ana, use="webinars.announce", answer=True, where="t")
    vault.choose(person=ana, use="webinars.announce", answer=False, where="t")
    assert keeps.every_no_is_kept() == Count(0, 1)
    with gate.using("house.keep"):
        item = Item.objects.get(person=ana)
        Item.objects.update(mask=item.mask | 1 << gate.uses.get("webinars.announce").bit)
    assert keeps.every_no_is_kept() == Count(1, 1)


def test_a_row_that_nobody_confirmed_and_that_serves_more_is_counted(published: object) -> None:
    registered(ANA, confirmed=False)
    assert keeps.unconfirmed_serves_only_itself() == Count(0, 1)
    with gate.using("house.keep"):
        item = Item.objects.get()
        Item.objects.update(mask=item.mask | 1 << gate.uses.get("webinars.announce").bit)
    assert keeps.unconfirmed_serves_only_itself() == Count(1, 1)


def test_a_cookie_that_nobody_asked_for_is_counted(as_ana: Client) -> None:
    Client().post("/sign-in/", {"address": ANA})
    assert keeps.no_cookie_unasked() == Count(0, 2)
    store = SessionStore()
    store["seen"] = 1
    store.create()
    store["seen"] = 1
    store.save()
    assert Session.objects.count() == 3
    assert keeps.no_cookie_unasked() == Count(1, 3)
