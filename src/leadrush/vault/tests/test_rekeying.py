"""Re-keying: what went opens with no key that is left; what stays opens at every moment, whoever writes."""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leadrush import gate, mailbox, vault
from leadrush.mailbox.letters import open_letters
from leadrush.mailbox.models import Message
from leadrush.vault import keys, merging, rekeying, rights, turns
from leadrush.vault.giving import NAME, NAME_CATEGORY
from leadrush.vault.keys import KeyFault
from leadrush.vault.models import Giving, Item, Person, PersonKey, Rekeying

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("published")]
ANA = "ana@mail.example"


@pytest.fixture
def ana() -> Person:
    """Return somebody with an address, a name for a while, and a letter."""
    person, giving = vault.welcome(
        address=ANA, where="webinars.register", clause="webinar-seat", confirmed=True
    )
    while_named = vault.give(person=person, where="people.name", clause="your-address", confirmed=True)
    vault.put(person=person, kind=NAME, category=NAME_CATEGORY, value="Ana", giving=while_named)
    write(person, giving, "k")
    return person


def write(person: Person, giving: Giving, key: str) -> None:
    mailbox.post(
        person=person,
        giving=giving,
        use="webinars.serve",
        template="people.moved",
        key=key,
        context={"business": "Tarn", "gone": True, "at": "today"},
    )


def name_of(person: Person) -> Item | None:
    with gate.using("rights.own"):
        return Item.objects.filter(person=person, kind=NAME).first()


def forget_name(person: Person) -> tuple[bytes, str]:
    """End what the name rests on; return its sealed form and context, as an older backup still has it."""
    item = name_of(person)
    assert item is not None
    vault.end(Giving.objects.get(person=person, where="people.name"))
    return bytes(item.sealed), item.context


def whole(person: Person, letters: int = 0) -> None:
    """Say whether everything that stays opens, so many letters among it."""
    with gate.using("rights.own"):
        (email,) = Item.objects.filter(person=person, kind="email")
        assert vault.open_items([email]) == {email.pk: ANA}
    with gate.using("mailbox.look"):
        found = open_letters(Message.objects.filter(person=person), what="t")
    assert len(found) >= max(letters, 1)
    assert all("Tarn" in letter.subject for letter in found.values())


def opens(person: Person, sealed: bytes, context: str) -> bool:
    """Say whether any key that is there opens this."""
    rings = [keys.Ring([person.pk], kind) for kind in (keys.LIVING, keys.FORMER, keys.KEPT)]
    return any(ring.opens(person.pk, sealed, context) for ring in rings)


def later(minutes: int = 20) -> Any:
    return timezone.now() + timedelta(minutes=minutes)


def test_what_lapsed_opens_with_no_key_soon_after_and_what_stays_opens_with_the_new_one(ana: Person) -> None:
    mark = vault.mark_of(ana.pk)
    gone = forget_name(ana)
    assert opens(ana, *gone), "the test looks at the wrong bytes"
    assert rekeying.go_on() == 1
    whole(ana)
    assert opens(ana, *gone), "the former key went before those who may still seal with it had written"
    assert rekeying.go_on(later()) == 1
    assert not opens(ana, *gone)
    whole(ana)
    assert vault.mark_of(ana.pk) == mark, "the ledger forgot whose entries are whose"
    assert not Rekeying.objects.exists()
    assert rekeying.go_on(later(60)) == 0


def test_what_is_given_and_kept_changes_no_key(ana: Person) -> None:
    assert not Rekeying.objects.exists()
    giving = vault.give(person=ana, where="webinars.register", clause="webinar-seat", confirmed=True)
    vault.end(giving)
    assert not Rekeying.objects.exists(), "a giving that nothing sealed rested on exchanges a key"


def test_what_goes_after_the_new_key_was_made_gets_another_one(ana: Person) -> None:
    rekeying.due(ana.pk)
    rekeying.go_on()
    gone = forget_name(ana)
    rekeying.go_on(later())
    assert opens(ana, *gone)
    rekeying.go_on(later())
    rekeying.go_on(later(40))
    assert not opens(ana, *gone), "what went between the two steps stays readable in backups"
    whole(ana)
    assert not Rekeying.objects.exists()


