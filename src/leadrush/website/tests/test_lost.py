"""A restore of data from before somebody's key was exchanged: what is lost says so, and nothing else is."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from leadrush import gate, mailbox, vault
from leadrush.gate import tasks
from leadrush.ledger import Entry
from leadrush.mailbox.letters import open_letters
from leadrush.mailbox.models import Message, State
from leadrush.people.proving import PROVEN
from leadrush.vault import backups, clocks, item_erasing, keeps, keys, merging, rekeying, sealed, tombstones
from leadrush.vault.giving import EMAIL, NAME, NAME_CATEGORY, lost
from leadrush.vault.models import BlindIndex, Given, Giving, Item, Person, PersonKey
from leadrush.website.backups import making, restoring
from leadrush.website.running.folder import Stop, forget_unbegun
from leadrush.website.tests.putting_back import (
    Killed,
    arrive,
    both,
    die_at,
    making_again,
    opens,
    quiet,
    restore,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("published", "folder"),
]
ANA = "ana@mail.example"
LOST = "Lost in a restore on"


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def ana() -> Person:
    """Return somebody with an address, a name, a letter that waits and one that has left."""
    person = arrive(ANA)
    name(person, "Ana")
    write(person, "waits", due_at=timezone.now() + timedelta(days=1))
    write(person, "left")
    with gate.using("mailbox.deliver"):
        Message.objects.filter(key="left").update(state=State.LEFT)
    return person


def name(person: Person, value: str) -> None:
    giving = vault.give(person=person, where="people.name", clause="your-address", confirmed=True)
    vault.put(person=person, kind=NAME, category=NAME_CATEGORY, value=value, giving=giving)


def write(person: Person, key: str, **more: Any) -> Message:
    said: dict[str, Any] = {"use": "account.sign_in", "template": "people.moved"}
    context = {"business": "Tarn", "gone": True, "at": "today"}
    giving = Giving.objects.filter(person=person).earliest("at")
    return mailbox.post(person=person, giving=giving, key=key, context=context, **said | more)


def exchange(person: Person) -> None:
    """Erase the name, as the person does, and let the program exchange their key."""
    with gate.using("rights.own"):
        item = Item.objects.get(person=person, kind=NAME)
        item_erasing.erase_item(person.pk, f"vault.item:{item.pk}")
    rekeying.rekey(person.pk)


def me(person: Person, path: str = "/me/") -> str:
    client = Client()
    client.force_login(person)
    session = client.session
    session[PROVEN] = time.time()
    session.save()
    answer = client.get(path)
    assert answer.status_code == 200
    return str(b"".join(answer).decode() if answer.streaming else answer.content.decode())


def kinds(person: Person) -> set[str]:
    with gate.using("house.keep"):
        return set(Item.objects.filter(person=person).values_list("kind", flat=True))


# --- who was re-keyed -------------------------------------------------------------------------------------


def test_somebody_re_keyed_since_the_backup_reads_on_their_page_what_was_lost_and_who_did_it(
    ana: Person,
) -> None:
    data, _key = both()
    exchange(ana)
    restore(data)
    shown = me(ana)
    assert LOST in shown and ANA not in shown and "Ana" not in shown
    assert "Whoever restored this site from a backup" in shown
    assert kinds(ana) == {lost(EMAIL)}, "the name was erased, and comes back as something lost"
    assert LOST in me(ana, "/me/take/print/")


def test_no_program_fails_each_minute_for_somebody_who_was_re_keyed(
    ana: Person, caplog: pytest.LogCaptureFixture
) -> None:
    data, _key = both()
    exchange(ana)
    restore(data)
    rekeying.due(ana.pk)
    with caplog.at_level(logging.WARNING):
        for task in ("vault.rekey", "vault.lapse", "vault.settle", "mailbox.send", "mailbox.clear"):
            tasks.get(task).run()
        rekeying.go_on(timezone.now() + timedelta(minutes=20))
    assert not caplog.records
    assert not PersonKey.objects.filter(kind=PersonKey.FORMER).exists()
    with gate.using("accountability.check"):
        assert keeps.sealed_values_have_keys().missed == 0
        assert keeps.masks_are_true().missed == 0


def test_a_letter_whose_words_are_lost_never_leaves_and_its_key_stays_taken(ana: Person) -> None:
    data, _key = both()
    exchange(ana)
    restore(data)
    assert write(ana, "left").state == State.LEFT, "whoever got a letter gets it once more"
    with gate.using("mailbox.look"):
        found = {message.key: message for message in Message.objects.all()}
        words = open_letters(found.values(), what="t")
    assert found["waits"].state == State.WITHDRAWN
    assert all(letter.subject.startswith(LOST) for letter in words.values())


def test_whoever_types_their_lost_address_at_sign_in_gets_a_code_and_is_served_as_before(ana: Person) -> None:
    data, _key = both()
    exchange(ana)
    with gate.using("house.keep"):
        rested = set(Given.objects.filter(item__kind=EMAIL).values_list("giving", flat=True))
    restore(data)
    client = Client()
    client.post("/sign-in/", {"address": "ANA@mail.example"})
    tasks.get("people.codes").run()
    with gate.using("mailbox.look"):
        (letter,) = open_letters(Message.objects.filter(template="people.code"), what="t").values()
    figures = re.search(r"(\d{3}) (\d{3})", letter.subject)
    assert figures, letter.subject
    client.post("/sign-in/code/", {"code": figures[1] + figures[2], "act": "enter"})
    assert ANA.lower() in client.get("/me/").content.decode().lower()
    with gate.using("webinars.serve"):
        assert vault.address_of(ana.pk).lower() == ANA
    with gate.using("house.keep"):
        assert rested <= set(Given.objects.filter(item__kind=EMAIL).values_list("giving", flat=True))
    assert kinds(ana) == {EMAIL}


def test_a_lost_address_typed_by_nobody_else_is_held_by_nobody_else(ana: Person) -> None:
    data, _key = both()
    exchange(ana)
    restore(data)
    Client().post("/sign-in/", {"address": "bo@mail.example"})
    tasks.get("people.codes").run()
    assert kinds(ana) == {lost(EMAIL)}
    with gate.using("mailbox.look"):
        assert not Message.objects.filter(template="people.code").exists()


def test_whoever_comes_again_by_a_form_after_their_address_was_lost_is_one_person_with_one_address(
    ana: Person,
) -> None:
    data, _key = both()
    exchange(ana)
    restore(data)
    assert arrive(ANA) == ana
    assert kinds(ana) == {EMAIL} and opens(ana) == ANA


def test_the_name_that_somebody_gives_anew_stands_where_the_lost_one_stood(ana: Person) -> None:
    data, _key = both()
    rekeying.rekey(ana.pk)
    restore(data)
    assert kinds(ana) == {lost(EMAIL), lost(NAME)}
    name(ana, "Ana again")
    assert kinds(ana) == {lost(EMAIL), NAME}
    with gate.using("rights.own"):
        assert vault.value_of(ana.pk, NAME) == "Ana again"


def test_of_somebody_of_whom_one_value_alone_is_under_the_former_key_the_rest_stays(ana: Person) -> None:
    former = keys.Ring([ana.pk])
    rekeying.rekey(ana.pk)
    with gate.using("house.keep"):
        late = former.seal(ana.pk, "Ana", f"item:{NAME}")
        Item.objects.filter(person=ana, kind=NAME).update(sealed=late)
    data, key = both()
    restore(data, key)
    assert kinds(ana) == {EMAIL, lost(NAME)} and opens(ana) == ANA


def test_lost_a_second_time_it_is_shown_once(ana: Person) -> None:
    data, _key = both()
    rekeying.rekey(ana.pk)
    restore(data)
    assert arrive(ANA) == ana
    giving = Giving.objects.filter(person=ana).earliest("at")
    vault.put(person=ana, kind=lost(EMAIL), category="EmailAddress", value="lost before", giving=giving)
    assert kinds(ana) == {EMAIL, lost(EMAIL), lost(NAME)}
    again = making_again(making.data)
    rekeying.rekey(ana.pk)
    restore(again)
    assert kinds(ana) == {lost(EMAIL), lost(NAME)}


# --- which backups lose what ------------------------------------------------------------------------------


def test_data_and_keys_of_one_moment_lose_nothing_of_somebody_re_keyed_since(
    ana: Person, lines: list[str]
) -> None:
    data, key = both()
    rekeying.rekey(ana.pk)
    restore(data, key)
    assert opens(ana) == ANA and kinds(ana) == {EMAIL, NAME}
    assert "Every sealed value opens with these keys." in "\n".join(lines)
    assert not Entry.objects.filter(what="vault.lost").exists()


def test_keys_of_that_time_bring_back_all_but_what_was_erased_since_and_are_exchanged_again(
    ana: Person,
) -> None:
    data, key = both()
    exchange(ana)
    restore(data, key)
    assert opens(ana) == ANA and kinds(ana) == {EMAIL}
    before = keys.Ring([ana.pk]).key(ana.pk)
    rekeying.go_on()
    rekeying.go_on(timezone.now() + timedelta(minutes=20))
    assert keys.Ring([ana.pk]).key(ana.pk) != before, "the key that opens older copies stays"


def test_how_much_will_not_open_is_said_before_and_which_keys_open_it(ana: Person, lines: list[str]) -> None:
    arrive("bo@mail.example")
    data, key = both()
    exchange(ana)
    restore(data, dry=True)
    said = "\n".join(lines)
    assert "3 sealed values of 1 persons do not open with these keys" in said, "the erased name counts"
    assert f"it would be 0: --keys {key}" in said
    assert lines[-1] == "Nothing was changed." and not Entry.objects.filter(what="vault.lost").exists()
    lines.clear()
    restore(data, key, dry=True)
    assert "Every sealed value opens" in "\n".join(lines)


def test_what_a_dry_run_looked_into_is_gone_even_where_it_was_killed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, key = both()
    restore(data, key, dry=True)
    assert not (folder / "restore").exists()
    (folder / "restore" / "keys").mkdir(parents=True)
    (folder / "restore" / "keys" / "keys.sqlite3").write_bytes(b"keys")
    forget_unbegun(folder)
    assert not (folder / "restore").exists()


def test_somebody_whose_key_alone_is_older_comes_back_whole_with_the_copy_that_was_made_of_their_data(
    ana: Person, lines: list[str]
) -> None:
    _data, key = both()
    rekeying.rekey(ana.pk)
    later = making_again(making.keys)
    restore(None, key)
    assert kinds(ana) == {lost(EMAIL), lost(NAME)}
    assert any(line.startswith("INCIDENT") for line in lines)
    restore(backups.copies(backups.DATA)[0].file, later)
    assert opens(ana) == ANA and kinds(ana) == {EMAIL, NAME}


def test_with_a_clock_in_doubt_the_data_that_are_here_are_not_marked_before_they_were_copied(
    ana: Person,
) -> None:
    _data, key = both()
    rekeying.rekey(ana.pk)
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        with pytest.raises(Stop, match="clock-is-right"):
            restore(None, key)
        assert EMAIL in kinds(ana)
        restore(clock=True)
        assert clocks.doubted() is None
    assert lost(EMAIL) in kinds(ana)


def test_somebody_whose_key_is_nowhere_can_be_written_to_again_once_they_come_back(
    ana: Person, lines: list[str]
) -> None:
    data, _key = both()
    PersonKey.objects.filter(person=ana.pk).delete()
    restore(data)
    assert any("INCIDENT: 1 persons have no key" in line for line in lines)
    assert LOST in me(ana)
    write(ana, "later")
    assert arrive(ANA) == ana and opens(ana) == ANA


def test_an_address_erased_since_hinders_no_restore_with_the_keys_of_today(ana: Person) -> None:
    giving = Giving.objects.filter(person=ana).earliest("at")
    with gate.using("house.keep"):
        merging.claim("also@mail.example", ana.pk)
        merging.write(ana, "email.2", "also@mail.example", giving)
        also = Item.objects.get(person=ana, kind="email.2")
    data, _key = both()
    with gate.using("rights.own"):
        item_erasing.erase_item(ana.pk, f"vault.item:{also.pk}")
    rekeying.rekey(ana.pk)
    restore(data)
    assert kinds(ana) == {lost(EMAIL), lost(NAME)}
    assert BlindIndex.objects.count() == 1 and vault.find("also@mail.example") is None


@pytest.mark.slow
def test_killed_anywhere_a_restore_says_of_each_lost_value_once_that_it_is_lost(
    ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, _key = both()
    exchange(ana)
    for count in range(40):
        try:
            with monkeypatch.context() as patched:
                die_at(patched, count)
                restore(data)
            break
        except Killed:
            if restoring.under_way():
                restore()
                assert kinds(ana) == {lost(EMAIL)} and not sealed.try_all().lost
    assert count > len(restoring.STEPS) and ANA not in me(ana)


def test_no_line_about_what_is_lost_names_anybody(ana: Person, lines: list[str]) -> None:
    data = making.data(say=quiet)
    exchange(ana)
    restore(data)
    said = "\n".join(lines)
    assert str(ana.pk) in said and not re.search(r"ana@|Ana\b|mail\.example", said)
    assert tombstones.read()
