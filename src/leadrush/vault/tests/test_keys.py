"""Keys: missing, wrong, moved; each gets a sentence for the terminal."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from leadrush.vault import keys
from leadrush.vault.models import PersonKey


def test_without_a_master_key_the_sentence_names_variable_and_file(settings: Any, tmp_path: Path) -> None:
    settings.MASTER_KEY = ""
    settings.MASTER_KEY_FILE = tmp_path / "master.key"
    with pytest.raises(keys.NoMasterKey, match=r"LEADRUSH_MASTER_KEY.*master\.key"):
        keys.master_key()


def test_a_master_key_that_others_can_read_is_refused(settings: Any, tmp_path: Path) -> None:
    settings.MASTER_KEY = ""
    settings.MASTER_KEY_FILE = tmp_path / "master.key"
    settings.MASTER_KEY_FILE.write_text(keys.new_master_key())
    settings.MASTER_KEY_FILE.chmod(0o644)
    with pytest.raises(keys.WrongMasterKey, match="chmod 600"):
        keys.master_key()


@pytest.mark.parametrize("text", ["short", "ä", "A" * 43, "A" * 88])
def test_a_master_key_of_the_wrong_size_is_told_as_such(settings: Any, text: str) -> None:
    settings.MASTER_KEY = text
    with pytest.raises(keys.WrongMasterKey, match="44 characters"):
        keys.master_key()


@pytest.mark.usefixtures("db")
def test_another_sites_master_key_is_noticed_before_anything_is_made_with_it(settings: Any) -> None:
    keys.prove_master_key()
    keys.prove_master_key()
    settings.MASTER_KEY = keys.new_master_key()
    with pytest.raises(keys.WrongMasterKey, match="not the one this site was made with"):
        keys.prove_master_key()


@pytest.mark.usefixtures("db")
def test_a_sealed_value_cannot_be_moved_to_another_person_or_column() -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    keys.make(one)
    keys.make(other)
    ring = keys.Ring([one, other])
    sealed = ring.seal(one, "Ana", "item:name")
    assert ring.open(one, sealed, "item:name") == "Ana"
    for person, context in ((other, "item:name"), (one, "item:email")):
        with pytest.raises(keys.KeyFault, match="does not open"):
            ring.open(person, sealed, context)
    with pytest.raises(keys.KeyFault, match="not a sealed value"):
        ring.open(one, b"Ana", "item:name")


@pytest.mark.usefixtures("db")
def test_making_a_key_twice_keeps_the_first() -> None:
    person = uuid.uuid4()
    keys.make(person)
    first = keys.Ring([person]).key(person)
    keys.make(person)
    assert keys.Ring([person]).key(person) == first
    assert PersonKey.objects.count() == 1


@pytest.mark.usefixtures("db")
def test_the_same_person_stands_under_one_mark_and_no_two_share_one() -> None:
    people = [uuid.uuid4() for _ in range(3)]
    for person in people:
        keys.make(person)
    ring = keys.Ring(people)
    marks = {ring.mark(person) for person in people}
    assert len(marks) == 3
    assert all(len(mark) == 32 for mark in marks)
