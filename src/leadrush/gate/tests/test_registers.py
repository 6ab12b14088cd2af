"""The registers of uses and of personal tables: what is in them is closed, and stays closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import models
from django.test.utils import isolate_apps

from leadrush import gate
from leadrush.gate import tables, uses
from leadrush.gate.judging import JUDGES
from leadrush.gate.tests.conftest import READ


@pytest.fixture
def no_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uses, "_BY_NAME", {})
    monkeypatch.setattr(uses, "_BY_BIT", {})


@pytest.fixture
def tables_of_its_own() -> Iterator[None]:
    """Let a test hold tables that are forgotten after it."""
    before = dict(tables.HELD)
    yield
    tables.HELD.clear()
    tables.HELD.update(before)
    for watcher in tables._watchers:
        watcher()


def test_two_uses_cannot_share_a_bit_or_a_name(no_uses: None) -> None:
    uses.register(READ)
    uses.register(replace(READ, title="try it again"))
    for other in (replace(READ, bit=59), replace(READ, name="tests.third")):
        with pytest.raises(ValueError, match="share") as refusal:
            uses.register(other)
        assert str(refusal.value) == (
            f"{other.name} (bit {other.bit}) and {READ.name} (bit {READ.bit}) share a name or a bit."
        )
    assert [use.title for use in uses.all()] == ["try it again"]


def test_a_use_has_one_of_the_62_bits_that_fit_beside_the_gates_own(no_uses: None) -> None:
    first, last = (replace(READ, name=f"tests.{bit}", bit=bit) for bit in (0, 61))
    uses.register(last, first)
    assert uses.all() == [first, last]
    for bit in (-1, 62, 63):
        with pytest.raises(ValueError, match="between") as refusal:
            uses.register(replace(READ, bit=bit))
        assert str(refusal.value) == f"tests.read: bit {bit} is not between 0 and 61."


def test_a_forgotten_use_leaves_its_bit_and_its_name(no_uses: None) -> None:
    uses.register(READ)
    uses.forget([READ.name])
    assert uses.all() == []
    with pytest.raises(KeyError):
        uses.get(READ.name)
    uses.register(replace(READ, bit=1), replace(READ, name="tests.third"))


def test_holding_a_table_again_forgets_no_key() -> None:
    before = tables.all()["house_note"]
    assert tables.hold("house_note") == before
    assert tables.all()["house_note"] == before
    assert {"id", "author_id", "mask"} == before.open


def test_a_table_is_held_under_the_name_its_model_gives_it_and_under_the_one_sql_gives_it(
    tables_of_its_own: None,
) -> None:
    held = tables.hold('"Xenias_DiaryX"', ["ID", "person_id"])
    assert held == tables.Table("xenias_diaryx", frozenset({"id", "person_id", "mask"}))
    assert (
        tables.HELD['"Xenias_DiaryX"']
        == tables.HELD["xenias_diaryx"]
        == tables.all()["xenias_diaryx"]
        == held
    )
    assert '"Xenias_DiaryX"' not in tables.all()
    more = tables.hold("xenias_diaryx", ["note_id"])
    assert more.open == {"id", "person_id", "note_id", "mask"}
    for judge in JUDGES.values():  # they look for its name from now on
        with pytest.raises(gate.NoUse):
            judge.verdict("SELECT text FROM XENIAS_DIARYX", None)


def test_a_table_once_held_as_having_no_mask_stays_closed(tables_of_its_own: None) -> None:
    assert tables.hold("xenias_diaryx").masked
    assert not tables.hold("xenias_diaryx", masked=False).masked
    assert not tables.hold("xenias_diaryx").masked


@isolate_apps("leadrush.gate.tests.house")
def test_keys_of_a_model_stay_readable_to_the_database_and_nothing_else_does(tables_of_its_own: None) -> None:
    class Diary(gate.Gated):
        key = models.CharField(max_length=9, primary_key=True)
        before = models.ForeignKey("self", models.CASCADE, null=True)
        page = models.TextField()

        class Meta:
            app_label = "house"
            db_table = "xenias_diaryx"

    class Same(Diary):
        class Meta:
            app_label = "house"
            proxy = True
            db_table = "tests_same"

    class Abstract(gate.Gated):
        class Meta:
            app_label = "house"
            abstract = True
            db_table = "tests_abstract"

    class Plain(models.Model):
        class Meta:
            app_label = "house"
            db_table = "tests_plain"

        def __str__(self) -> str:
            return "plain"

    held = {name: table for name, table in tables.all().items() if name.startswith(("tests_", "xenias_"))}
    assert held == {"xenias_diaryx": tables.Table("xenias_diaryx", frozenset({"key", "before_id", "mask"}))}
