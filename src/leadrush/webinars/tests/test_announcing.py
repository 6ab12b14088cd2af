"""Telling those who asked: only after their yes, and nothing once they said no."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadrush import gate, vault
from leadrush.mailbox import sending
from leadrush.mailbox.letters import Letter, open_letters
from leadrush.mailbox.models import Message
from leadrush.vault.models import Giving, Item
from leadrush.webinars import announcing, registering, telling
from leadrush.webinars.models import Webinar
from leadrush.webinars.tests.conftest import Plan, letters, link, press, registration, sign_in
from tests.rig import sampling

ANA, BEN, CLEO, DORA = (f"{name}@mail.example" for name in ("ana", "ben", "cleo", "dora"))


def ask(webinar: Webinar, address: str, *, confirm: bool = True) -> None:
    """Register with the tick, and confirm it from the mail."""
    registering.register(webinar=webinar, address=address, later=True)
    if confirm:
        giving = registration(webinar, address).giving
        registering.it_was_me(webinar=webinar, giving=giving)


def send() -> None:
    with gate.using("mailbox.deliver", actor=gate.Actor("program", "mailbox.send")):
        while sending.send():
            pass


def fates(template: str = "webinars.announcement") -> dict[Any, str]:
    with gate.using("mailbox.look"):
        return dict(Message.objects.filter(template=template).values_list("person_id", "state"))


@pytest.fixture
def asked(plan: Plan) -> Webinar:
    """A webinar after one where Ana asked, Ben asked unconfirmed, Cleo did not, Dora asked and said no."""
    first = plan(seats=None)
    ask(first, ANA)
    ask(first, BEN, confirm=False)
    registering.register(webinar=first, address=CLEO)
    ask(first, DORA)
    announcing.no_more(person=vault.find(DORA), where="people.uses")
    return plan(title="Sow by the moon, or by the soil")


def test_only_those_who_asked_and_confirmed_are_told_and_once(asked: Webinar) -> None:
    announcing.announce(asked)
    telling.go_on()
    telling.go_on()
    with pytest.raises(announcing.CannotTell):
        announcing.announce(asked)
    assert set(fates()) == {vault.find(ANA).pk}
    send()
    assert fates() == {vault.find(ANA).pk: "left"}


def test_the_desk_says_how_many_and_why_not_the_others(asked: Webinar, host: Client) -> None:
    # The four, and the host who looks.
    assert announcing.reach(asked) == announcing.Reach(held=5, said_no=1, not_asked=3, coming=0)
    assert announcing.reach(asked).told == 1
    registering.register(webinar=asked, address=ANA)
    assert announcing.reach(asked).coming == 1
    assert announcing.reach(asked).told == 0
    page = host.get(reverse("webinars:tell", args=[asked.pk])).content.decode()
    assert "Tell 0 people" in page


def test_whoever_comes_already_is_not_told_of_it(asked: Webinar) -> None:
    registering.register(webinar=asked, address=ANA)
    announcing.announce(asked)
    telling.go_on()
    assert fates() == {}


def announcement(person: Any) -> Letter:
    with gate.using("mailbox.look"):
        (message,) = Message.objects.filter(template="webinars.announcement", person=person)
        return open_letters([message], what="mailbox.read")[message.pk]


def test_one_click_of_the_mail_program_ends_it_without_a_page(asked: Webinar) -> None:
    announcing.announce(asked)
    telling.go_on()
    letter = announcement(vault.find(ANA))
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = letter.headers["List-Unsubscribe"].strip("<>").removeprefix("https://tiller.example")
    strict = Client(enforce_csrf_checks=True)
    assert strict.get(path).status_code == 302, "a scanner's GET changes nothing"
    assert vault.choices_of(vault.find(ANA).pk)["webinars.announce"].answer
    answer = strict.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not vault.choices_of(vault.find(ANA).pk)["webinars.announce"].answer
    send()
    assert fates() == {vault.find(ANA).pk: "withdrawn"}


def test_the_link_in_the_text_shows_a_page_and_its_button_ends_it(asked: Webinar) -> None:
    announcing.announce(asked)
    telling.go_on()
    send()
    page = press(Client(), link(announcement(vault.find(ANA)), "Tell me no more"))
    assert "No more news of webinars" in page.content.decode()
    with gate.using("webinars.announce"):
        assert not Item.objects.exists()


@settings(max_examples=sampling.examples(0.25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(
        st.tuples(st.sampled_from(["yes", "no", "tell", "send"]), st.sampled_from([ANA, BEN, CLEO])),
        min_size=4,
        max_size=12,
    )
)
def test_nothing_leaves_after_a_no(plan: Plan, acts: list[tuple[str, str]]) -> None:
    first = plan(seats=None)
    for who in (ANA, BEN, CLEO):
        ask(first, who)
    word = dict.fromkeys((ANA, BEN, CLEO), True)
    owed: dict[tuple[int, str], bool] = {}
    for act, who in [*acts, ("send", ANA)]:
        person = vault.find(who)
        if act == "no":
            # By another way than the link: what waits is not taken back, and must not leave all the same.
            vault.choose(person=person, use="webinars.announce", answer=False, where="people.uses")
            word[who] = False
        elif act == "yes":
            vault.choose(person=person, use="webinars.announce", answer=True, where="people.uses")
            word[who] = True
        elif act == "tell":
            new = plan(title=f"Another one, {len(owed)}")
            announcing.announce(new)
            telling.go_on()
            owed |= {(new.pk, address): True for address in word if word[address]}
        else:
            with gate.using("mailbox.look"):
                waiting = set(
                    Message.objects.filter(template="webinars.announcement", state="waiting").values_list(
                        "pk", flat=True
                    )
                )
            send()
            with gate.using("mailbox.look"):
                for message in Message.objects.filter(pk__in=waiting):
                    yes = {vault.find(address).pk: answer for address, answer in word.items()}[
                        message.person_id
                    ]
                    assert (message.state == "left") is yes, (message.state, message.why)


def test_an_address_given_for_news_alone_goes_a_day_after_the_no(plan: Plan) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        webinar = plan()
        ask(webinar, ANA)
        clock.move_to(webinar.ends_at + timedelta(days=31))
        with gate.using("house.keep"):
            vault.due()
        with gate.using("webinars.announce"):
            assert Item.objects.filter(kind="email").count() == 1, "the yes lasts longer than the seat"
        announcing.no_more(person=vault.find(ANA), where="webinars.no_more")
        assert announcing.end_refused() == 0
        clock.shift(timedelta(hours=25))
        assert announcing.end_refused() == 1
        with gate.using("house.keep"):
            assert not Item.objects.exists()


def test_second_thoughts_within_a_day_keep_everything(plan: Plan) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ask(plan(), ANA)
        person = vault.find(ANA)
        announcing.no_more(person=person, where="webinars.no_more")
        clock.shift(timedelta(hours=1))
        vault.choose(person=person, use="webinars.announce", answer=True, where="people.uses")
        clock.shift(timedelta(hours=30))
        assert announcing.end_refused() == 0
        assert Giving.objects.filter(clause="webinar-later", ended_at__isnull=True).count() == 1


def test_an_unconfirmed_yes_goes_with_its_registration(plan: Plan) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        webinar = plan()
        ask(webinar, ANA, confirm=False)
        clock.move_to(webinar.ends_at + timedelta(days=7, minutes=1))
        with gate.using("house.keep"):
            vault.due()
            assert not Item.objects.exists()
        assert not letters()


def test_a_draft_or_past_webinar_is_told_to_nobody(plan: Plan) -> None:
    webinar = plan(opened=False)
    with pytest.raises(announcing.CannotTell):
        announcing.announce(webinar)
    past = plan()
    with time_machine.travel(past.starts_at, tick=False), pytest.raises(announcing.CannotTell):
        announcing.announce(past)


def test_a_stranger_at_the_desk_tells_nobody(asked: Webinar) -> None:
    reader, _person = sign_in("perrin@tiller.example", "reader")
    for client, status in ((Client(), 302), (reader, 403)):
        assert client.post(reverse("webinars:tell", args=[asked.pk])).status_code == status
    telling.go_on()
    assert fates() == {}
