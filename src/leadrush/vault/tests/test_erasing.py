"""Erasing: what is shown is what goes, whatever dies or comes in between, and no copy brings it back."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrush import gate, ledger, mailbox, vault
from leadrush.gate import tasks, uses
from leadrush.mailbox import sending
from leadrush.mailbox.models import Link, Message, State
from leadrush.people import joining
from leadrush.people.models import Asked, Joining
from leadrush.vault import (
    collects,
    erasing,
    item_erasing,
    kept,
    keys,
    lapsing,
    merging,
    opening,
    plans,
    pointing,
    rekeying,
    replaying,
    rights,
    tombstones,
)
from leadrush.vault.models import (
    BlindIndex,
    Choice,
    Erasure,
    Given,
    Giving,
    Held,
    Item,
    Person,
    PersonKey,
    Refusal,
    Role,
)
from leadrush.vault.tests.office.models import Invoice
from leadrush.vault.turns import Erased
from tests.rig import rows as rig
from tests.rig import sampling

pytestmark = pytest.mark.usefixtures("published")
ANA, BO = "ana@mail.example", "bo@mail.example"
ANNOUNCE = "webinars.announce"


@pytest.fixture(autouse=True)
def stones(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.TOMBSTONES = tmp_path / "tombstones" / "erased.jsonl"
    replaying._Whole.until = 0
    yield


def somebody(address: str = "", **more: Any) -> rig.Rows:
    address = address or f"{uuid.uuid4().hex}@mail.example"
    more = {"where": "webinars.register", "clause": "webinar-seat", "confirmed": True, **more}
    person, giving = vault.welcome(address=address, **more)
    return rig.Rows(person, giving, [address])


KEPT_BY_LAW = tuple(declared.model for declared in kept.declarations())


def fill(rows: rig.Rows, but: tuple[Any, ...] = KEPT_BY_LAW) -> rig.Rows:
    rig.fill(rows, [(model, "words") for model in rig.MAKERS if model not in but])
    return rows


def erase(person: Person) -> Erasure:
    with gate.using("rights.own", actor=gate.Actor("person", str(person.pk)), what="people.erase"):
        erasure = erasing.erase_everything(person.pk)
    assert erasure is not None
    return erasure


def erase_item(person: Person, key: str) -> Erasure:
    with gate.using("rights.own", actor=gate.Actor("person", str(person.pk)), what="people.erase_item"):
        return item_erasing.erase_item(person.pk, key)


def shown(person: Person) -> list[rights.Record]:
    with gate.using("rights.own", actor=gate.Actor("person", str(person.pk))):
        return rights.records(person.pk)


def left(*persons: uuid.UUID) -> set[uuid.UUID]:
    with gate.using("accountability.check"):
        return pointing.left(persons)


def say_farewell() -> None:
    tasks.get("mailbox.send").run()
    tasks.get("people.farewell").run()


# --- exported = erased --------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
MODELS = sorted((model for model in rig.MAKERS if model not in KEPT_BY_LAW), key=lambda m: m._meta.label)
SOME = st.lists(st.tuples(st.sampled_from(MODELS), TEXT), max_size=12)


@settings(max_examples=sampling.examples(0.5))
@given(SOME, SOME)
def test_exactly_what_is_shown_goes_and_nothing_of_anybody_else(
    hers: list[tuple[Any, str]], his: list[tuple[Any, str]]
) -> None:
    ana, bo = somebody(), somebody()
    for rows, texts in ((ana, hers), (bo, his)):
        rig.fill(rows, texts)
        Link.objects.create(
            digest=uuid.uuid4().hex,
            person=rows.person,
            giving=rows.giving,
            scope="x",
            expires_at=timezone.now(),
        )
        Asked.objects.create(person=rows.person.pk, sealed=b"")
        vault.choose(person=rows.person, use=ANNOUNCE, answer=False, where="t")
    before, others = shown(ana.person), {record.key for record in shown(bo.person)}
    with gate.using("house.keep"):
        counts = {one.label: one.model._default_manager.count() for one in collects.gated()}
    erasure = erase(ana.person)
    assert (erasure.things, erasure.kept) == (len(before), 0)
    assert left(ana.person.pk, bo.person.pk) == {bo.person.pk}
    say_farewell()
    assert {record.key for record in shown(bo.person)} == others
    with gate.using("house.keep"):
        for one in collects.gated():
            gone = sum(record.key.startswith(f"{one.label}:") for record in before)
            assert one.model._default_manager.count() == counts[one.label] - gone


def test_every_table_that_knows_a_person_is_among_those_that_are_cleared() -> None:
    """A column of a room's own that holds a number, and is no foreign key, is registered or a fault."""
    known = {(pointer.model, pointer.column) for pointer in pointing.elsewhere()}
    for model in __import__("django").apps.apps.get_models(include_auto_created=True):
        for column in model._meta.local_concrete_fields:
            if column.name in ("person", "whom", "kept", "gone") and not issubclass(model, Held):
                held = model in (Giving, PersonKey, BlindIndex) or column.get_internal_type() not in (
                    "UUIDField",
                    "ForeignKey",
                )
                assert held or (model, column.name) in known, f"{model._meta.label}.{column.name}"


