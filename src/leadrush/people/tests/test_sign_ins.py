"""Where somebody is signed in, and ending it."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from leadrush import gate
from leadrush.people import letting_in
from leadrush.people.browsers import family
from leadrush.people.models import SignIn
from leadrush.people.tests.conftest import ANA, BO, sign_in
from leadrush.vault.models import Person

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36 Edg/130.0"


def ids() -> list[int]:
    with gate.using("rights.own"):
        return list(SignIn.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (FIREFOX, "Firefox on Linux"),
        (SAFARI, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        ("", "A browser"),
        ("curl/8.0", "A browser"),
        ("x" * 10_000, "A browser"),
    ],
)
def test_a_browser_is_told_by_its_family_alone(agent: str, said: str) -> None:
    assert family(agent) == said


def test_each_sign_in_is_listed_and_ending_one_ends_its_session(ana: Person) -> None:
    one, two = Client(headers={"User-Agent": FIREFOX}), Client(headers={"User-Agent": SAFARI})
    sign_in(one, ana, ANA)
    sign_in(two, ana, ANA)
    shown = one.get("/me/sessions/").content.decode()
    assert "Firefox on Linux" in shown
    assert "Safari on iPhone" in shown
    assert shown.count("· this browser") == 1
    assert one.post("/me/sessions/", {"which": ids()[1]})["Location"] == "/me/sessions/"
    assert two.get("/me/").status_code == 302
    assert one.get("/me/").status_code == 200
    assert one.post("/me/sessions/", {"which": ids()[0]})["Location"] == "/sign-in/"
    assert one.get("/me/").status_code == 302
    assert ids() == []


def test_ending_all_also_ends_a_session_that_nobody_listed(ana: Person) -> None:
    one, unlisted = Client(), Client()
    sign_in(one, ana, ANA)
    unlisted.force_login(ana)
    assert unlisted.get("/me/").status_code == 200
    one.post("/me/sessions/", {"which": "all"})
    assert one.get("/me/").status_code == 302
    assert unlisted.get("/me/").status_code == 302


def test_nobody_ends_anothers_sign_in(ana: Person, bo: Person) -> None:
    one, other = Client(), Client()
    sign_in(one, ana, ANA)
    sign_in(other, bo, BO)
    for which in (ids()[0], "x", "9" * 40, "-1"):
        other.post("/me/sessions/", {"which": which})
    assert one.get("/me/").status_code == 200


def test_signing_out_leaves_nothing(as_ana: Client) -> None:
    assert as_ana.get("/sign-out/").status_code == 405
    as_ana.post("/sign-out/")
    assert as_ana.get("/me/").status_code == 302
    assert ids() == []


# --- links --------------------------------------------------------------------------------------------


@pytest.fixture
def owner(ana: Person) -> Person:
    Person.objects.filter(pk=ana.pk).update(role="owner")
    ana.refresh_from_db()
    return ana


def follow(client: Client, link: str) -> Any:
    return client.get(link.removeprefix("http://localhost:8000"))


def test_a_printed_link_lets_its_person_in_once_and_only_when_pressed(client: Client, owner: Person) -> None:
    link = letting_in.make_link(owner, "http://localhost:8000/")
    assert link.startswith("http://localhost:8000/sign-in/with/")
    short = follow(client, link)["Location"]
    assert link.split("/")[-2] not in short
    shown = client.get(short)
    assert shown.status_code == 200
    assert client.cookies == {}
    other = Client()
    assert client.post(short)["Location"] == "/me/"
    assert client.get("/me/").status_code == 200
    assert other.post(short).status_code == 410
    assert follow(other, link).status_code == 410


def test_a_printed_link_is_over_after_a_quarter_of_an_hour(client: Client, owner: Person) -> None:
    from datetime import timedelta

    import time_machine
    from django.utils import timezone

    link = letting_in.make_link(owner, "http://localhost:8000")
    short = follow(client, link)["Location"]
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        assert follow(client, link).status_code == 410
        assert client.post(short).status_code == 410
    assert client.get("/sign-in/with/nonsense/").status_code == 410


def test_the_terminal_prints_a_link_for_those_who_run_the_site_alone(owner: Person, bo: Person) -> None:
    from click.testing import CliRunner

    from leadrush.people.terminal import sign_in as command

    said = CliRunner().invoke(command, ["--site", "http://localhost:9000"])
    assert said.output.startswith("http://localhost:9000/sign-in/with/")
    assert CliRunner().invoke(command, ["--address", ANA]).exit_code == 0
    for address in (BO, "nobody@mail.example", "nonsense"):
        refused = CliRunner().invoke(command, ["--address", address])
        assert refused.exit_code == 1
        assert "/sign-in/with/" not in refused.output


# --- passkeys -----------------------------------------------------------------------------------------


def test_a_passkey_is_another_way_in_and_never_bars_the_first(client: Client, ana: Person) -> None:
    Authenticator.objects.create(user=ana, type="webauthn", data={"name": "", "credential": {}})
    sign_in(client, ana, ANA)
    shown = client.get("/me/passkeys/").content.decode()
    assert "Passkey added on" in shown


def test_a_person_takes_out_their_own_passkey_alone(as_ana: Client, ana: Person, bo: Person) -> None:
    own, others = (
        Authenticator.objects.create(user=person, type="webauthn", data={"name": "", "credential": {}})
        for person in (ana, bo)
    )
    as_ana.post(f"/me/passkeys/{others.pk}/remove/")
    as_ana.post(f"/me/passkeys/{own.pk}/remove/")
    assert list(Authenticator.objects.all()) == [others]


def test_what_the_device_is_asked_names_nobody(as_ana: Client, ana: Person) -> None:
    Authenticator.objects.all().delete()
    asked = as_ana.get("/me/passkeys/add/", headers={"Accept": "application/json"}).json()
    assert ANA not in str(asked)
    assert asked["publicKey"]["user"]["name"] == asked["publicKey"]["rp"]["name"]
    client = Client()
    assert "challenge" in client.get("/sign-in/passkey/").json()["publicKey"]


@pytest.mark.parametrize("credential", ["", "{}", "null", "[]", '{"response": 1}', "x" * 10_000])
def test_an_answer_that_no_device_gave_leads_back_with_a_word(
    client: Client, published: object, credential: str
) -> None:
    client.get("/sign-in/passkey/")
    response = client.post("/sign-in/passkey/", {"credential": credential})
    assert response["Location"] == "/sign-in/?why=passkey"
