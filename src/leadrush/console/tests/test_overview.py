"""The overview says what was counted, names nobody, and says what is to come where nothing is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leadrush import gate, ledger, vault
from leadrush.console import counts, overview
from leadrush.console.overview import Row, Told
from leadrush.vault.models import Giving, Person
from tests.rig.questions import asked

from .conftest import ANA

Browser = Callable[[str], Client]


def page(client: Client) -> str:
    answer = client.get(reverse("console:overview"))
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.fixture
def extra() -> Iterator[None]:
    """Take back what a test registers."""
    kept = {name: dict(getattr(overview._pieces, name)) for name in ("figures", "charts", "blocks")}
    yield
    for name, pieces in kept.items():
        setattr(overview._pieces, name, pieces)


def test_the_overview_names_nobody(signed_in: Browser, ana: tuple[Person, Giving]) -> None:
    shown = page(signed_in("owner"))
    for word in (ANA, "Brightwater", "tiller.example", "Vale", str(ana[0].pk)):
        assert word not in shown
    assert ledger.Entry.objects.count() == 0, "counting opened something"


def test_new_people_are_counted_by_day_and_old_ones_are_not(team: dict[str, Person]) -> None:
    vault.welcome(address="old@mail.example", where="t", clause="webinar-seat")
    old = vault.find("old@mail.example")
    assert old is not None
    Person.objects.filter(pk=old.pk).update(joined_at=timezone.now() - timedelta(days=45))
    told = counts.new_people()
    assert (told.value, told.note) == (4, "3 more")
    chart = counts.new_by_day()
    assert chart is not None
    assert [bar.value for bar in chart.bars] == [0] * 29 + [4]
    assert counts.everybody().value == 5


def test_an_empty_house_says_what_will_stand_there(team: dict[str, Person], signed_in: Browser) -> None:
    Person.objects.update(joined_at=timezone.now() - timedelta(days=90))
    shown = page(signed_in("reader"))
    assert "Nobody new in 30 days" in shown
    assert "No message in 30 days" in shown


def test_each_source_runs_under_its_own_use_and_none_without(
    signed_in: Browser, team: dict[str, Person], extra: None
) -> None:
    seen: dict[str, tuple[str, str]] = {}

    def look(name: str) -> Told:
        try:
            door = gate.current()
        except gate.NoUse:
            seen[name] = ("", "")
        else:
            seen[name] = (door.use.name, door.actor.id)
        return Told(1)

    overview.figure("t.with", "With", lambda: look("with"), use="mailbox.look")
    overview.figure("t.without", "Without", lambda: look("without"))
    page(signed_in("reader"))
    assert seen == {"with": ("mailbox.look", str(team["reader"].pk)), "without": ("", "")}


def test_what_may_not_be_opened_stands_as_words(signed_in: Browser, extra: None) -> None:
    overview.listing(
        "t.list",
        "A list of ours",
        lambda: [Row("to people", url=reverse("console:people")), Row("elsewhere", url="/no-such-page/")],
        empty=("a", "b"),
        more=("All of them", "console:staff"),
    )
    overview.figure("t.owner", "Only for owners", lambda: Told(7), role="owner")
    reader, owner = page(signed_in("reader")), page(signed_in("owner"))
    assert "<span>to people</span>" in reader and ">to people</a>" in owner
    assert "All of them" not in reader and "All of them" in owner
    assert "Only for owners" not in reader and "Only for owners" in owner


def test_the_overview_asks_few_questions_however_many_people(signed_in: Browser, team: object) -> None:
    for n in range(20):
        vault.welcome(address=f"p{n}@mail.example", where="t", clause="webinar-seat")
    client = signed_in("reader")
    found = asked(lambda: page(client))
    assert len(found) <= 20, "\n".join(found)
