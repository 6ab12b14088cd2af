"""The checks count what they say, and see what is broken."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from leadrush import gate, vault
from leadrush.gate.evidence import Count
from leadrush.mailbox.models import Message
from leadrush.people import keeps
from leadrush.people.models import SignIn
from leadrush.people.sessions import SessionStore
from leadrush.people.tests.conftest import ANA, registered
from leadrush.vault.models import Giving, Person


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
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE copied_by_hand (person_id varchar(36))")
    assert keeps.every_table_is_shown() == Count(1, count.of + 1)


def message(person: Person, giving: Giving | None = None, **facts: Any) -> None:
    """Put a message to somebody into the outbox, past the verb that would refuse it."""
    with gate.using("mailbox.deliver"):
        giving = giving or Giving.objects.filter(person=person).first()
        facts = {"template": "people.code", "kind": "needed", "sealed": b"", "state": "left"} | facts
        Message.objects.create(person=person, giving=giving, key=str(uuid.uuid4()), **facts)


def test_a_message_that_left_after_a_no_is_counted_and_one_that_left_before_is_not(ana: Person) -> None:
    use = "webinars.announce"
    assert keeps.every_no_is_kept() == Count(0, 0)
    vault.choose(person=ana, use=use, answer=True, where="t")
    assert keeps.every_no_is_kept() == Count(0, 0)
    no = vault.choose(person=ana, use=use, answer=False, where="t")
    assert keeps.every_no_is_kept() == Count(0, 1)
    message(ana, use=use, moved_at=no.at + timedelta(seconds=9))
    message(ana, use=use, moved_at=no.at + timedelta(hours=1), state="refused")
    message(ana, use="account.sign_in", moved_at=no.at + timedelta(hours=1))
    assert keeps.every_no_is_kept() == Count(0, 1)
    message(ana, use=use, moved_at=no.at + timedelta(seconds=11))
    assert keeps.every_no_is_kept() == Count(1, 1)
    vault.choose(person=ana, use=use, answer=True, where="t")
    assert keeps.every_no_is_kept() == Count(0, 0)


def test_a_message_to_an_address_that_nobody_confirmed_is_counted_if_it_serves_something_else(
    published: object,
) -> None:
    person, giving = registered(ANA, confirmed=False)
    message(person, giving, use="webinars.serve")
    assert keeps.unconfirmed_serves_only_itself() == Count(0, 1)
    message(person, giving, use="webinars.announce", state="refused")
    assert keeps.unconfirmed_serves_only_itself() == Count(0, 1)
    message(person, giving, use="webinars.announce", moved_at=timezone.now())
    assert keeps.unconfirmed_serves_only_itself() == Count(1, 2)
    vault.confirm(giving=giving)
    assert keeps.unconfirmed_serves_only_itself() == Count(1, 1), "confirmed after it had left"
    with gate.using("mailbox.deliver"):
        Message.objects.update(moved_at=timezone.now() + timedelta(minutes=1))
    assert keeps.unconfirmed_serves_only_itself() == Count(0, 0)


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
