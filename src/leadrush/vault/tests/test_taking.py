"""Everything that was written about somebody is in what they take along, and nothing of anybody else."""

from __future__ import annotations

import json
import threading
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, models
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrush import gate, vault
from leadrush.people import along
from leadrush.people.tests.test_take import valid
from leadrush.vault import checks, collects, erasing, taking
from leadrush.vault.models import Giving, Item, Person
from tests.rig import rows as rig
from tests.rig import sampling

pytestmark = pytest.mark.usefixtures("published")

# Whatever a person may type; the database holds no NUL, and no text has half a surrogate.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=80)
SOME = st.lists(
    st.tuples(st.sampled_from(sorted(rig.MAKERS, key=lambda model: model._meta.label)), TEXT), max_size=12
)


def somebody() -> rig.Rows:
    address = f"{uuid.uuid4().hex}@mail.example"
    person, giving = vault.welcome(
        address=address, where="webinars.register", clause="webinar-seat", confirmed=True
    )
    return rig.Rows(person, giving, [address])


def own(person: Person) -> along.Along:
    with gate.using("rights.own", actor=gate.Actor("person", str(person.pk))):
        return along.take(person.pk)


def test_every_declared_model_has_a_maker_of_rows() -> None:
    assert rig.without_maker() == set()


@pytest.mark.timeout(400)  # every table of the house, some dozen times
@settings(max_examples=sampling.examples(0.5))
@given(SOME, SOME)
def test_all_that_was_written_is_in_the_file_and_nothing_of_anybody_else(
    hers: list[tuple[Any, str]], his: list[tuple[Any, str]]
) -> None:
    ana, bo = somebody(), somebody()
    # Each text carries a word of its person's own, and each person has a row in every table.
    for rows, texts in ((ana, hers), (bo, his)):
        canary = f"canary-{rows.person.pk.hex[:12]}"
        rig.fill(
            rows, [(model, f"{canary} {text}") for model, text in texts] + [(m, canary) for m in rig.MAKERS]
        )
    for mine, other in ((ana, bo), (bo, ana)):
        taken = own(mine.person)
        text = along.text(taken)
        told = json.loads(text)
        valid(told)
        for word in mine.words:
            assert rig.spelled(word) in text
        assert f"canary-{other.person.pk.hex[:12]}" not in text
        assert str(other.person.pk) not in text
        keys = {item["key"] for item in told["items"]}
        assert {f"{row._meta.label_lower}:{row.pk}" for row in mine.made} <= keys
        assert {f"{row._meta.label_lower}:{row.pk}" for row in other.made} & keys == set()
        assert {item["table"] for item in told["items"]} == {one.label for one in collects.gated()}


def test_every_declared_column_of_every_row_is_in_the_file_with_its_words() -> None:
    ana = somebody()
    rig.fill(ana, [(model, "words") for model in rig.MAKERS])
    held = {thing.table: thing for thing in own(ana.person).things}
    for declared in collects.gated():
        columns = {column.name: column.title for column in held[declared.label].columns}
        beside = {declared.beside.name: str(declared.beside.title)} if declared.beside else {}
        assert columns == {name: str(words) for name, words in declared.fields.items()} | beside


def test_a_column_of_a_kind_that_no_file_carries_fails_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.taking_along(None) == []
    monkeypatch.setattr(taking, "CARRIED", (models.CharField,))
    found = {error.msg for error in checks.taking_along(None)}
    assert any("webinars.registration.at is of a kind" in said for said in found)
    assert not any(".sealed " in said for said in found)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (datetime(2026, 3, 4, 5, 6, tzinfo=UTC), "2026-03-04T05:06:00Z"),
        (datetime(2026, 3, 4).date(), "2026-03-04"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Decimal("9.90"), "9.90"),
        (None, None),
        (True, True),
    ],
)
def test_each_kind_of_value_has_one_form(value: Any, said: Any) -> None:
    assert taking.plain(value) == said


def test_a_value_without_a_form_is_never_written_as_something_else() -> None:
    with pytest.raises(TypeError):
        taking.plain(b"bytes")


@pytest.mark.django_db(transaction=True)
def test_the_file_is_of_one_moment_while_somebody_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    ana = somebody()
    real, done = taking.givings, threading.Event()

    def write() -> None:
        try:
            giving = vault.give(person=ana.person, where="people.name", clause="your-address", confirmed=True)
            vault.put(person=ana.person, kind="name", category="Name", value="Late", giving=giving)
        finally:
            connection.close()
            done.set()

    def meanwhile(person_id: uuid.UUID) -> list[Giving]:
        # The rows are read by now, and the forms are not: between the two somebody gives a name.
        threading.Thread(target=write).start()
        assert done.wait(20), "whoever reads keeps others from writing"
        return real(person_id)

    monkeypatch.setattr(taking, "givings", meanwhile)
    before = own(ana.person)
    assert [item.table for item in before.things] == ["vault.item"]
    assert len(before.givings) == 1, "half of what was written meanwhile is in the file"
    monkeypatch.setattr(taking, "givings", real)
    after = own(ana.person)
    assert len(after.givings) == 2
    assert len(after.things) == 2


@pytest.mark.django_db(transaction=True)
def test_whoever_is_erased_while_it_is_made_gets_a_word_and_no_half(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.TOMBSTONES = tmp_path / "erased.jsonl"
    ana = somebody()
    rig.fill(ana, [(model, "words") for model in rig.MAKERS])
    real, done = taking.things, threading.Event()

    def erase() -> None:
        try:
            with gate.using("rights.own"):
                assert erasing.erase_everything(ana.person.pk)
        finally:
            connections.close_all()
            done.set()

    def meanwhile(*given: Any) -> list[taking.Thing]:
        threading.Thread(target=erase).start()
        assert done.wait(20)
        return real(*given)

    monkeypatch.setattr(taking, "things", meanwhile)
    with pytest.raises(along.Gone):  # the rows are read by now, and none of them opens any more
        own(ana.person)
    monkeypatch.setattr(taking, "things", real)
    with pytest.raises(along.Gone):
        own(ana.person)
    with gate.using("house.keep"):
        assert not Item.objects.filter(person_id=ana.person.pk).exists()
