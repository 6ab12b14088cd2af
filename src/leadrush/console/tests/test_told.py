"""How uses are told: who it was, with what, what for."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from leadrush import gate, vault
from leadrush.console import people, told
from leadrush.vault.models import Giving, Item, Person
from leadrush.vault.rights import entries

Browser = Callable[[str], Client]


def opened_by(staff: Person, person: Person, reason: str = "support.wrong", reference: str = "") -> None:
    with gate.using("support.help", actor=gate.Actor("staff", str(staff.pk))):
        people.write_down(person.pk, reason, reference)


def test_the_person_reads_the_name_of_whoever_opened_them(
    team: dict[str, Person], ana: tuple[Person, Giving]
) -> None:
    opened_by(team["host"], ana[0])
    mark = entries(ana[0].pk).get().actor
    with gate.using("rights.own", actor=gate.Actor("person", str(ana[0].pk))):
        assert told.named({mark, "somebody-else"}) == {mark: "Host Vale"}
    # And who was named reads that they were.
    assert entries(team["host"].pk).filter(what="console.who", use="console.staff").count() == 1


def test_somebody_who_no_longer_works_here_is_not_named(
    team: dict[str, Person], ana: tuple[Person, Giving]
) -> None:
    opened_by(team["host"], ana[0])
    entry = entries(ana[0].pk).get()
    Person.objects.filter(pk=team["host"].pk).update(role="")
    with gate.using("support.help", actor=gate.Actor("staff", str(team["owner"].pk))):
        lines = told.timeline([entry], viewer=team["owner"].pk, subject=ana[0].pk)
    assert [line.who for line in lines] == ["Somebody who works here"]


def test_an_entry_says_with_what_and_what_for(team: dict[str, Person], ana: tuple[Person, Giving]) -> None:
    opened_by(team["editor"], ana[0], reference="T-7")
    rows = list(entries(ana[0].pk))
    with gate.using("support.help", actor=gate.Actor("staff", str(team["host"].pk))):
        (line,) = told.timeline(rows, viewer=team["host"].pk, subject=ana[0].pk)
        (mine,) = told.timeline(rows, viewer=team["editor"].pk, subject=ana[0].pk)
    assert line.who == "Editor Vale" and mine.who.startswith("You")
    assert line.words == "used your e-mail address and the name you go by to put right what was reported"
    assert (line.about, line.clause) == ("reference T-7", "helping")


def test_a_name_that_may_not_be_used_for_it_is_not_opened(
    team: dict[str, Person], ana: tuple[Person, Giving]
) -> None:
    opened_by(team["host"], ana[0])
    mark = vault.mark_of(team["host"].pk)
    with gate.using("house.keep"):
        Item.objects.filter(person=team["host"]).update(mask=1)
    with gate.using("rights.own", actor=gate.Actor("person", str(ana[0].pk))):
        assert told.named({mark}) == {}
