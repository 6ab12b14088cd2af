"""Each way to write through the ORM: rows that the use may not see stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, migrations, transaction
from django.db.migrations.state import ProjectState
from django.db.models import F, Value
from django.db.models.functions import Concat

from leadrush import gate
from leadrush.gate.tests.conftest import HIDDEN, OTHER, READ, SEEN, House
from leadrush.gate.tests.house.models import Author, Note, Page, Tag

HIDDEN_TEXTS = ["secret", "secret of Bob"]


def by_hand(house: House) -> Note:
    """Return a hidden note's instance, as somebody who knows its number would build it."""
    return Note(pk=house.hidden, text="overwritten", author=house.ann, size=20, mask=SEEN)


def save_over(house: House) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        by_hand(house).save()  # the UPDATE finds nothing, and the INSERT meets the number


def in_migration(act: Callable[[Any], None]) -> None:
    def run(apps: Any, schema_editor: Any) -> None:
        act(apps.get_model("house", "Note"))

    state = ProjectState.from_apps(Note._meta.apps)
    with connection.schema_editor(atomic=False) as editor:
        migrations.RunPython(run).database_forwards("house", editor, state, state)


WAYS: dict[str, Callable[[House], Any]] = {
    "save": save_over,
    "save with update fields": lambda h: saved_fields(h),
    "update": lambda h: Note.objects.update(text="overwritten"),
    "update by number": lambda h: Note.objects.filter(pk=h.hidden).update(text="overwritten"),
    "update from F": lambda h: Note.objects.update(text=Concat(F("text"), Value("!"))),
    "update across a join": lambda h: Note.objects.filter(author__name="Ann").update(text="x"),
    "update of a related set": lambda h: h.ann.notes.update(text="x"),
    "bulk update": lambda h: Note.objects.bulk_update([by_hand(h)], ["text", "mask"]),
    "update or create": lambda h: Note.objects.update_or_create(
        size=20, defaults={"text": "new", "mask": SEEN}
    ),
    "bulk create over conflicts": lambda h: upsert([by_hand(h)]),
    "bulk create over some conflicts": lambda h: upsert([Note(text="new"), by_hand(h), Note(pk=h.seen)]),
    "bulk create ignoring conflicts": lambda h: Note.objects.bulk_create([by_hand(h)], ignore_conflicts=True),
    "queryset delete": lambda h: Note.objects.all().delete(),
    "raw delete": lambda h: Note.objects.filter(pk=h.hidden)._raw_delete("default"),
    "instance delete": lambda h: by_hand(h).delete(),
    "delete across a join": lambda h: Note.objects.filter(author__name="Bob").delete(),
    "clear a related set": lambda h: h.bob.notes.clear(),
    "remove from a related set": lambda h: h.ann.notes.set([]),
    "select for update": lambda h: list(Note.objects.select_for_update().filter(text="secret")),
}


def upsert(notes: list[Note]) -> None:
    with pytest.raises(gate.Refused, match="may not see"), transaction.atomic():
        Note.objects.bulk_create(
            notes, update_conflicts=True, unique_fields=["id"], update_fields=["text", "mask"]
        )


def saved_fields(house: House) -> None:
    with pytest.raises(Note.NotUpdated if hasattr(Note, "NotUpdated") else Exception), transaction.atomic():
        by_hand(house).save(update_fields=["text"])


@pytest.mark.parametrize("name", WAYS)
def test_hidden_rows_stay_as_they_are_after(name: str, house: House) -> None:
    if "delete" in name:
        with gate.using(OTHER.name):  # or the hidden page would hold on to the note that goes
            Page.objects.all().delete()
    with gate.using(READ.name), transaction.atomic():
        WAYS[name](house)
    after = house.texts()
    assert after[house.hidden] == "secret"
    assert sorted(text for text in after.values() if "secret" in text) == HIDDEN_TEXTS
    with gate.using(OTHER.name):
        assert Note.objects.get(pk=house.hidden).mask == HIDDEN


@pytest.mark.parametrize("name", [n for n in WAYS if not n.startswith(("save", "bulk create over"))])
def test_without_a_use_nothing_is_written_by(name: str, house: House) -> None:
    before = house.texts()
    with pytest.raises(gate.NoUse), transaction.atomic():
        WAYS[name](house)
    assert house.texts() == before


def test_without_a_use_no_row_is_added(house: House) -> None:
    for add in (
        lambda: Note.objects.create(text="new"),
        lambda: Note(text="new").save(),
        lambda: Note.objects.bulk_create([Note(text="new"), Note(text="newer")]),
        lambda: house.ann.notes.create(text="new"),
        lambda: Tag.objects.get().notes.create(text="new"),
    ):
        with pytest.raises(gate.NoUse), transaction.atomic():
            add()
    assert len(house.texts()) == 3


def test_code_in_a_migration_is_gated_while_tables_are_shaped(open_house: House) -> None:
    before = open_house.texts()
    for act in (
        lambda note: note.objects.create(text="new"),
        lambda note: note.objects.update(text="overwritten"),
        lambda note: note.objects.all().delete(),
        lambda note: list(note.objects.all()),
    ):
        with pytest.raises(gate.NoUse):
            in_migration(act)
    with gate.using(READ.name):
        in_migration(lambda note: note.objects.update(text="changed"))
    assert open_house.texts() == {**before, open_house.seen: "changed"}


@pytest.mark.parametrize("mask", [SEEN, HIDDEN, 0])
def test_a_row_can_be_added_that_its_own_use_may_not_see(mask: int, house: House) -> None:
    with gate.using(READ.name):
        one = Note.objects.create(text="new", mask=mask)
        more = Note.objects.bulk_create([Note(text="new", mask=mask) for _ in range(3)])
        assert one.pk
        assert all(note.pk for note in more)
        assert Note.objects.filter(text="new").count() == (4 if mask == SEEN else 0)


def test_a_mask_can_be_taken_away_under_the_very_use_that_loses_it(house: House) -> None:
    with gate.using(READ.name):
        assert Note.objects.filter(pk=house.seen).update(mask=F("mask").bitand(~(1 << READ.bit))) == 1
        assert not Note.objects.exists()
    with gate.using(OTHER.name):
        assert Note.objects.get(pk=house.seen).mask == HIDDEN


def test_deleting_an_author_takes_along_only_what_the_use_may_see(house: House) -> None:
    with gate.using(READ.name), pytest.raises(IntegrityError), transaction.atomic():
        Author.objects.filter(pk=house.ann.pk).delete()  # a hidden note still points at Ann
        connection.check_constraints()


def test_a_use_that_sees_all_erases_all(house: House) -> None:
    with gate.using(OTHER.name):
        Page.objects.filter(text="page of a secret").update(mask=SEEN)
        Note.objects.all().delete()
        assert not Note.objects.exists()
        assert not Page.objects.exists()


def test_what_is_not_personal_needs_no_use(house: House) -> None:
    Author.objects.create(name="Dot")
    Author.objects.filter(name="Dot").update(name="Dor")
    assert Author.objects.filter(name="Dor")._raw_delete("default") == 1
    assert list(Author.objects.order_by("name").values_list("name", flat=True)) == ["Ann", "Bob", "Cid"]
