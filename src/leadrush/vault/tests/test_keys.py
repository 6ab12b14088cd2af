"""Keys: missing, wrong, moved; each gets a sentence for the terminal."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leadrush import gate, mailbox, vault
from leadrush.mailbox.models import Message
from leadrush.vault import keeps, keys, masters, rekeying
from leadrush.vault.models import MasterCheck, PersonKey, Rekeying


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


@pytest.mark.usefixtures("published")
def test_a_value_laid_open_and_a_key_that_is_lost_are_counted_in_every_table() -> None:
    people = [
        vault.welcome(address=f"p{n}@mail.example", where="t", clause="webinar-seat", confirmed=True)
        for n in range(3)
    ]
    for person, giving in people:
        mailbox.post(
            person=person,
            giving=giving,
            use="webinars.serve",
            template="people.moved",
            key=str(person.pk),
            context={"business": "Tarn", "gone": True, "at": "today"},
        )

    def counted() -> tuple[int, int]:
        with gate.using("accountability.check"):
            count = keeps.sealed_values_have_keys()
        return count.missed, count.of

    assert counted() == (0, 6)
    with gate.using("house.keep"):
        Message.objects.filter(person=people[0][0]).update(sealed=b"Dear Ana")
    assert counted() == (1, 6)
    keys.drop(people[1][0].pk)
    assert counted() == (3, 6), "somebody's key is gone, and neither their address nor their letter counts"
    keys.make(people[2][0].pk, keys.KEPT)
    keys.drop(people[2][0].pk)
    assert counted() == (3, 6), "what the law keeps is counted as lost"
    rekeying.due(people[2][0].pk)
    assert counted() == (3, 7)
    Rekeying.objects.update(at=timezone.now() - timedelta(hours=3))
    assert counted() == (4, 7), "a key that nobody exchanged is not missed"


@pytest.mark.usefixtures("db")
def test_a_site_from_before_there_was_a_root_goes_on_and_finds_every_address() -> None:
    MasterCheck.objects.update(root=b"")
    masters._known.clear()
    with pytest.raises(keys.WrongMasterKey, match="leadrush prepare"):
        keys.derived("blind-index")
    keys.prove_master_key()
    assert keys.derived("blind-index") == masters._made(keys.master_key(), "blind-index")
    masters._known.clear()
    keys.prove_master_key()
    assert keys.derived("blind-index") == masters._made(keys.master_key(), "blind-index")
    masters._known.clear()


@pytest.mark.usefixtures("db")
def test_without_its_proof_the_keys_database_makes_nothing_new() -> None:
    keys.make(uuid.uuid4())
    MasterCheck.objects.all().delete()
    masters._known.clear()
    with pytest.raises(keys.WrongMasterKey, match="restore it whole"):
        keys.derived("blind-index")
    with pytest.raises(keys.WrongMasterKey, match="restore it whole"):
        keys.prove_master_key()
    assert not MasterCheck.objects.exists()
    PersonKey.objects.all().delete()
    keys.prove_master_key()
    masters._known.clear()


@pytest.mark.usefixtures("db")
def test_the_root_is_asked_for_once_a_process() -> None:
    masters._known.clear()
    with CaptureQueriesContext(connections["keys"]) as asked:
        assert len({keys.derived("links"), keys.derived("codes"), keys.derived("links")}) == 2
    assert len(asked) == 1


@pytest.mark.usefixtures("db")
def test_nothing_is_made_from_the_master_key_but_what_wraps() -> None:
    assert keys.derived("wrap") != masters.wrapping(keys.master_key())
    assert keys.derived("blind-index") != masters._made(keys.master_key(), "blind-index")