# --- refused at once ----------------------------------------------------------------------------------


def test_a_key_in_memory_opens_nothing_of_somebody_erased_meanwhile() -> None:
    ana = somebody()
    with gate.using("rights.own"):
        opening.hold_keys({ana.person.pk})
        (item,) = Item.objects.filter(person=ana.person)
        assert vault.open_items([item])
        tombstones.append(tombstones.make(tombstones.PERSON, ana.person.pk))
        with pytest.raises(keys.NoKey):
            vault.open_items([item])
        with pytest.raises(keys.NoKey):
            vault.unseal([(ana.person.pk, b"x")], context="message", category="lr:Message")
        assert vault.have_keys({ana.person.pk}) == set()
        assert vault.mark_of(ana.person.pk) == ""


def test_nobody_writes_anything_down_about_somebody_who_is_being_erased() -> None:
    ana = somebody()
    tombstones.append(tombstones.make(tombstones.PERSON, ana.person.pk))
    with pytest.raises(Erased):
        vault.give(person=ana.person, where="t", clause="your-address")
    with pytest.raises(Erased):
        vault.choose(person=ana.person, use=ANNOUNCE, answer=True, where="t")
    with pytest.raises(Erased):
        vault.meet(person=ana.person)


# --- what cannot be written ---------------------------------------------------------------------------


def test_on_a_full_disk_nothing_is_erased_and_a_role_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    ana, bo = somebody(), somebody()
    Person.objects.filter(pk__in=[ana.person.pk, bo.person.pk]).update(role=Role.OWNER)
    vault.put(person=ana.person, kind="name", category="Name", value="Ana", giving=ana.giving)
    before = shown(ana.person)

    def full(handle: int, text: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tombstones, "_write", full)
    with pytest.raises(tombstones.Unwritten):
        erase(ana.person)
    name = next(record.key for record in before if record.title == "The name you go by")
    with pytest.raises(tombstones.Unwritten):
        erase_item(ana.person, name)
    with pytest.raises(tombstones.Unwritten):
        vault.end(ana.giving)
    monkeypatch.undo()
    assert Person.objects.get(pk=ana.person.pk).role == Role.OWNER
    assert [(one.key, one.value) for one in shown(ana.person)] == [(one.key, one.value) for one in before]


def test_when_the_ledger_cannot_be_written_nothing_is_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    ana = somebody()

    def full(*_: Any, **__: Any) -> None:
        raise ledger.Unwritten("The ledger cannot be written, so nothing was opened.")

    monkeypatch.setattr(ledger, "write", full)
    with pytest.raises(ledger.Unwritten):
        erase(ana.person)
    monkeypatch.undo()
    assert not tombstones.erased({ana.person.pk})
    assert shown(ana.person)


def test_the_only_owner_names_another_one_first() -> None:
    ana, bo = somebody(), somebody()
    Person.objects.filter(pk=ana.person.pk).update(role=Role.OWNER)
    Person.objects.filter(pk=bo.person.pk).update(role=Role.HOST)
    with gate.using("rights.own"):
        assert plans.plan(ana.person.pk).last_owner
    with pytest.raises(erasing.LastOwner):
        erase(ana.person)
    assert not tombstones.erased({ana.person.pk})
    Person.objects.filter(pk=bo.person.pk).update(role=Role.OWNER)
    erase(ana.person)
    with pytest.raises(erasing.LastOwner):
        erase(bo.person)