def test_the_person_sees_that_their_data_was_sealed_again(ana: Person) -> None:
    rekeying.rekey(ana.pk)
    assert [entry.what for entry in rights.entries(ana.pk)].count("vault.rekey") == 1


def elsewhere(act: Callable[[], object]) -> int:
    for connection in connections.all():
        connection.close()
    child = os.fork()
    if not child:
        try:
            act()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


PLACES = [
    ("leadrush.vault.keys.renew", "before"),
    ("leadrush.vault.keys.renew", "after"),
    ("leadrush.vault.rekeying._reseal", "after"),
    ("leadrush.vault.rekeying.finish", "before"),
    ("leadrush.vault.keys.drop", "before"),
    ("leadrush.vault.keys.drop", "after"),
]


@pytest.mark.parametrize(("what", "when"), PLACES)
def test_killed_between_any_two_steps_everything_opens_and_the_next_call_finishes(
    what: str, when: str, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.utils.module_loading import import_string

    gone, real = forget_name(ana), import_string(what)

    def dying(*args: Any) -> None:
        if when == "after":
            real(*args)
        os.kill(os.getpid(), signal.SIGKILL)

    def killed() -> None:
        monkeypatch.setattr(what, dying)
        rekeying.rekey(ana.pk)

    assert elsewhere(killed) == -signal.SIGKILL
    whole(ana)
    write(ana, Giving.objects.filter(person=ana).earliest("at"), "later")
    for minutes in (20, 20, 40, 60):
        rekeying.go_on(later(minutes))
    whole(ana, letters=2)
    assert not opens(ana, *gone)
    assert not PersonKey.objects.filter(kind=keys.FORMER).exists()


def test_what_was_sealed_with_the_former_key_meanwhile_is_found_before_that_goes(ana: Person) -> None:
    giving = Giving.objects.filter(person=ana).earliest("at")
    ring = giving.__dict__["_keys"] = keys.Ring([ana.pk])
    rekeying.due(ana.pk)
    rekeying.go_on()
    write(ana, giving, "slow")  # by somebody who fetched the key a moment before
    assert ring.key(ana.pk) != keys.Ring([ana.pk]).key(ana.pk)
    whole(ana, letters=2)
    rekeying.go_on(later())
    assert PersonKey.objects.filter(kind=keys.FORMER).exists(), "whoever read it a moment ago cannot open it"
    rekeying.go_on(later())
    whole(ana, letters=2)
    assert not PersonKey.objects.filter(kind=keys.FORMER).exists()


def test_a_key_that_was_fetched_long_ago_seals_nothing(ana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = keys.Ring([ana.pk])
    rekeying.rekey(ana.pk)
    monkeypatch.setattr(ring, "_at", time.monotonic() - keys.FRESH - 1)
    sealed = ring.seal(ana.pk, "words", "t")
    assert keys.Ring([ana.pk]).opens(ana.pk, sealed, "t")
    keys.drop(ana.pk)
    with pytest.raises(keys.NoKey):
        ring.seal(ana.pk, "words", "t")


def test_a_transaction_that_takes_long_keeps_the_former_key(ana: Person) -> None:
    if connections["default"].vendor != "postgresql":
        pytest.skip("SQLite has one writer: whoever lets the key go waits for them")
    rekeying.due(ana.pk)
    rekeying.go_on()
    inside, done = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            Giving.objects.count()
            inside.set()
            done.wait(20)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        assert inside.wait(20)
        assert rekeying.go_on(later()) == 0
    finally:
        done.set()
        thread.join()
    assert rekeying.go_on(later()) == 1


def test_nothing_is_lost_while_letters_names_and_addresses_are_written_beside_it(
    ana: Person,
) -> None:
    giving, stop = Giving.objects.filter(person=ana).earliest("at"), threading.Event()
    written: list[str] = []
    faults: list[BaseException] = []
    rounds = [0, 0, 0]

    def writes(number: int) -> None:
        try:
            while not stop.is_set():
                key = f"{number}:{uuid.uuid4()}"
                if number:
                    write(ana, giving, key)
                    written.append(key)
                else:
                    named = vault.give(person=ana, where="people.name", clause="your-address", confirmed=True)
                    vault.put(person=ana, kind=NAME, category=NAME_CATEGORY, value=key, giving=named)
                whole(ana)
                rounds[number] += 1
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=writes, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _again in range(12):
            rekeying.due(ana.pk)
            rekeying.begin(ana.pk)
            # As the site waits: until everybody has done with the keys that they fetched before.
            gone = False
            while not gone:
                before = list(rounds)
                while not faults and any(now < then + 2 for now, then in zip(rounds, before, strict=True)):
                    time.sleep(0.01)
                gone = rekeying.finish(ana.pk)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not faults, faults
    assert len(written) > 5
    whole(ana, letters=1 + len(written))
    item = name_of(ana)
    assert item is not None and opens(ana, bytes(item.sealed), item.context)


def test_erasing_while_a_key_is_exchanged_leaves_no_key(ana: Person) -> None:
    rekeying.due(ana.pk)
    rekeying.begin(ana.pk)
    keys.drop(ana.pk)
    assert not PersonKey.objects.filter(person=ana.pk).exists()
    rekeying.due(ana.pk)
    rekeying.go_on()
    rekeying.go_on(later())
    assert not PersonKey.objects.filter(person=ana.pk).exists(), "an erased person has a key again"
    assert not Rekeying.objects.exists()


def test_a_value_that_no_key_opens_keeps_the_former_key_and_stops_nobody_else(
    ana: Person, caplog: pytest.LogCaptureFixture
) -> None:
    other, _giving = vault.welcome(address="bo@mail.example", where="t", clause="webinar-seat")
    with gate.using("house.keep"):
        Item.objects.filter(person=ana, kind=NAME).update(sealed=b"\x01" + bytes(40))
    rekeying.due(ana.pk, other.pk)
    assert rekeying.go_on() == 1
    assert "could not be exchanged" in caplog.text and str(ana.pk) not in caplog.text
    rekeying.go_on(later())
    assert not Rekeying.objects.filter(person=other).exists()
    assert Rekeying.objects.filter(person=ana).exists()
    assert PersonKey.objects.filter(person=ana.pk, kind=keys.FORMER).exists()
    whole(ana)


def test_two_records_joined_in_the_middle_of_it_leave_no_key_of_the_other(ana: Person) -> None:
    other, giving = vault.welcome(
        address="old@mail.example", where="t", clause="webinar-seat", confirmed=True
    )
    write(other, giving, "other")
    for person in (ana, other):
        rekeying.due(person.pk)
        keys.renew(person.pk)
    merging.merge(ana.pk, other.pk)
    assert not PersonKey.objects.filter(person=other.pk).exists()
    for minutes in (0, 20, 40, 60):
        rekeying.go_on(later(minutes))
    whole(ana, letters=2)
    assert set(PersonKey.objects.values_list("kind", flat=True)) == {keys.LIVING}


def test_what_the_law_keeps_opens_when_the_living_key_has_gone(ana: Person) -> None:
    item = name_of(ana)
    assert item is not None
    for _twice in range(2):  # as when erasing died half-way and is called again
        (sealed,) = rekeying.keep(ana.pk, [(item.sealed, item.context)])
        with gate.using("house.keep"):
            Item.objects.filter(pk=item.pk).update(sealed=sealed)
        item.sealed = sealed
    rekeying.rekey(ana.pk)
    again = name_of(ana)
    assert again is not None
    assert bytes(again.sealed) == sealed, "what the law keeps was sealed under the living key again"
    keys.drop(ana.pk)
    with gate.using("rights.own"):
        assert vault.open_items([again]) == {again.pk: "Ana"}
        (email,) = Item.objects.filter(person=ana, kind="email")
        with pytest.raises(KeyFault):
            vault.open_items([email])


def test_opening_asks_the_keys_no_more_often_than_before(ana: Person) -> None:
    rekeying.rekey(ana.pk)
    with CaptureQueriesContext(connections["keys"]) as asked:
        whole(ana)
    assert len(asked) == 2, "one for each of the two openings"


def test_letting_go_takes_the_persons_turn(ana: Person) -> None:
    rekeying.due(ana.pk)
    rekeying.begin(ana.pk)
    held: list[uuid.UUID] = []
    real = turns.hold
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rekeying, "hold", lambda person: held.append(person) or real(person))
        rekeying.finish(ana.pk)
    assert held == [ana.pk]
