"""For how long: as few days as the version that somebody registered under says, or the one in force."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from leadrush import gate, statement, vault
from leadrush.gate import rooms
from leadrush.gate.evidence import Count
from leadrush.mailbox import keeping
from leadrush.mailbox.models import Message
from leadrush.people import sign_ins
from leadrush.vault import publishing
from leadrush.vault.models import Giving
from leadrush.webinars import keeps, planning, registering
from leadrush.webinars.models import Webinar
from leadrush.webinars.tests.conftest import letters, link, press, sign_in

ANA = "ana.brightwater@mail.example"
BO = "bo.tarn@mail.example"


def bring_in(monkeypatch: pytest.MonkeyPatch, number: int, **filled: dict[str, int]) -> None:
    """Publish a version with other days, and bring every row under it."""
    from leadrush.vault import folding

    monkeypatch.setattr(folding, "LEASE", 0.0)
    slots = {slug.replace("_", "-"): values for slug, values in filled.items()}
    text = statement.Version.draw_up(
        rooms.all(), number=number, published=date(2026, 2, number), filled=slots
    )
    publishing.begin(text)
    publishing.finish()
    assert gate.force().number == number


def giving_of(webinar: Webinar, address: str) -> Giving:
    person = vault.find(address)
    return Giving.objects.get(person=person, about=webinar.about, clause=registering.CLAUSE)


def days(webinar: Webinar, address: str) -> int:
    lapses_at = giving_of(webinar, address).lapses_at
    assert lapses_at is not None
    return (lapses_at - webinar.ends_at).days


def test_more_days_are_for_those_who_register_afterwards(
    webinar: Webinar, monkeypatch: pytest.MonkeyPatch
) -> None:
    registering.register(webinar=webinar, address=ANA)
    bring_in(monkeypatch, 2, webinar_seat={"days": 90, "unconfirmed": 20}, webinar_host={"days": 90})
    registering.register(webinar=webinar, address=BO)
    assert (days(webinar, ANA), days(webinar, BO)) == (7, 20)
    for letter in letters("confirmation"):
        press(Client(), link(letter, "Yes, it was me"))
    assert (days(webinar, ANA), days(webinar, BO)) == (30, 90)
    moved = planning.change(webinar, starts_at=webinar.starts_at + timedelta(days=2))
    assert (days(moved, ANA), days(moved, BO)) == (30, 90)
    with gate.using("accountability.check"):
        assert keeps.registrations_lapse() == Count(0, 2)


def test_fewer_days_bind_those_who_registered_before_and_leave_a_yes_that_has_no_end(
    webinar: Webinar, monkeypatch: pytest.MonkeyPatch
) -> None:
    registering.register(webinar=webinar, address=ANA, later=True)
    _client, person = sign_in(BO)
    registering.register(webinar=webinar, person=person, later=True)
    bring_in(monkeypatch, 2, webinar_seat={"days": 10, "unconfirmed": 3})
    assert (days(webinar, ANA), days(webinar, BO)) == (3, 10)
    yes = Giving.objects.get(person=person, clause=registering.LATER)
    assert yes.lapses_at is None
    typed = Giving.objects.get(person=vault.find(ANA), clause=registering.LATER)
    assert typed.lapses_at == webinar.ends_at + timedelta(days=3)
    with gate.using("accountability.check"):
        assert keeps.registrations_lapse() == Count(0, 2)


@pytest.mark.parametrize(("later", "kept"), [(60, 30), (10, 10)])
def test_the_copy_of_a_letter_and_a_sign_in_keep_the_fewer_days(
    webinar: Webinar, monkeypatch: pytest.MonkeyPatch, later: int, kept: int
) -> None:
    _client, person = sign_in(ANA)
    sign_ins.account_giving(person)
    registering.register(webinar=webinar, person=person)
    bring_in(monkeypatch, 2, messages={"days": later}, sign_ins={"days": later})
    with gate.using("mailbox.deliver"):
        message = Message.objects.get(template="webinars.confirmation")
        at = message.made_at
        Message.objects.filter(pk=message.pk).update(state="left", moved_at=at)
        assert not keeping.over(at + timedelta(days=kept)).exists()
        assert keeping.over(at + timedelta(days=kept, seconds=1)).count() == 1
    assert sign_ins.days_of(person) == kept
    assert sign_ins.days() == later
