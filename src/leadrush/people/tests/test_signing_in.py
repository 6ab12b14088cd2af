"""Signing in by code: who gets in, who does not, and what each hears."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from leadrush import gate, vault
from leadrush.people.models import Asked, SignIn
from leadrush.people.tests.conftest import ANA, BO, letters, newest_code, registered, sign_in
from leadrush.vault.models import Giving, Person


def page(response: Any) -> str:
    return str(response.content.decode())


def test_a_code_sent_to_an_address_lets_its_person_in(client: Client, ana: Person) -> None:
    response = client.post("/sign-in/", {"address": ANA})
    assert (response.status_code, response["Location"]) == (302, "/sign-in/code/")
    assert client.get("/sign-in/code/").status_code == 200
    code = newest_code(ana)
    response = client.post("/sign-in/code/", {"code": f" {code[:3]} {code[3:]}\n"})
    assert (response.status_code, response["Location"]) == (302, "/me/")
    assert client.get("/me/").status_code == 200


def test_signing_in_goes_on_to_the_page_that_asked_never_off_the_site(client: Client, ana: Person) -> None:
    response = client.get("/me/uses/?page=2")
    assert response["Location"] == "/sign-in/?next=/me/uses/%3Fpage%3D2"
    response = client.post("/sign-in/", {"address": ANA, "next": "/me/uses/?page=2"})
    response = client.post(response["Location"], {"code": newest_code(ana), "next": "/me/uses/?page=2"})
    assert response["Location"] == "/me/uses/?page=2"
    client.post("/sign-out/")
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example", "x" * 9000):
        client.post("/sign-in/", {"address": ANA, "next": elsewhere})
        response = client.post("/sign-in/code/", {"code": newest_code(ana), "next": elsewhere})
        assert response["Location"] == "/me/"
        client.post("/sign-out/")
        from django.core.cache import cache

        cache.clear()


def test_an_address_that_only_registered_can_sign_in_and_stays_unconfirmed_until_it_says_so(
    client: Client, published: object
) -> None:
    person, giving = registered(ANA, confirmed=False, lapses_at=timezone.now() + timedelta(days=9))
    sign_in(client, person, ANA)
    assert client.get("/me/").status_code == 200
    giving.refresh_from_db()
    assert giving.confirmed_at is None


def test_the_address_outlives_what_it_was_first_given_for_once_somebody_signs_in(
    client: Client, published: object
) -> None:
    person, giving = registered(ANA, lapses_at=timezone.now() + timedelta(days=1))
    sign_in(client, person, ANA)
    vault.end(giving)
    client.post("/sign-out/")
    sign_in(client, person, ANA)
    assert client.get("/me/").status_code == 200
    assert Giving.objects.filter(person=person, where="people.sign_in").count() == 1


def test_wrong_figures_are_told_counted_and_end_after_five(client: Client, ana: Person) -> None:
    client.post("/sign-in/", {"address": ANA})
    code = newest_code(ana)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for left in (4, 3, 2):
        response = client.post("/sign-in/code/", {"code": wrong})
        assert response.status_code == 422
        assert f"{left} tries left" in page(response)
        assert f'value="{wrong}"' in page(response)
    assert "1 try left" in page(client.post("/sign-in/code/", {"code": wrong}))
    response = client.post("/sign-in/code/", {"code": wrong})
    assert "why=tries" in response["Location"]
    assert "Five times the wrong figures" in page(client.get(response["Location"]))
    response = client.post("/sign-in/code/", {"code": code})
    assert "why=none" in response["Location"]


def test_what_is_no_code_gets_a_word_and_costs_no_try(client: Client, ana: Person) -> None:
    client.post("/sign-in/", {"address": ANA})
    for typed in ("", "12345", "١٢٣٤٥٦", "abcdef", "1" * 10_000, "123456\r\nX: y"):
        response = client.post("/sign-in/code/", {"code": typed})
        assert response.status_code == 422
        assert "six figures" in page(response).lower()
    assert client.post("/sign-in/code/", {"code": newest_code(ana)})["Location"] == "/me/"


def test_an_old_code_says_when_it_ended(client: Client, ana: Person) -> None:
    client.post("/sign-in/", {"address": ANA})
    code = newest_code(ana)
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        response = client.post("/sign-in/code/", {"code": code})
        assert response.status_code == 422
        assert "This code ended at" in page(response)
        client.post("/sign-in/code/", {"act": "again"})
        new = newest_code(ana)
        assert client.post("/sign-in/code/", {"code": new})["Location"] == "/me/"


def test_a_code_from_an_earlier_letter_is_told_as_that(client: Client, ana: Person) -> None:
    client.post("/sign-in/", {"address": ANA})
    old = newest_code(ana)
    client.post("/sign-in/code/", {"act": "again"})
    response = client.post("/sign-in/code/", {"code": old})
    assert "from an earlier letter" in page(response)
    assert client.post("/sign-in/code/", {"code": newest_code(ana)})["Location"] == "/me/"


def test_a_used_code_lets_nobody_in_again(client: Client, ana: Person) -> None:
    client.post("/sign-in/", {"address": ANA})
    code = newest_code(ana)
    copy = Client()
    copy.cookies = client.cookies.__class__(client.cookies.output(header=""))
    client.post("/sign-in/code/", {"code": code})
    response = copy.post("/sign-in/code/", {"code": code})
    assert "why=none" in response["Location"]
    assert "it was used, or its time is over" in page(copy.get(response["Location"]))


def test_anothers_code_or_another_browsers_is_no_code(client: Client, ana: Person, bo: Person) -> None:
    client.post("/sign-in/", {"address": ANA})
    other = Client()
    other.post("/sign-in/", {"address": BO})
    bos = newest_code(bo)
    response = client.post("/sign-in/code/", {"code": bos})
    assert "not the figures we sent to this browser" in page(response)
    third = Client()
    third.post("/sign-in/", {"address": BO})
    response = third.post("/sign-in/code/", {"code": bos})
    assert "not the figures we sent to this browser" in page(response)


def test_cancel_forgets_the_code_and_leads_back(client: Client, ana: Person) -> None:
    client.post("/sign-in/", {"address": ANA})
    code = newest_code(ana)
    assert client.post("/sign-in/code/", {"act": "cancel"})["Location"] == "/sign-in/"
    assert "why=none" in client.post("/sign-in/code/", {"code": code})["Location"]


def test_a_browser_that_keeps_no_cookie_hears_why_signing_in_needs_one(client: Client, ana: Person) -> None:
    client.post("/sign-in/", {"address": ANA})
    bare = Client()
    response = bare.get("/sign-in/code/")
    assert "why=cookie" in response["Location"]
    assert "Your browser kept no cookie" in page(bare.get(response["Location"]))


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ana",
        "ana@",
        "ana@mail.example\nBcc: eve@evil.example",
        "ana@mail.example\r\nSubject: x",
        "a" * 10_000 + "@mail.example",
        "00000000-0000-4000-8000-000000000000@people.invalid",
        "ana@mail.example, eve@evil.example",
        '"><script>@mail.example',
    ],
)
def test_what_is_no_address_gets_a_word_and_stays_in_the_field(
    client: Client, published: object, typed: str
) -> None:
    from html import escape

    response = client.post("/sign-in/", {"address": typed})
    assert response.status_code == 422
    assert 'class="errors"' in page(response)
    if typed and "\n" not in typed:
        assert escape(typed).replace("&#x27;", "&#39;") in page(response)
    assert client.cookies == {}
    assert not Asked.objects.exists()


@pytest.mark.parametrize("address", ["grüße@mail.example", "ana+letters@mail.example", "用户@例え.jp"])
def test_addresses_with_every_kind_of_sign_sign_in(client: Client, published: object, address: str) -> None:
    person, _giving = registered(address)
    assert sign_in(client, person, address)["Location"] == "/me/"


def test_somebody_shut_out_cannot_sign_in(client: Client, ana: Person) -> None:
    client.post("/sign-in/", {"address": ANA})
    code = newest_code(ana)
    Person.objects.filter(pk=ana.pk).update(is_active=False)
    assert client.post("/sign-in/code/", {"code": code}).status_code == 422
    Person.objects.filter(pk=ana.pk).update(is_active=True)
    client.post("/sign-in/code/", {"code": code})
    assert client.get("/me/").status_code == 200
    Person.objects.filter(pk=ana.pk).update(is_active=False)
    assert client.get("/me/").status_code == 302


def test_asking_too_often_is_answered_in_words(client: Client, ana: Person) -> None:
    for _ in range(4):
        assert client.post("/sign-in/", {"address": ANA}).status_code == 302
    response = client.post("/sign-in/", {"address": ANA})
    assert response.status_code == 429
    assert "<h1>" in page(response)
    for _ in range(4):
        assert client.post("/sign-in/", {"address": "nobody@mail.example"}).status_code == 302
    assert client.post("/sign-in/", {"address": "nobody@mail.example"}).status_code == 429


def test_the_letter_says_how_long_from_what_browser_and_never_who(client: Client, ana: Person) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"
    client.post("/sign-in/", {"address": ANA}, headers={"User-Agent": agent})
    ((message, letter),) = letters(ana.pk, "people.code")
    assert "Firefox on Windows" in letter.text
    assert "Good until" in letter.text
    assert message.kind == "needed"
    assert ANA not in letter.text + letter.html + letter.subject


def test_a_sign_in_ends_by_itself_with_its_session(client: Client, ana: Person) -> None:
    sign_in(client, ana, ANA)
    from leadrush.gate import tasks

    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        tasks.get("people.clear").run()
        with gate.using("account.sign_in"):
            assert not SignIn.objects.exists()
        assert not Session.objects.exists()
        assert client.get("/me/").status_code == 302
