"""Rotation: killed anywhere, called again, beside others that know only the former key; nothing is lost."""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connections

from leadrush import gate, vault
from leadrush.vault import addresses, keys, masters, rotating
from leadrush.vault.key_models import MasterCheck
from leadrush.vault.models import Item, Person, PersonKey
from leadrush.vault.sealing import KeyFault, open_by
from leadrush.vault.terminal import rotate_key

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("published")]
NAMES = [f"p{n}@mail.example" for n in range(5)]
SAY = list[str]().append


@pytest.fixture
def key_file(settings: Any, tmp_path: Path) -> Path:
    """Let the master key lie in a file, as on a site that was started with nothing said."""
    file = tmp_path / "keys" / "master.key"
    file.parent.mkdir()
    rotating.write(file, settings.MASTER_KEY)
    settings.MASTER_KEY, settings.MASTER_KEY_FILE = "", file
    settings.DATA = tmp_path
    return file


@pytest.fixture
def people(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> list[Person]:
    """Return some who are here, one of them with a key for what the law keeps; batches of two."""
    monkeypatch.setattr(rotating, "BATCH", 2)
    monkeypatch.setattr(rotating, "REST", 0.0)
    found = [arrive(name) for name in NAMES]
    keys.make(found[0].pk, keys.KEPT)
    return found


def arrive(address: str) -> Person:
    person, _giving = vault.welcome(
        address=address, where="webinars.register", clause="webinar-seat", confirmed=True
    )
    return person


def opened() -> dict[uuid.UUID, str]:
    """Return everybody's address as it opens, by person."""
    with gate.using("webinars.serve", what="t"):
        items = list(Item.objects.filter(kind="email"))
        values = vault.open_items(items)
    return {item.person_id: values[item.pk] for item in items}


def forget_all() -> None:
    """Forget what this process knows of master keys, as one that starts."""
    masters._known.clear()


def elsewhere(act: Callable[[], object]) -> int:
    """Do something in a process of its own; return what it ended with, -9 when it was killed."""
    for connection in connections.all():
        connection.close()
    child = os.fork()
    if not child:
        try:
            act()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def under_one_key(former: str, people: list[Person]) -> None:
    """Say whether all is under one new master key, whole, and nothing opens with the former one."""
    assert masters.at_hand() != [masters.decode(former)]
    assert len(masters.at_hand()) == 1 and not masters.file_to_come().exists()
    old = [AESGCM(masters.wrapping(masters.decode(former)))]
    (proof,) = MasterCheck.objects.all()
    rows = list(PersonKey.objects.all())
    assert {row.master_id for row in rows} == {proof.pk}
    for sealed, context in [
        (proof.sealed, "master"),
        (proof.root, "root"),
        *((row.wrapped, f"{row.kind}:{row.person}") for row in rows),
        *((row.ledger_secret, f"ledger:{row.person}") for row in rows),
    ]:
        with pytest.raises(KeyFault):
            open_by(old, sealed, context)
    forget_all()
    keys.prove_master_key()
    assert {opened()[person.pk] for person in people} == set(NAMES)
    assert all(addresses.whose(name) for name in NAMES), "the blind index went with the master key"


def test_after_a_rotation_everything_opens_and_nothing_with_the_former_key(
    people: list[Person], key_file: Path, tmp_path: Path
) -> None:
    former, marks = key_file.read_text(), [vault.mark_of(person.pk) for person in people]
    forget_all()
    done = CliRunner().invoke(rotate_key, ["--old-to", str(tmp_path.parent / "old.key")])
    assert done.exit_code == 0, done.output
    assert "6 of 6 keys" in done.output
    assert "open only with the former master key" in done.output
    under_one_key(former, people)
    assert [vault.mark_of(person.pk) for person in people] == marks, (
        "the ledger forgot whose entries are whose"
    )
    assert (tmp_path.parent / "old.key").read_text() == former
    assert (tmp_path.parent / "old.key").stat().st_mode & 0o077 == 0
    assert not [file for file in key_file.parent.iterdir() if former.strip() in file.read_text()]


def test_a_dry_run_says_what_would_be_and_writes_nothing(people: list[Person], key_file: Path) -> None:
    before = list(PersonKey.objects.order_by("pk").values()), key_file.read_text()
    done = CliRunner().invoke(rotate_key, ["--dry-run"])
    assert done.exit_code == 0 and "6 keys and the root would be" in done.output
    assert (list(PersonKey.objects.order_by("pk").values()), key_file.read_text()) == before
    assert sorted(file.name for file in key_file.parent.iterdir()) == ["master.key"]


MIDDLE = len(rotating.STEPS) + 1


@pytest.mark.parametrize("step", range(MIDDLE + 1))
def test_killed_between_any_two_steps_everything_opens_and_the_next_call_finishes(
    step: int, people: list[Person], key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = key_file.read_text()

    def die(*_what: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def killed() -> None:
        if step == MIDDLE:
            batch, done = rotating._batch, []
            monkeypatch.setattr(
                rotating, "_batch", lambda after: die() if done else done.append(0) or batch(after)
            )
        else:
            monkeypatch.setattr(rotating, "STEPS", (*rotating.STEPS[:step], die, *rotating.STEPS[step:]))
        rotating.rotate(SAY)

    assert elsewhere(killed) == -signal.SIGKILL
    # A process that ran all the while, and one that starts now: for both, all opens and new keys are made.
    for begins in (lambda: None, forget_all):
        begins()
        assert {opened()[person.pk] for person in people} == set(NAMES)
        keys.make(uuid.uuid4())
        arrive(f"{uuid.uuid4().hex}@mail.example")
    assert elsewhere(lambda: rotating.rotate(SAY)) == 0
    under_one_key(former, people)


def test_a_process_that_knows_only_the_former_key_never_fails_and_makes_no_key_that_is_lost(
    people: list[Person], key_file: Path
) -> None:
    former, ring = key_file.read_text(), keys.Ring([person.pk for person in people])
    assert elsewhere(lambda: rotating.rotate(SAY)) == 0
    newcomer = arrive("new@mail.example")
    assert keys.Ring([newcomer.pk]).has(newcomer.pk)
    assert opened()[newcomer.pk] == "new@mail.example"
    assert all(ring.key(person.pk) for person in people), "what was fetched before does not open any more"
    under_one_key(former, people)


def test_keys_made_exchanged_and_dropped_meanwhile_are_neither_lost_nor_brought_back(
    people: list[Person], key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "BATCH", 20)
    former = key_file.read_text()
    stop, made, dropped, faults = threading.Event(), [], [], []

    def busy() -> None:
        try:
            while not stop.is_set():
                person = uuid.uuid4()
                keys.make(person)
                if len(made) % 3 == 1:
                    keys.drop(person)
                    dropped.append(person)
                elif len(made) % 3 == 2:
                    keys.renew(person)
                made.append(person)
                time.sleep(0.02)
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    at_work = [threading.Thread(target=busy) for _ in range(2)]
    for thread in at_work:
        thread.start()
    time.sleep(0.3)
    try:
        for _again in range(2):
            rotating.rotate(SAY)
    finally:
        stop.set()
        for thread in at_work:
            thread.join()
    assert not faults
    assert len(made) > 10
    rotating.verify(SAY)
    PersonKey.objects.filter(kind=keys.FORMER).delete()  # they have no secret, and are not asked for below
    under_one_key(former, people)
    held = set(PersonKey.objects.values_list("person", flat=True))
    assert not held & set(dropped), "a key that was dropped is back"
    assert set(made) - set(dropped) <= held, "a key that was made is lost"


def test_a_key_changed_by_somebody_stops_it_with_a_word_and_both_master_keys_stay(
    people: list[Person], key_file: Path
) -> None:
    PersonKey.objects.filter(person=people[2].pk).update(wrapped=b"\x01" + bytes(60))
    done = CliRunner().invoke(rotate_key)
    assert done.exit_code == 1 and "opens with neither master key" in done.output
    assert len(masters.at_hand()) == 2
    assert opened_but(people[2]) == {name for name in NAMES if name != NAMES[2]}


def opened_but(person: Person) -> set[str]:
    with gate.using("webinars.serve", what="t"):
        return set(vault.open_items(Item.objects.filter(kind="email").exclude(person=person)).values())


def test_with_the_master_key_lost_or_anothers_nothing_is_begun(people: list[Person], key_file: Path) -> None:
    former = key_file.read_text()
    for text, word in ((keys.new_master_key(), "not the one this site was made with"), ("", "lost for good")):
        key_file.unlink()
        if text:
            rotating.write(key_file, text)
        forget_all()
        done = CliRunner().invoke(rotate_key)
        assert done.exit_code == 1 and word in done.output, done.output
        assert not masters.file_to_come().exists()
    rotating.write(key_file, former.strip())
    assert {opened()[person.pk] for person in people} == set(NAMES)


def test_two_rotations_at_once_are_one(people: list[Person], key_file: Path) -> None:
    with rotating._alone():
        done = CliRunner().invoke(rotate_key)
    assert done.exit_code == 1 and "Another rotation" in done.output


def test_a_master_key_of_the_environment_is_exchanged_for_the_next_one_there(
    people: list[Person], key_file: Path, settings: Any
) -> None:
    former = settings.MASTER_KEY = key_file.read_text().strip()
    done = CliRunner().invoke(rotate_key)
    assert done.exit_code == 1 and "LEADRUSH_MASTER_KEY_NEXT" in done.output
    settings.MASTER_KEY_NEXT = former
    assert "the same key" in CliRunner().invoke(rotate_key).output
    settings.MASTER_KEY_NEXT = later = keys.new_master_key()
    done = CliRunner().invoke(rotate_key)
    assert done.exit_code == 0 and "Now set LEADRUSH_MASTER_KEY" in done.output
    settings.MASTER_KEY, settings.MASTER_KEY_NEXT = later, ""
    under_one_key(former, people)
