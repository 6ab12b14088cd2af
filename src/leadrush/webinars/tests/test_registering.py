"""Keeping a seat: one address, one registration, and nothing that tells who is known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leadrush import gate, vault
from leadrush.vault import rights
from leadrush.vault.models import Choice, Giving, Item, Person
from leadrush.webinars import registering, times
from leadrush.webinars.models import Answer, Question, Registration, Seat, Webinar
from leadrush.webinars.tests.conftest import Plan, letters, link, press, registration, sign_in, states
from tests.rig.pages import alike

ANA = "ana.brightwater@mail.example"


def send(webinar: Webinar, client: Client | None = None, **fields: Any) -> Any:
    data = {"email": ANA} | fields
    return (client or Client()).post(webinar.get_absolute_url(), data)


def test_an_address_alone_keeps_a_seat_without_script_or_cookie(webinar: Webinar) -> None:
    client = Client()
    answer = send(webinar, client)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("webinars:written", args=[webinar.slug])
    assert "We have written to you" in client.get(answer["Location"]).content.decode()
    assert registration(webinar, ANA).state == Seat.SEAT
    assert not client.cookies, "a visitor who registers gets no cookie"


def test_the_mail_says_when_in_both_zones_and_brings_the_calendar_entry(plan: Plan) -> None:
    webinar = plan(
        starts_at=timezone.now().replace(
            year=2027, month=1, day=14, hour=19, minute=0, second=0, microsecond=0
        )
    )
    send(webinar, time_zone="America/New_York")
    (mail,) = letters("confirmation")
    assert mail.subject == "Your seat: Beds that feed you in March"
    assert "Thursday, 14 January 2027" in mail.text or "14 January 2027" in mail.text
    assert "19:00–19:55" in mail.text
    assert "14:00 in New York" in mail.text
    assert [a.type for a in mail.attachments] == ["text/calendar; method=REQUEST"]
    for words in ("I can’t come", "Yes, it was me", "This wasn’t me: erase it"):
        assert link(mail, words).startswith("/l/"), words


def test_the_same_address_twice_is_one_registration_and_one_mail(webinar: Webinar) -> None:
    first = send(webinar)
    again = send(webinar, email="ANA.Brightwater@MAIL.example")
    assert (first.status_code, first["Location"]) == (again.status_code, again["Location"])
    assert states(webinar) == ["seat"]
    assert len(letters("confirmation")) == 1
    assert Giving.objects.filter(where="webinars.register").count() == 1


def test_whoever_lost_the_mail_gets_it_again_once_a_day(webinar: Webinar) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        send(webinar)
        clock.shift(timedelta(days=1))
        send(webinar)
        send(webinar)
    assert len(letters("confirmation")) == 2


def test_nobody_learns_from_the_form_whether_an_address_is_known(webinar: Webinar) -> None:
    def seen(client: Client, address: str) -> tuple[int, str, str]:
        answer = send(webinar, client, email=address)
        page = client.get(answer["Location"])
        # The word in a form is dated, so that two pages a second apart differ by it.
        text = alike(page.content.decode())
        return answer.status_code, answer["Location"], text

    send(webinar)
    known = seen(Client(), ANA)
    unknown = seen(Client(), "nobody@mail.example")
    full = seen(Client(), "third@mail.example")
    assert known == unknown == full


def test_the_third_of_two_seats_waits_and_is_told_the_place(webinar: Webinar) -> None:
    for name in ("a", "b", "c", "d"):
        send(webinar, email=f"{name}@mail.example")
    assert states(webinar) == ["seat", "seat", "waiting", "waiting"]
    assert "You are number 2 in the line" in letters("waiting", "d@mail.example")[0].text
    assert not letters("waiting", "d@mail.example")[0].attachments, "nobody calendars a seat they don't have"


@pytest.mark.parametrize(
    "address",
    [
        "ana at mail",
        "",
        "ana@",
        "a@b@c.example",
        "ana@mail.example\nBcc: all@mail.example",
        "x" * 10_000 + "@mail.example",
        "ana@mail.example\x00",
        "1234@people.invalid",
    ],
)
def test_a_bad_address_is_kept_in_the_form_with_a_word_and_nothing_is_stored(
    webinar: Webinar, address: str
) -> None:
    answer = send(webinar, email=address)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'class="errors"' in page
    assert "Nothing has been stored yet" in page
    assert not Person.objects.exists()
    assert states(webinar) == []


@pytest.mark.parametrize(
    "address", ["jürgen@gärtnerei.example", "ana+beds@mail.example", "a.b'c@mail.example"]
)
def test_an_unusual_address_keeps_a_seat(webinar: Webinar, address: str) -> None:
    assert send(webinar, email=address).status_code == 302
    assert registration(webinar, address) is not None


def test_a_form_with_errors_keeps_what_was_written(plan: Plan) -> None:
    webinar = plan()
    question = Question.objects.create(
        webinar=webinar, text="Your soil?", longest=10, without="Nothing stops."
    )
    page = send(
        webinar, email="ana at mail", later="on", **{f"q{question.pk}": "clay over chalk, wet"}
    ).content.decode()
    assert "ana at mail" in page
    assert "clay over chalk, wet" in page
    assert "Use at most 10 characters. This has 20." in page
    assert 'name="later" class="' in page or "checked" in page


def test_a_required_question_left_empty_stores_nothing(webinar: Webinar) -> None:
    question = Question.objects.create(webinar=webinar, text="How big is your plot?", required=True)
    assert send(webinar).status_code == 422
    assert send(webinar, **{f"q{question.pk}": "Half a rod"}).status_code == 302
    with gate.using("webinars.host"):
        (answer,) = Answer.objects.all()
        assert b"Half a rod" not in bytes(answer.sealed)
        assert vault.unseal(
            [(answer.person_id, answer.sealed)], context=Answer.CONTEXT, category="lr:Answer"
        ) == ["Half a rod"]


def test_an_option_that_was_not_offered_is_refused(webinar: Webinar) -> None:
    question = Question.objects.create(
        webinar=webinar, text="Soil?", kind="choice", options="Clay\nSand", without="Nothing stops."
    )
    assert send(webinar, **{f"q{question.pk}": "Gold"}).status_code == 422
    assert send(webinar, **{f"q{question.pk}": "Clay"}).status_code == 302


def test_an_address_typed_by_somebody_serves_this_webinar_only(webinar: Webinar) -> None:
    send(webinar, later="on")
    for use, allowed in [("webinars.serve", True), ("webinars.host", True), ("webinars.announce", False)]:
        with gate.using(use):
            assert Item.objects.filter(kind="email").exists() is allowed, use


def test_it_was_me_makes_the_tick_count_and_keeps_it_longer(webinar: Webinar) -> None:
    send(webinar, later="on")
    before = registration(webinar, ANA).giving
    assert before.lapses_at == webinar.ends_at + timedelta(days=7)
    page = press(Client(), link(letters("confirmation")[0], "Yes, it was me"))
    assert "Your address is confirmed" in page.content.decode()
    after = registration(webinar, ANA).giving
    assert after.confirmed
    assert after.lapses_at == webinar.ends_at + timedelta(days=30)
    with gate.using("webinars.announce"):
        assert Item.objects.filter(kind="email").exists()
    assert Giving.objects.get(clause="webinar-later").lapses_at is None


@pytest.mark.parametrize("was_me", [True, False])
def test_answering_on_ones_own_page_does_what_the_links_in_the_mail_do(
    webinar: Webinar, was_me: bool
) -> None:
    send(webinar, later="on")
    giving = registration(webinar, ANA).giving
    rights.answer(giving, was_me=was_me)
    if was_me:
        assert registration(webinar, ANA).giving.lapses_at == webinar.ends_at + timedelta(days=30)
        with gate.using("webinars.announce"):
            assert Item.objects.filter(kind="email").exists(), "the tick did not count"
    else:
        assert registration(webinar, ANA) is None
        assert not Giving.objects.filter(ended_at__isnull=True).exists(), "the tick outlived the form"


def test_this_was_not_me_erases_what_was_typed(webinar: Webinar) -> None:
    question = Question.objects.create(webinar=webinar, text="Soil?", without="Nothing stops.")
    send(webinar, later="on", **{f"q{question.pk}": "Clay"})
    mail = letters("confirmation")[0]
    page = press(Client(), link(mail, "This wasn’t me: erase it"))
    assert "It is erased" in page.content.decode()
    with gate.using("house.keep"):
        assert not Registration.objects.exists()
        assert not Answer.objects.exists()
        assert not Item.objects.exists(), "the address was given for nothing else"
    assert not Giving.objects.filter(ended_at__isnull=True).exists()
    # Pressed again, and the other links after it: nothing happens, with a word.
    client = Client()
    assert client.get(link(mail, "This wasn’t me: erase it"), follow=True).status_code == 200
    assert client.get(link(mail, "Yes, it was me"), follow=True).status_code == 410


def test_not_me_after_a_confirmed_tick_takes_the_yes_back(webinar: Webinar) -> None:
    send(webinar, later="on")
    mail = letters("confirmation")[0]
    press(Client(), link(mail, "Yes, it was me"))
    person = vault.find(ANA)
    press(Client(), link(mail, "This wasn’t me: erase it"))
    assert Choice.objects.filter(person=person, use="webinars.announce").order_by("id").last().answer is False


def test_a_scanner_that_follows_every_link_changes_nothing(webinar: Webinar) -> None:
    send(webinar, later="on")
    for words in ("I can’t come", "Yes, it was me", "This wasn’t me: erase it"):
        Client().get(link(letters("confirmation")[0], words), follow=True)
    it = registration(webinar, ANA)
    assert it.state == Seat.SEAT
    assert not it.giving.confirmed


def test_whoever_is_signed_in_needs_to_type_nothing_and_is_confirmed_at_once(webinar: Webinar) -> None:
    client, person = sign_in(ANA)
    page = client.get(webinar.get_absolute_url()).content.decode()
    assert ANA in page
    assert 'name="email"' not in page
    assert client.post(webinar.get_absolute_url(), {"later": "on"}).status_code == 302
    it = registration(webinar, ANA)
    assert it.giving.confirmed
    assert vault.choices_of(person.pk)["webinars.announce"].answer
    mail = letters("confirmation")[0]
    assert "This wasn’t me" not in mail.text


def test_somebody_elses_tick_neither_buries_a_no_nor_counts_as_a_yes(webinar: Webinar, plan: Plan) -> None:
    _client, person = sign_in(ANA)
    vault.choose(person=person, use="webinars.announce", answer=False, where="people.uses")
    send(webinar, later="on")
    assert vault.choices_of(person.pk)["webinars.announce"].answer is False


@pytest.mark.parametrize("minutes", [0, 30, 60 * 24])
def test_a_webinar_that_has_begun_takes_nobody_and_says_so(plan: Plan, minutes: int) -> None:
    webinar = plan()
    with time_machine.travel(webinar.starts_at + timedelta(minutes=minutes), tick=False):
        answer = send(webinar)
        assert answer.status_code == 422
        assert "has begun" in answer.content.decode()
        assert states(webinar) == []
        with pytest.raises(registering.NotOpen):
            registering.register(webinar=webinar, address=ANA)


def test_a_draft_is_seen_by_nobody(plan: Plan) -> None:
    webinar = plan(opened=False)
    for name in ("page", "written", "calendar"):
        assert Client().get(reverse(f"webinars:{name}", args=[webinar.slug])).status_code == 404
    assert webinar.title not in Client().get(reverse("webinars:list")).content.decode()


def test_a_hundred_forms_from_one_place_get_a_word_and_no_more_mails(webinar: Webinar) -> None:
    answers = [send(webinar, email=f"p{n}@mail.example") for n in range(12)]
    assert [a.status_code for a in answers[:10]] == [302] * 10
    assert {a.status_code for a in answers[10:]} == {429}
    assert len(states(webinar)) == 10
    assert Client().get(webinar.get_absolute_url()).status_code == 200, "reading stays open"


def test_behind_a_proxy_each_visitor_is_a_place_of_their_own(webinar: Webinar, settings: Any) -> None:
    settings.PROXY = "127.0.0.1"
    forms = [(f"p{n}@mail.example", f"203.0.113.{n}") for n in range(12)]
    path = webinar.get_absolute_url()
    answers = [Client().post(path, {"email": to}, headers={"X-Forwarded-For": by}) for to, by in forms]
    assert [answer.status_code for answer in answers] == [302] * 12


def test_where_forms_come_from_lies_in_no_store(webinar: Webinar, settings: Any) -> None:
    from django.core.cache import cache

    Client(REMOTE_ADDR="198.51.100.77").post(webinar.get_absolute_url(), {"email": ANA})
    kept = repr(cache._cache)  # type: ignore[attr-defined]
    assert kept != "OrderedDict()"
    assert "198.51.100" not in kept


def test_whoever_gave_up_comes_back_at_the_end_of_the_line(webinar: Webinar) -> None:
    for name in ("a", "b", "c"):
        send(webinar, email=f"{name}@mail.example")
    registering.give_up(webinar=webinar, person=vault.find("a@mail.example"))
    send(webinar, email="a@mail.example")
    assert states(webinar) == ["waiting", "seat", "seat"]
    assert len(letters("waiting", "a@mail.example")) == 1


def test_the_days_a_registration_is_kept_are_those_of_the_statement(webinar: Webinar) -> None:
    assert times.days_kept(confirmed=True) == 30
    assert times.days_kept(confirmed=False) == 7
    page = Client().get(webinar.get_absolute_url()).content.decode()
    from leadrush.look import times as home

    assert f"Erased on {home.day(webinar.ends_at + timedelta(days=30))}" in " ".join(page.split()).replace(
        "</time>", ""
    ).replace(
        f'<time datetime="{home.at_home(webinar.ends_at + timedelta(days=30)).date().isoformat()}">', ""
    )
