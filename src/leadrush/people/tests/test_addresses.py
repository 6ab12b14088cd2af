"""Changing addresses, having several, and joining two records, through the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from leadrush import gate
from leadrush.gate import tasks
from leadrush.mailbox.models import Message
from leadrush.people.models import Joining, SignIn
from leadrush.people.tests.conftest import ANA, BO, newest_code, registered, sign_in
from leadrush.vault import addresses, merging
from leadrush.vault.models import Giving, Item, Person

NEW = "ana.new@mail.example"


def page(response: Any) -> str:
    return str(response.content.decode())


def kinds(person: Person) -> set[str]:
    with gate.using("house.keep"):
        return set(Item.objects.filter(person=person).values_list("kind", flat=True))


def prove(client: Client, person: Person, address: str, what: str) -> Any:
    response = client.post("/me/address/", {"address": address, "what": what})
    assert response["Location"] == "/me/address/code/", page(response)
    return client.post("/me/address/code/", {"code": newest_code(person, "people.proof")})


def sent_to(person: Person, template: str) -> str:
    with gate.using("mailbox.look"):
        return str(Message.objects.filter(person=person, template=template).latest("made_at").to)


def test_a_new_address_takes_the_place_of_the_old_one_which_is_told(as_ana: Client, ana: Person) -> None:
    assert prove(as_ana, ana, NEW, "change")["Location"] == "/me/address/"
    shown = page(as_ana.get("/me/address/"))
    assert NEW in shown
    assert ANA not in shown
    assert addresses.whose(ANA) is None
    assert addresses.whose(NEW) == ana.pk
    assert sent_to(ana, "people.moved") == merging.FORMER
    assert sign_in(Client(), ana, NEW)["Location"] == "/me/"
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        tasks.get("vault.lapse").run()
        assert kinds(ana) == {"email"}


def test_a_seat_outlives_a_change_of_address(as_ana: Client, ana: Person) -> None:
    seat = Giving.objects.get(person=ana, where="webinars.register")
    prove(as_ana, ana, NEW, "change")
    with gate.using("house.keep"):
        assert Item.objects.get(person=ana, kind="email").givings.filter(pk=seat.pk).exists()


def test_a_further_address_signs_in_and_its_codes_go_there(as_ana: Client, ana: Person) -> None:
    prove(as_ana, ana, NEW, "add")
    assert kinds(ana) == {"email", "email.2"}
    for address, place in ((NEW, "email.2"), (ANA, "email")):
        assert sign_in(Client(), ana, address)["Location"] == "/me/"
        assert sent_to(ana, "people.code") == place


def test_mail_moves_to_a_further_address_and_one_is_taken_out(as_ana: Client, ana: Person) -> None:
    prove(as_ana, ana, NEW, "add")
    as_ana.post("/me/address/place/", {"act": "prefer", "place": "email.2"})
    client = Client()
    client.post("/sign-in/", {"address": NEW})
    newest_code(ana)
    assert sent_to(ana, "people.code") == "email"
    as_ana.post("/me/address/place/", {"act": "drop", "place": "email.2"})
    assert kinds(ana) == {"email"}
    assert addresses.whose(ANA) is None
    for place in ("email", "name", "nonsense", "email.5"):
        as_ana.post("/me/address/place/", {"act": "drop", "place": place})
        as_ana.post("/me/address/place/", {"act": "prefer", "place": place})
    assert kinds(ana) == {"email"}
    assert addresses.whose(NEW) == ana.pk


def test_an_address_that_nobody_proves_is_forgotten_within_the_hour(as_ana: Client, ana: Person) -> None:
    as_ana.post("/me/address/", {"address": NEW, "what": "change"})
    assert "email.pending" in kinds(ana)
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        tasks.get("vault.lapse").run()
        assert kinds(ana) == {"email"}
        response = as_ana.post("/me/address/code/", {"code": "123456"})
        assert response["Location"] == "/me/"
    assert addresses.whose(NEW) is None


def test_wrong_and_old_figures_change_nothing(as_ana: Client, ana: Person) -> None:
    as_ana.post("/me/address/", {"address": NEW, "what": "change"})
    code = newest_code(ana, "people.proof")
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert "4 tries left" in page(as_ana.post("/me/address/code/", {"code": wrong}))
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        assert "This code ended at" in page(as_ana.post("/me/address/code/", {"code": code}))
        as_ana.post("/me/address/code/", {"act": "again"})
        assert "from an earlier letter" in page(as_ana.post("/me/address/code/", {"code": code}))
        assert as_ana.post("/me/address/code/", {"act": "cancel"})["Location"] == "/me/address/"
    assert kinds(ana) == {"email", "email.pending"}
    assert addresses.whose(NEW) is None


@pytest.mark.parametrize("typed", ["", "x", "a@b.example\nBcc: x@y.example", "a" * 10_000, ANA, ANA.upper()])
def test_what_cannot_be_a_new_address_gets_a_word(as_ana: Client, ana: Person, typed: str) -> None:
    response = as_ana.post("/me/address/", {"address": typed})
    assert response.status_code == 422
    assert 'class="errors"' in page(response)
    assert kinds(ana) == {"email"}


def test_an_address_of_another_record_is_answered_alike_until_it_is_proven(
    as_ana: Client, ana: Person, bo: Person
) -> None:
    answers = []
    for address in (BO, NEW):
        response = as_ana.post("/me/address/", {"address": address, "what": "change"})
        shown = page(as_ana.get("/me/address/code/"))
        answers.append(
            (response.status_code, response["Location"], shown.partition("csrfmiddlewaretoken")[0])
        )
    assert answers[0] == answers[1]
    assert addresses.whose(BO) == bo.pk


# --- joining ------------------------------------------------------------------------------------------


def test_two_proven_records_become_one_when_their_person_says_so(
    as_ana: Client, ana: Person, bo: Person
) -> None:
    other = Client()
    sign_in(other, bo, BO)
    assert prove(as_ana, ana, BO, "add")["Location"] == "/me/address/join/"
    assert BO in page(as_ana.get("/me/address/join/"))
    assert Person.objects.count() == 2
    assert as_ana.post("/me/address/join/", {"answer": "yes"})["Location"] == "/me/"
    assert addresses.whose(BO) == ana.pk
    assert kinds(ana) == {"email", "email.2"}
    assert other.get("/me/").status_code == 302
    with gate.using("rights.own"):
        assert SignIn.objects.filter(person=ana).count() == 1
    assert not Joining.objects.exists()
    assert sign_in(other, ana, BO)["Location"] == "/me/"
    shown = page(as_ana.get("/me/"))
    assert BO in shown
    assert "<b>You</b> made two records of yours one." in shown


def test_instead_means_that_mail_goes_to_the_joined_address(as_ana: Client, ana: Person, bo: Person) -> None:
    prove(as_ana, ana, BO, "change")
    as_ana.post("/me/address/join/", {"answer": "yes"})
    shown = page(as_ana.get("/me/address/"))
    assert shown.index(BO) < shown.index("gets your mail") < shown.index(ANA)


def test_a_no_leaves_both_as_they_were(as_ana: Client, ana: Person, bo: Person) -> None:
    prove(as_ana, ana, BO, "add")
    as_ana.post("/me/address/join/", {"answer": "no"})
    assert addresses.whose(BO) == bo.pk
    assert kinds(ana) == {"email"}
    assert as_ana.post("/me/address/join/", {"answer": "yes"})["Location"] == "/me/address/"
    assert Person.objects.count() == 2


def test_nobody_joins_a_record_whose_address_they_did_not_prove(
    as_ana: Client, ana: Person, bo: Person
) -> None:
    as_ana.post("/me/address/", {"address": BO, "what": "add"})
    assert as_ana.post("/me/address/join/", {"answer": "yes"})["Location"] == "/me/address/"
    prove(as_ana, ana, BO, "add")
    # A proof is for the address that was proven: another one typed since does not ride on it.
    registered("cy@post.example")
    as_ana.post("/me/address/", {"address": "cy@post.example", "what": "add"})
    assert as_ana.post("/me/address/join/", {"answer": "yes"})["Location"] == "/me/address/"
    assert Person.objects.count() == 3


def test_a_joining_that_died_is_finished_by_the_clock(
    as_ana: Client, ana: Person, bo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(kept: object, gone: object) -> None:
        raise RuntimeError("died")

    prove(as_ana, ana, BO, "add")
    steps = merging.STEPS
    monkeypatch.setattr(merging, "STEPS", (steps[0], die))
    as_ana.raise_request_exception = False
    assert as_ana.post("/me/address/join/", {"answer": "yes"}).status_code == 500
    monkeypatch.setattr(merging, "STEPS", steps)
    assert Person.objects.filter(pk=bo.pk).exists()
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        tasks.get("people.join").run()
    assert not Person.objects.filter(pk=bo.pk).exists()
    assert not Joining.objects.exists()


# --- fresh --------------------------------------------------------------------------------------------


def test_a_sign_in_of_an_hour_ago_is_proven_once_more(as_ana: Client, ana: Person) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        assert as_ana.get("/me/address/")["Location"] == "/sign-in/again/?next=/me/address/"
        assert as_ana.get("/me/passkeys/add/")["Location"] == "/sign-in/again/?next=/me/passkeys/add/"
        as_ana.post("/sign-in/again/", {"next": "/me/address/"})
        response = as_ana.post("/me/address/code/", {"code": newest_code(ana, "people.proof")})
        assert response["Location"] == "/me/address/"
        assert as_ana.get("/me/address/").status_code == 200
