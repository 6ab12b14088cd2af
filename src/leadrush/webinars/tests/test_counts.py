"""How many questions a page puts to the three databases, whatever the number of rows."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from leadrush import vault
from leadrush.vault.giving import NAME, NAME_CATEGORY
from leadrush.vault.models import Choice
from leadrush.webinars import registering
from leadrush.webinars.models import Question, Webinar
from leadrush.webinars.tests.conftest import Plan, sign_in, states
from tests.rig.questions import asked

ANA = "ana.brightwater@mail.example"


@pytest.fixture
def full(plan: Plan) -> Webinar:
    """A webinar with questions, and with many who come and wait."""
    webinar = plan(seats=10)
    for n in range(6):
        Question.objects.create(webinar=webinar, text=f"Question {n}?", without="Nothing stops.")
    for n in range(25):
        registering.register(webinar=webinar, address=f"p{n}@mail.example")
    assert states(webinar).count("waiting") == 15
    return webinar


def test_a_visitors_page_asks_at_most_eight_questions(full: Webinar) -> None:
    Client().get(full.get_absolute_url())
    found = asked(lambda: Client().get(full.get_absolute_url()))
    assert len(found) <= 8, "\n".join(found)


def test_the_page_of_somebody_signed_in_asks_at_most_eight_questions(full: Webinar) -> None:
    client, _person = sign_in("ana@mail.example")
    client.get(full.get_absolute_url())
    found = asked(lambda: client.get(full.get_absolute_url()))
    assert len(found) <= 8, "\n".join(found)


def test_the_list_asks_no_more_for_ten_webinars_than_for_one(plan: Plan) -> None:
    plan()
    Client().get(reverse("webinars:list"))
    one = len(asked(lambda: Client().get(reverse("webinars:list"))))
    for _n in range(9):
        plan()
    assert len(asked(lambda: Client().get(reverse("webinars:list")))) == one <= 8


def test_a_hosts_look_at_many_asks_no_more_than_at_one(full: Webinar, host: Client, plan: Plan) -> None:
    small = plan()
    registering.register(webinar=small, address="one@mail.example")
    host.get(reverse("webinars:registrants", args=[small.pk]))
    one = len(asked(lambda: host.get(reverse("webinars:registrants", args=[small.pk]))))
    many = len(asked(lambda: host.get(reverse("webinars:registrants", args=[full.pk]))))
    assert many <= one + 1


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("who", ["new", "known", "signed in", "come back"])
@pytest.mark.parametrize("crowd", [0, 30])
def test_whoever_registers_waits_for_at_most_twenty_questions(
    plan: Plan, crowd: int, who: str, later: bool
) -> None:
    webinar, other = plan(seats=1), plan()
    # The process knows the business and the statement; both are read again once in a second or two.
    registering.register(webinar=other, address="else@mail.example")
    questions = [
        Question.objects.create(webinar=webinar, text=f"Question {n}?", without="Nothing.") for n in range(4)
    ]
    for n in range(crowd):
        registering.register(webinar=webinar, address=f"p{n}@mail.example")
    fields = {f"q{question.pk}": "Clay" for question in questions} | {"email": ANA}
    client = Client()
    if who != "new":
        _regular(plan, signed_in=who == "signed in")
    if who == "signed in":
        client, _person = sign_in(ANA)
        del fields["email"]
    if who == "come back":
        registering.register(webinar=webinar, address=ANA)
        registering.give_up(webinar=webinar, person=vault.find(ANA))
    if later:
        fields["later"] = "on"
    client.get(webinar.get_absolute_url())
    found = asked(lambda: client.post(webinar.get_absolute_url(), fields))
    assert len(states(webinar)) == crowd + 1
    assert Choice.objects.filter(giving__about=webinar.about).exists() is later
    assert len(found) <= 20, f"{len(found)}:\n" + "\n".join(found)


def _regular(plan: Plan, *, signed_in: bool) -> None:
    """Let somebody with a name and many givings be known already, and have heard of later webinars."""
    person, giving = vault.welcome(
        address=ANA, where="people.name", clause="your-address", confirmed=signed_in
    )
    vault.put(person=person, kind=NAME, category=NAME_CATEGORY, value="Ana Brightwater", giving=giving)
    for n in range(12):
        who: dict[str, Any] = {"person": person} if signed_in else {"address": ANA}
        registering.register(webinar=plan(), later=n % 2 == 0, **who)


@pytest.mark.parametrize("later", [False, True])
def test_a_form_sent_twice_asks_at_most_twenty_questions(plan: Plan, later: bool) -> None:
    webinar = plan()
    fields = {"email": ANA} | ({"later": "on"} if later else {})
    Client().post(webinar.get_absolute_url(), {"email": ANA})
    found = asked(lambda: Client().post(webinar.get_absolute_url(), fields))
    assert len(found) <= 20, f"{len(found)}:\n" + "\n".join(found)
