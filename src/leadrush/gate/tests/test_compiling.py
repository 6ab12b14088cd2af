"""What the compilers make of queries that are joined, masked, repeated or refused."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.db.models.sql import DeleteQuery, UpdateQuery

from leadrush import gate
from leadrush.gate.tests.conftest import OTHER, READ, House
from leadrush.gate.tests.house.models import Letter, Note, Page


def test_two_queries_joined_by_or_find_the_rows_of_each_that_their_use_may_see(house: House) -> None:
    either = Note.objects.filter(size=1) | Note.objects.filter(size=20) | Note.objects.filter(text="none")
    neither = Note.objects.filter(~Q(size=1) & ~Q(size=300))
    neither.query.where.negate()
    with gate.using(READ.name):
        assert [note.text for note in either.all()] == ["seen"]
        assert [note.text for note in neither.all()] == ["seen"]
    with gate.using(OTHER.name):
        assert sorted(note.text for note in either.all()) == ["secret", "seen"]
        assert sorted(note.text for note in neither.all()) == ["secret of Bob", "seen"]


def test_a_window_that_is_filtered_by_and_not_shown_leaves_the_columns_that_are(house: House) -> None:
    numbered = Page.objects.alias(n=Window(RowNumber(), order_by="number")).filter(n=1)
    with gate.using(READ.name):
        assert list(numbered.values_list("text", "note__text")) == [("seen page", "seen")]
        assert [(page.text, page.note.text) for page in numbered.select_related("note")] == [
            ("seen page", "seen")
        ]


def test_rows_that_a_use_may_see_are_written_over_and_counted(house: House) -> None:
    with gate.using(READ.name):
        notes = [Note(pk=house.seen, text="newer"), Note(text="new", mask=1 << READ.bit)]
        made = Note.objects.bulk_create(
            notes, update_conflicts=True, unique_fields=["id"], update_fields=["text"]
        )
        assert [note.pk is not None for note in made] == [True, True]
        assert sorted(Note.objects.values_list("text", flat=True)) == ["new", "newer"]


def test_a_change_that_is_made_ready_twice_holds_for_the_use_it_is_made_under(house: House) -> None:
    update = Note.objects.filter(size__gt=0).query.chain(UpdateQuery)
    update.add_update_values({"text": "x"})
    delete = Page.objects.filter(number__gt=0).query.chain(DeleteQuery)
    for query in (update, delete):
        with gate.using(OTHER.name):
            query.get_compiler("default").as_sql()
        with gate.using(READ.name), connection.cursor() as cursor:
            cursor.execute(*query.get_compiler("default").as_sql())
            assert cursor.rowcount == (1 if query is update else 2)
    assert sorted(house.texts().values()) == ["secret", "secret of Bob", "x"]


def test_whoever_asks_without_a_use_is_told_which_table_is_closed(house: House) -> None:
    for ask, table in (
        (lambda: Note.objects.count(), "house_note"),
        (lambda: list(Letter.objects.filter(note__pages__number=1)), "house_note"),
        (lambda: Page.objects.update(number=F("number")), "house_page"),
        (lambda: Page.objects.filter(number=1)._raw_delete("default"), "house_page"),
        (lambda: Page.objects.create(number=1, note_id=1), "house_page"),
    ):
        with pytest.raises(gate.NoUse, match=f"^The table {table} is closed here, because no use is"):
            ask()