# --- killed between two steps -------------------------------------------------------------------------


class Died(Exception):
    """The process ended here."""


def die(*_: Any, **__: Any) -> None:
    raise Died


@pytest.mark.parametrize("after", range(len(erasing.STEPS) + 1))
@pytest.mark.django_db(transaction=True)
def test_what_died_between_two_steps_is_finished_by_the_clock_with_its_farewell(
    after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, bo = fill(somebody(ANA)), somebody(BO)
    steps = erasing.STEPS
    monkeypatch.setattr(erasing, "STEPS", (*steps[:after], die, *steps[after:]))
    with pytest.raises(Died):
        erase(ana.person)
    monkeypatch.setattr(erasing, "STEPS", steps)
    with gate.using("rights.own"), pytest.raises((keys.NoKey, gate.Refused)):
        vault.address_of(ana.person.pk)
    later = timezone.now() + timedelta(minutes=1)
    with gate.using("house.keep", actor=gate.Actor("program", "vault.erase")):
        replaying.finish(later)
        assert replaying.finish(later) == 0
    assert left(ana.person.pk, bo.person.pk) == {bo.person.pk}
    assert Erasure.objects.count() == 1, "the letter leaves once"
    with gate.using("mailbox.look"):
        assert Message.objects.filter(template="people.farewell").count() == 1
    say_farewell()
    assert set(Person.objects.values_list("pk", flat=True)) == {bo.person.pk}
    assert set(PersonKey.objects.values_list("person", flat=True)) <= {bo.person.pk, *orphans()}


def orphans() -> set[uuid.UUID]:
    """Return the keys that a farewell was to have, and that a killed process left without data."""
    return set(PersonKey.objects.values_list("person", flat=True)) - set(
        Person.objects.values_list("pk", flat=True)
    )


@pytest.mark.parametrize("inside", ["keep_by_law", "_clear", "_say_farewell"])
@pytest.mark.django_db(transaction=True)
def test_what_died_among_the_rows_left_all_of_them_or_none(
    inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = fill(somebody(ANA))
    with gate.using("house.keep"):
        before = {one.label: one.model._default_manager.count() for one in collects.gated()}
    monkeypatch.setattr(erasing, inside, die)
    with pytest.raises(Died):
        erase(ana.person)
    monkeypatch.undo()
    with gate.using("house.keep"):
        assert {one.label: one.model._default_manager.count() for one in collects.gated()} == before
        replaying.finish(timezone.now() + timedelta(minutes=1))
    assert not left(ana.person.pk)


@pytest.mark.parametrize("inside", ["_way_in", "_row", "fold"])
@pytest.mark.django_db(transaction=True)
def test_one_thing_that_died_half_erased_is_finished_by_the_clock(
    inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = somebody(ANA)
    giving = vault.give(person=ana.person, where="people.address", clause="your-address", confirmed=True)
    merging.claim(BO, ana.person.pk)
    merging.write(ana.person, "email.2", BO, giving)
    (record,) = [one for one in shown(ana.person) if one.value == BO]
    monkeypatch.setattr(item_erasing, inside, die)
    with pytest.raises(Died):
        erase_item(ana.person, record.key)
    monkeypatch.undo()
    with gate.using("house.keep"):
        assert replaying.finish(timezone.now() + timedelta(minutes=1)) == 1
    assert vault.find(BO) is None
    assert [one.value for one in shown(ana.person)] == [ANA]


def test_a_farewell_goes_after_fifty_minutes_whatever_happened() -> None:
    ana = somebody(ANA)
    erasure = erase(ana.person)
    tasks.get("people.farewell").run()
    assert Person.objects.filter(pk=erasure.pending).exists(), "it waits for the mail program"
    Erasure.objects.update(asked_at=timezone.now() - erasing.FAREWELL - timedelta(seconds=1))
    tasks.get("people.farewell").run()
    erasure.refresh_from_db()
    assert erasure.done_at is not None
    assert erasure.pending is None
    assert not Person.objects.exists()
    assert not PersonKey.objects.exists()
    with gate.using("house.keep"):
        assert not Message.objects.exists()


# --- copies -------------------------------------------------------------------------------------------


@dataclass
class Copy:
    """A copy of the data and of the keys of one moment, row by row, and how it is put back."""

    rows: list[Any] = field(default_factory=list)

    @classmethod
    def taken(cls, *, with_keys: bool = True) -> Copy:
        held = [one.model for one in collects.gated()]
        found: list[Any] = []
        with gate.using("house.keep"):
            for model in (Person, Giving, *held, Given, Choice, *((PersonKey, BlindIndex) * with_keys)):
                found += list(model._default_manager.order_by("pk"))
        return cls(found)

    def put_back(self) -> None:
        with gate.using("house.keep"):
            for row in self.rows:
                if not type(row)._default_manager.filter(pk=row.pk).exists():
                    row.save_base(force_insert=True)


def replay() -> int:
    return erasing.replay()


def test_a_copy_of_before_that_is_put_back_is_erased_again_and_the_rest_of_it_stays() -> None:
    ana, bo = fill(somebody(ANA)), fill(somebody(BO))
    copy = Copy.taken()
    others = {record.key for record in shown(bo.person)}
    erase(ana.person)
    say_farewell()
    copy.put_back()
    assert left(ana.person.pk) == {ana.person.pk}
    assert replay() >= 1
    assert left(ana.person.pk, bo.person.pk) == {bo.person.pk}
    assert {record.key for record in shown(bo.person)} == others
    assert replay() == 0


def test_one_thing_of_a_copy_that_is_put_back_is_erased_again_and_nothing_beside_it() -> None:
    ana = fill(somebody(ANA))
    copy = Copy.taken()
    before = {record.key for record in shown(ana.person)}
    key = next(record.key for record in shown(ana.person) if record.key.startswith("mailbox.message"))
    erase_item(ana.person, key)
    copy.put_back()
    assert {record.key for record in shown(ana.person)} == before
    assert replay() == 1
    assert {record.key for record in shown(ana.person)} == before - {key}
    assert replay() == 0


def test_a_row_that_got_the_key_of_an_erased_one_after_a_restore_stays() -> None:
    ana = fill(somebody(ANA))
    record = next(record for record in shown(ana.person) if record.key.startswith("people.signin"))
    erase_item(ana.person, record.key)
    with gate.using("house.keep"):
        from leadrush.people.models import SignIn

        SignIn(
            pk=int(record.key.rpartition(":")[2]),
            person=ana.person,
            giving=ana.giving,
            started=date(2026, 3, 4),
            browser="Firefox",
            session="another",
        ).save(force_insert=True)
    assert replay() == 0
    assert record.key in {one.key for one in shown(ana.person)}


def test_a_giving_that_was_ended_is_ended_in_a_copy_of_before() -> None:
    ana = somebody(ANA)
    more = vault.welcome(address=ANA, where="webinars.register", clause="webinar-seat", about="w:2")[1]
    vault.end(more)
    Giving.objects.filter(pk=more.pk).update(ended_at=None)
    assert replay() == 1
    assert Giving.objects.get(pk=more.pk).ended_at is not None
    assert Giving.objects.get(pk=ana.giving.pk).ended_at is None


@pytest.mark.django_db(transaction=True)
def test_what_an_older_copy_holds_under_a_record_that_was_joined_is_erased_with_it() -> None:
    ana, old = somebody(ANA), fill(somebody(BO))
    copy = Copy.taken()
    merging.merge(ana.person.pk, old.person.pk)
    erase(ana.person)
    say_farewell()
    copy.put_back()
    replay()
    assert not left(ana.person.pk, old.person.pk)


# --- what the law keeps -------------------------------------------------------------------------------


def invoice(rows: rig.Rows, until: date, text: str = "Ana, Quay Lane 4") -> Invoice:
    giving = vault.give(person=rows.person, where="t", clause="office", confirmed=True)
    with gate.using("house.keep"):
        sealed = vault.seal(rows.person.pk, text, Invoice.CONTEXT)
        return Invoice.objects.create(person=rows.person, giving=giving, number=1, until=until, sealed=sealed)


def test_what_a_law_keeps_stays_under_a_key_of_its_own_and_serves_the_law_alone() -> None:
    ana = fill(somebody(ANA))
    until = timezone.now().date() + timedelta(days=400)
    kept = invoice(ana, until)
    with gate.using("rights.own"):
        plan = plans.plan(ana.person.pk)
    (line,) = plan.stays
    assert (line.law, line.until, line.clause) == ("Accounts Act, article 22", until, "office")
    with gate.using("office.remind"):
        assert Invoice.objects.exists()
    erasure = erase(ana.person)
    assert (erasure.kept, erasure.kept_until, erasure.things) == (1, until, plan.count)
    assert not left(ana.person.pk)
    person = Person.objects.get(pk=ana.person.pk)
    assert not person.is_active
    assert list(PersonKey.objects.filter(person=person.pk).values_list("kind", flat=True)) == ["kept"]
    with gate.using("office.remind"):
        assert not Invoice.objects.exists(), "it may serve the law alone"
    with gate.using("office.keep_books"):
        (row,) = Invoice.objects.all()
        assert vault.unseal(
            [(row.person_id, row.sealed)], context=Invoice.CONTEXT, category="lr:Invoice"
        ) == ["Ana, Quay Lane 4"]
        assert bytes(row.sealed) != bytes(kept.sealed)
    with gate.using("accountability.check"):
        from leadrush.vault.keeps import masks_are_true

        assert masks_are_true().kept


def test_what_a_law_kept_goes_wholly_after_its_last_day() -> None:
    ana = somebody(ANA)
    invoice(ana, timezone.now().date())
    erase(ana.person)
    say_farewell()
    assert Person.objects.exists()
    with gate.using("house.keep"):
        lapsing.due(timezone.now() + timedelta(days=2))
        replaying.settle()
    assert not Person.objects.exists()
    assert not PersonKey.objects.exists()
    with gate.using("house.keep"):
        assert not Invoice.objects.exists()


def test_what_a_law_no_longer_wants_goes_with_the_rest_and_what_it_wants_cannot_go_alone() -> None:
    ana, bo = somebody(ANA), somebody(BO)
    invoice(ana, timezone.now().date() - timedelta(days=1))
    held = invoice(bo, timezone.now().date())
    assert erase(ana.person).kept == 0
    assert not Person.objects.filter(pk=ana.person.pk).exists()
    with pytest.raises(item_erasing.MustStay):
        erase_item(bo.person, f"office.invoice:{held.pk}")


@pytest.mark.django_db(transaction=True)
def test_an_erasure_that_died_after_its_rows_keeps_what_the_law_keeps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ana = somebody(ANA)
    invoice(ana, timezone.now().date() + timedelta(days=400))
    steps = erasing.STEPS
    monkeypatch.setattr(erasing, "STEPS", (*steps[:2], die, *steps[2:]))
    with pytest.raises(Died):
        erase(ana.person)
    monkeypatch.setattr(erasing, "STEPS", steps)
    with gate.using("house.keep"):
        replaying.finish(timezone.now() + timedelta(minutes=1))
    assert Erasure.objects.count() == 1
    replay()
    with gate.using("office.keep_books"):
        (row,) = Invoice.objects.all()
        assert vault.unseal(
            [(row.person_id, row.sealed)], context=Invoice.CONTEXT, category="lr:Invoice"
        ) == ["Ana, Quay Lane 4"]


# --- one thing ----------------------------------------------------------------------------------------


def test_the_address_that_gets_the_mail_is_not_erased_alone() -> None:
    ana = somebody(ANA)
    (record,) = shown(ana.person)
    with pytest.raises(item_erasing.RestsOnAll):
        erase_item(ana.person, record.key)
    assert [one.key for one in shown(ana.person)] == [record.key]


@pytest.mark.parametrize("key", ["", "vault.item", "vault.item:", "vault.item:x", "x:1", "vault.item:0"])
def test_what_is_not_held_or_is_somebody_elses_is_not_there(key: str) -> None:
    ana, bo = somebody(ANA), somebody(BO)
    with pytest.raises(item_erasing.NotThere):
        erase_item(ana.person, key)
    with pytest.raises(item_erasing.NotThere):
        erase_item(ana.person, shown(bo.person)[0].key)
    assert shown(bo.person)


def test_who_has_one_thing_erased_gets_a_new_key_and_whoever_has_nothing_left_goes_wholly() -> None:
    ana, bo = fill(somebody(ANA)), somebody(BO)
    (before,) = PersonKey.objects.filter(person=ana.person.pk).values_list("wrapped", flat=True)
    record = next(one for one in shown(ana.person) if one.key.startswith("webinars.answer"))
    erasure = erase_item(ana.person, record.key)
    vault.end(bo.giving)
    with gate.using("house.keep", actor=gate.Actor("program", "vault.settle")):
        assert replaying.settle() == 1, "the key of the one is not exchanged yet"
        assert not left(bo.person.pk)
        rekeying.rekey(ana.person.pk)
        assert replaying.settle() == 1
        assert replaying.settle() == 0
    erasure.refresh_from_db()
    assert erasure.done_at is not None
    assert erasure.pending is None
    (after,) = PersonKey.objects.filter(person=ana.person.pk).values_list("wrapped", flat=True)
    assert bytes(after) != bytes(before)
    assert record.key not in {one.key for one in shown(ana.person)}


# --- keys without data --------------------------------------------------------------------------------


def test_keys_that_no_data_followed_are_cleared_after_a_day_and_nobody_elses() -> None:
    ana, orphan, young = somebody(ANA), uuid.uuid4(), uuid.uuid4()
    for number in (orphan, young):
        keys.make(number, new=True)
        BlindIndex.objects.create(digest=number.hex, person=number)
    old = timezone.now() - timedelta(days=2)
    for model in (PersonKey, BlindIndex):
        model._default_manager.exclude(person=young).update(made_at=old)
    with gate.using("house.keep"):
        assert replaying.orphans() == 1
    assert set(PersonKey.objects.values_list("person", flat=True)) == {ana.person.pk, young}
    assert set(BlindIndex.objects.values_list("person", flat=True)) == {ana.person.pk, young}


def test_keys_are_not_cleared_when_it_is_the_data_that_is_missing() -> None:
    for _ in range(replaying.FEW + 1):
        keys.make(uuid.uuid4(), new=True)
    PersonKey.objects.update(made_at=timezone.now() - timedelta(days=2))
    with gate.using("house.keep"), pytest.raises(replaying.TooMany):
        replaying.orphans()
    assert PersonKey.objects.count() == replaying.FEW + 1


# --- at the same time ---------------------------------------------------------------------------------


def beside(act: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            act()
        finally:
            for one in connections.all(initialized_only=True):
                one.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["_way_in", "_rows", "_keys"])
def test_a_form_that_arrives_while_its_person_is_erased_makes_somebody_new(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = somebody(ANA)
    arrived: list[Person] = []

    def arrive(work: erasing.Work) -> None:
        if not arrived:
            thread = beside(lambda: arrived.append(somebody(ANA).person))
            thread.join(20)
            assert not thread.is_alive()

    names = ["_way_in", "_rows", "_keys"]
    at = names.index(step)
    monkeypatch.setattr(erasing, "STEPS", (*erasing.STEPS[:at], arrive, *erasing.STEPS[at:]))
    erase(ana.person)
    (new,) = arrived
    assert new.pk != ana.person.pk
    assert left(ana.person.pk, new.pk) == {new.pk}
    assert [record.value for record in shown(new)] == [ANA]


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_erase_once_and_one_gets_the_receipt() -> None:
    ana = fill(somebody(ANA))
    got: list[Erasure | None] = []

    def press() -> None:
        with gate.using("rights.own", actor=gate.Actor("person", str(ana.person.pk)), what="people.erase"):
            got.append(erasing.erase_everything(ana.person.pk))

    threads = [beside(press), beside(press)]
    for thread in threads:
        thread.join(30)
    assert len(got) == 2
    assert sum(one is not None for one in got) == 1
    assert not left(ana.person.pk)
    assert Erasure.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after", range(len(merging.STEPS)))
def test_who_is_erased_while_two_records_become_one_is_erased_in_both(
    after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, old = fill(somebody(ANA)), fill(somebody(BO))
    done: list[bool] = []

    def erased(kept: uuid.UUID, gone: uuid.UUID) -> None:
        if not done:
            done.append(True)
            erase(ana.person)

    steps = merging.STEPS
    monkeypatch.setattr(merging, "STEPS", (*steps[:after], erased, *steps[after:]))
    with contextlib.suppress(keys.KeyFault):
        joining.join(ana.person, old.person.pk)
    monkeypatch.setattr(merging, "STEPS", steps)
    Joining.objects.update(at=timezone.now() - timedelta(hours=1))
    with gate.using("house.keep"):
        joining.finish()
    assert not left(ana.person.pk, old.person.pk)
    assert vault.find(ANA) is None
    assert vault.find(BO) is None


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_batch_under_way_leaves_after_the_erasure(monkeypatch: pytest.MonkeyPatch) -> None:
    ana = somebody(ANA)
    for number in range(3):
        mailbox.post(
            person=ana.person,
            giving=ana.giving,
            use="webinars.serve",
            template="people.moved",
            key=f"batch:{number}",
            context={"business": "Tarn", "gone": True, "at": "today"},
        )
    real, left_before = sending._hand_over, []

    def hand_over(message: Message, entry: ledger.Entry) -> str | None:
        if len(left_before) == 1:
            left_before.append(None)
            thread = beside(lambda: erased.append(erase(ana.person)))
            thread.join(20)
        address = real(message, entry)
        left_before.append(address)
        return address

    erased: list[Erasure] = []
    monkeypatch.setattr(sending, "_hand_over", hand_over)
    tasks.get("mailbox.send").run()
    assert [one for one in left_before if one] == [ANA]
    assert erased[0].left == 1, "they are told what had left"
    monkeypatch.undo()
    say_farewell()
    with gate.using("house.keep"):
        assert not Message.objects.exclude(state=State.LEFT).exists()
    assert not left(ana.person.pk)
    assert connection.alias == "default"


# --- a no outlives it ---------------------------------------------------------------------------------


def test_a_no_is_there_again_when_the_address_is_until_they_say_yes_themselves() -> None:
    ana = somebody(ANA)
    vault.choose(person=ana.person, use=ANNOUNCE, answer=False, where="t")
    erase(ana.person)
    say_farewell()
    assert Refusal.objects.count() == 1
    assert {one.name for one in Refusal._meta.local_concrete_fields} == {"digest", "made_at"}
    assert somebody(BO).person.choices.count() == 0, "it leads to nobody else"
    again = somebody(ANA, confirmed=False)
    assert again.person.pk != ana.person.pk
    assert not vault.choices_of(again.person.pk)[ANNOUNCE].answer
    # Somebody typed the address and ticked: that is no yes of whoever has it.
    vault.choose(person=again.person, use=ANNOUNCE, answer=True, where="t", giving=again.giving)
    assert not vault.choices_of(again.person.pk)[ANNOUNCE].answer
    vault.choose(person=again.person, use=ANNOUNCE, answer=True, where="people.me")
    assert vault.choices_of(again.person.pk)[ANNOUNCE].answer
    erase(again.person)
    assert not Refusal.objects.exists(), "their yes took it back"


def test_a_no_of_one_record_holds_for_the_addresses_of_both_after_they_were_joined() -> None:
    ana, old = somebody(ANA), somebody(BO)
    vault.choose(person=old.person, use=ANNOUNCE, answer=False, where="t")
    merging.merge(ana.person.pk, old.person.pk)
    erase(ana.person)
    say_farewell()
    for address in (ANA, BO):
        assert not vault.choices_of(somebody(address).person.pk)[ANNOUNCE].answer


def test_a_further_address_brings_its_no_to_whoever_has_not_answered() -> None:
    ana = somebody(BO)
    vault.choose(person=ana.person, use=ANNOUNCE, answer=False, where="t")
    erase(ana.person)
    say_farewell()
    new = somebody(ANA)
    giving = vault.give(person=new.person, where="people.address", clause="your-address", confirmed=True)
    merging.claim(BO, new.person.pk)
    merging.write(new.person, "email.2", BO, giving)
    assert not vault.choices_of(new.person.pk)[ANNOUNCE].answer
    assert ANNOUNCE in {use.name for use in uses.all()}
