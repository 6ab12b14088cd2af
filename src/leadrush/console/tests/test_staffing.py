"""Who works here: given a role, sent away, and there is always an owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from leadrush import gate, vault
from leadrush.console import keeps, staffing
from leadrush.people import changing
from leadrush.vault.models import Giving, Item, Person
from leadrush.vault.rights import entries

from .conftest import ANA

Browser = Callable[[str], Client]
NEW = {"address": "wren@tiller.example", "name": "Wren  Askew", "role": "host"}


def names_held(person: Person) -> int:
    with gate.using("house.keep"):
        return Item.objects.filter(person=person, kind="name").count()


def test_an_invited_person_has_the_role_and_reads_that_it_was_given(signed_in: Browser) -> None:
    answer = signed_in("owner").post(reverse("console:invite"), NEW)
    assert answer.status_code == 302
    person = vault.find("wren@tiller.example")
    assert person is not None and person.role == "host"
    changes = entries(person.pk).filter(what="console.role")
    assert [entry.about for entry in changes] == ["console.role:host"]
    page = signed_in("owner").get(reverse("console:staff")).content.decode()
    assert "Wren Askew" in page and "wren@tiller.example" in page


@pytest.mark.parametrize(
    "wrong", [{"address": "wren"}, {"name": ""}, {"role": "emperor"}, {"address": "x@people.invalid"}]
)
def test_a_wrong_invitation_says_what_to_write_and_changes_nothing(
    signed_in: Browser, wrong: dict[str, str]
) -> None:
    before = Person.objects.count()
    answer = signed_in("owner").post(reverse("console:invite"), NEW | wrong)
    assert answer.status_code == 422 and b'class="errors"' in answer.content
    assert Person.objects.count() == before


def test_somebody_taken_out_is_signed_out_and_their_invitation_is_erased(
    signed_in: Browser, team: dict[str, Person]
) -> None:
    host = signed_in("host")
    assert host.get(reverse("console:people")).status_code == 200
    answer = signed_in("owner").post(reverse("console:remove", args=[team["host"].pk]))
    assert answer.status_code == 302
    assert host.get(reverse("console:people")).status_code == 302, "still signed in"
    assert names_held(team["host"]) == 0
    assert keeps.invitations_end_with_the_role().kept


def test_the_last_owner_cannot_go_or_step_down(signed_in: Browser, team: dict[str, Person]) -> None:
    owner = signed_in("owner")
    for url, form in (
        (reverse("console:remove", args=[team["owner"].pk]), {}),
        (reverse("console:appoint", args=[team["owner"].pk]), {"role": "editor"}),
        (reverse("console:invite"), {"address": "owner@tiller.example", "name": "x", "role": "reader"}),
    ):
        page = owner.post(url, form, follow=True).content.decode()
        assert "There is one owner" in page
        assert Person.objects.get(pk=team["owner"].pk).role == "owner"
    assert not entries(team["owner"].pk).filter(what="console.role").exists()


def test_an_owner_may_step_down_when_there_is_another(signed_in: Browser, team: dict[str, Person]) -> None:
    owner = signed_in("owner")
    owner.post(reverse("console:appoint", args=[team["editor"].pk]), {"role": "owner"})
    owner.post(reverse("console:appoint", args=[team["owner"].pk]), {"role": "reader"})
    assert Person.objects.get(pk=team["owner"].pk).role == "reader"
    assert owner.get(reverse("console:staff")).status_code == 403


def test_a_visitor_cannot_be_appointed_by_their_number(
    signed_in: Browser, ana: tuple[Person, Giving]
) -> None:
    answer = signed_in("owner").post(reverse("console:appoint", args=[ana[0].pk]), {"role": "owner"})
    assert answer.status_code == 404
    assert Person.objects.get(pk=ana[0].pk).role == ""


def test_a_name_that_somebody_gave_themselves_stays(
    team: dict[str, Person], ana: tuple[Person, Giving]
) -> None:
    with gate.using("console.staff", actor=gate.Actor("staff", str(team["owner"].pk))):
        person = staffing.invite(address=ANA, name="Nobody", role="reader")
        assert vault.value_of(person.pk, "name") == "Ana Brightwater"


def staff_name(person: Person, owner: Person) -> str:
    """What the team's list calls somebody; empty where their name was not given for that."""
    with gate.using("console.staff", actor=gate.Actor("staff", str(owner.pk))):
        held = Item.objects.filter(person=person, kind="name").exists()
        return vault.value_of(person.pk, "name") if held else ""


def test_what_a_founder_gave_for_working_here_goes_with_the_role_too(team: dict[str, Person]) -> None:
    person, _giving = vault.welcome(
        address="founder@tiller.example", where="leadrush.up", clause="working-here", confirmed=True
    )
    Person.objects.filter(pk=person.pk).update(role="owner")
    person.refresh_from_db()
    with gate.using("console.staff", actor=gate.Actor("staff", str(team["owner"].pk))):
        staffing.remove(person=person)
        assert not Item.objects.filter(person=person).exists()
    assert keeps.invitations_end_with_the_role().kept


def test_whoever_does_not_work_here_is_in_no_list_of_those_who_do(
    team: dict[str, Person], ana: tuple[Person, Giving]
) -> None:
    person = ana[0]
    assert staff_name(person, team["owner"]) == ""
    with gate.using("console.staff"):
        assert not Item.objects.filter(person=person).exists()
        staffing.invite(address=ANA, name="", role="reader")
        assert {item.kind for item in Item.objects.filter(person=person)} == {"email", "name"}
    assert staff_name(person, team["owner"]) == "Ana Brightwater"
    changing.name(person=person, value="Ana B.")
    assert staff_name(person, team["owner"]) == "Ana B.", "a corrected name serves what it served before"
    with gate.using("console.staff"):
        staffing.remove(person=person)
        assert not Item.objects.filter(person=person).exists()
    with gate.using("rights.own"):
        assert Item.objects.filter(person=person).count() == 2


def test_the_same_role_again_is_no_change(team: dict[str, Person], published: Any) -> None:
    with gate.using("console.staff", actor=gate.Actor("staff", str(team["owner"].pk))):
        assert not staffing.appoint(person=team["host"], role="host")
        assert staffing.appoint(person=team["host"], role="editor")
        assert not staffing.appoint(person=team["host"], role="editor")
    assert entries(team["host"].pk).filter(what="console.role").count() == 1
