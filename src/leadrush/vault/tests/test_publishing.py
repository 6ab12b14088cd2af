"""A later version comes into force: nothing is more open than it says, nobody waits, a death is made good."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from leadrush import gate, statement, vault
from leadrush.gate import versions
from leadrush.gate.models import Coming
from leadrush.vault import fences, folding, publishing
from leadrush.vault.keeps import masks_are_true
from leadrush.vault.models import BlindIndex, Given, Giving, Item, Person
from leadrush.vault.publishing import CannotPublish
from leadrush.vault.tests.bringing import later, on_a_yes, same, too_open, untrue, without

pytestmark = pytest.mark.usefixtures("published")
SERVE, ANNOUNCE = "webinars.serve", "webinars.announce"


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else writes: no step waits for others."""
    monkeypatch.setattr(fences.Fence, "passed", lambda self: True)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Processes look again ten times as often, so that a step waits a fifth of a second."""
    monkeypatch.setattr(versions, "LOOK_AGAIN", 0.1)
    monkeypatch.setattr(folding, "LEASE", 0.2)
    yield
    fences.FENCES.clear()


def arrive(number: int, clause: str = "webinar-seat", **more: Any) -> tuple[Person, Giving]:
    return vault.welcome(address=f"p{number}@mail.example", where="webinars.register", clause=clause, **more)


def some_people() -> list[Person]:
    """Ana and others: registered, some confirmed, some who said yes, some no; one with three givings."""
    people = []
    for number in range(7):
        person, giving = arrive(number, confirmed=number % 2 == 0)
        if number in (2, 3, 4):
            vault.choose(person=person, use=ANNOUNCE, answer=number != 3, where="t")
        if number == 4:
            arrive(4, clause="your-address", confirmed=True)
            arrive(4, clause="webinar-later")
            vault.end(giving)
        people.append(person)
    return people


def sees(use: str) -> int:
    with gate.using(use):
        return Item.objects.count()


def checked() -> tuple[int, int]:
    with gate.using("accountability.check"):
        found = masks_are_true()
    return found.missed, found.of


# --- the way in -----------------------------------------------------------------------------------------


def test_rows_are_closed_before_a_narrower_version_binds_and_opened_after(
    published: statement.Version, at_once: None
) -> None:
    some_people()
    narrow = later(published, without(SERVE, "EmailAddress"))
    assert sees(SERVE) == 6
    told = publishing.begin(narrow, by="leadrush publish")
    assert (told.number, told.step, told.share, told.bound) == (2, "tighten", 0.0, False)
    steps = []
    while (now := publishing.go_on(batch=3)) is not None:
        steps.append((now.step, gate.force().number))
        assert not too_open(gate.force())
        if now.bound:
            assert sees(SERVE) == 0
        assert checked() == (0, 7)
    assert [step for step, _ in steps] == ["tighten"] * 3 + ["widen"] * 4 + ["done"]
    assert [number for _, number in steps] == [1] * 3 + [2] * 5
    assert not untrue(narrow)
    assert publishing.under_way() is None


def test_a_wider_version_opens_nothing_that_was_given_before_it(
    published: statement.Version, at_once: None
) -> None:
    narrow = later(published, without(SERVE, "EmailAddress"))
    publishing.begin(narrow)
    publishing.finish()
    some_people()
    wide = later(narrow, same, number=3)
    wide = replace(published, number=3)
    publishing.begin(wide)
    publishing.finish()
    assert gate.force() == wide and not untrue(wide)
    assert sees(SERVE) == 0, "what was given under version 2 is not used for what it did not say"
    arrive(100)
    assert sees(SERVE) == 1


def test_who_gives_and_chooses_meanwhile_is_held_to_both_versions(
    published: statement.Version, at_once: None
) -> None:
    some_people()
    later_text = later(published, on_a_yes(SERVE))
    publishing.begin(later_text)
    publishing.go_on(batch=2)
    person, giving = arrive(50)
    assert sees(SERVE) <= 5, "a new row allows what both versions allow"
    vault.choose(person=person, use=SERVE, answer=True, where="t")
    vault.confirm(giving=giving)
    assert not too_open(later_text) or gate.force() != later_text
    publishing.finish()
    assert not untrue(later_text)


def test_the_first_version_binds_at_once(db: None, published: statement.Version) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM gate_version")
    versions.look_anew()
    told = publishing.begin(published, by="leadrush up")
    assert told.done and told.bound
    assert gate.force() == published
    assert publishing.go_on() is None and publishing.finish() is None


def test_nothing_is_asked_of_rows_while_nothing_is_on_its_way(published: statement.Version) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert publishing.go_on() is None
    assert len(queries) == 1


def test_a_batch_takes_as_many_questions_for_many_persons_as_for_one(
    published: statement.Version, at_once: None
) -> None:
    for number in range(12):
        arrive(number, confirmed=True)
    publishing.begin(later(published, without(SERVE)))
    publishing.go_on(batch=1)
    asked = []
    for batch in (1, 10):
        with CaptureQueriesContext(connection) as queries:
            publishing.go_on(batch=batch)
        asked.append(len(queries))
    assert asked[0] == asked[1]


# --- two at once, and after another ---------------------------------------------------------------------


def test_a_second_owner_hears_who_published_what_and_when(
    published: statement.Version, at_once: None
) -> None:
    owner, _ = arrive(0)
    Person.objects.filter(pk=owner.pk).update(role="owner")
    mine, yours = later(published, same), later(published, without(SERVE))
    publishing.begin(mine, by=str(owner.pk))
    with pytest.raises(CannotPublish) as said:
        publishing.begin(yours, by="leadrush publish")
    words = str(said.value)
    assert f"Version 2 is on its way into force: Owner {owner.pk.hex[:4]} published it at 20" in words
    assert publishing.begin(mine).number == 2, "the same text twice is once"
    assert Coming.objects.count() == 1
    publishing.finish()
    with pytest.raises(CannotPublish, match=r"Version 2 is in force: Owner .... published it at"):
        publishing.begin(yours)
    assert gate.force() == mine


@pytest.mark.django_db(transaction=True)
def test_of_two_publications_at_once_one_wins_and_the_other_gets_a_word(published: statement.Version) -> None:
    texts = [later(published, same), later(published, without(SERVE)), later(published, without(ANNOUNCE))]
    together = threading.Barrier(3)

    def one(text: statement.Version) -> str:
        try:
            together.wait(10)
            publishing.begin(text)
            return ""
        except CannotPublish as fault:
            return str(fault)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        words = list(pool.map(one, texts))
    assert words.count("") == 1
    assert all("Version 2 is on its way" in word for word in words if word)
    assert Coming.objects.count() == 1


def test_a_version_that_was_passed_by_another_opens_again_what_it_closed(
    published: statement.Version, at_once: None
) -> None:
    some_people()
    publishing.begin(later(published, without(SERVE)))
    publishing.go_on()
    other = later(published, without(ANNOUNCE), number=5)
    # As a process would that runs older code, past every door of ours.
    versions.Version(
        number=5, digest=other.digest, text=other.canonical().decode(), published_at="2026-05-02T00:00Z"
    ).save()
    told = publishing.finish()
    assert told is not None and told.done and not told.bound
    assert gate.force() == other and not untrue(other)


def test_what_is_taken_back_before_it_binds_leaves_everything_as_it_was(
    published: statement.Version, at_once: None
) -> None:
    some_people()
    publishing.begin(later(published, without(SERVE)))
    publishing.go_on()
    assert sees(SERVE) == 0
    assert publishing.take_back(number=2)
    assert not publishing.take_back(number=2), "twice is once"
    publishing.finish()
    assert gate.force() == published and not untrue(published)


# --- death ----------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process ended here."""


STEPS = [
    *((publishing, name) for name in ("_next", "_fold", "_bind", "_end", "_step", "_told")),
    (fences, "of"),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("module", "step"), STEPS, ids=[name for _module, name in STEPS])
def test_whoever_dies_anywhere_is_followed_by_somebody_who_ends_it(
    module: Any,
    step: str,
    after: bool,
    published: statement.Version,
    at_once: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    some_people()
    new = later(published, on_a_yes(SERVE))
    publishing.begin(new)
    real: Callable[..., Any] = getattr(module, step)
    ends = dict(publishing._END)
    for turn in range(9):
        left = turn  # dies at the first call, then at the second, ...

        def killed(*args: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left >= 0:
                return real(*args, **named)
            if after:
                real(*args, **named)
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(module, step, killed)
            for name, its in ends.items():
                if its is real:
                    patched.setitem(publishing._END, name, killed)
            try:
                while publishing.go_on(batch=3) is not None:
                    pass
            except Killed:
                versions.look_anew()  # a new process remembers nothing
                fences.FENCES.clear()
        assert not too_open(gate.force())
        if gate.force() == new:
            assert sees(SERVE) == 0
        assert checked()[0] == 0
    publishing.finish()
    assert gate.force() == new and not untrue(new)
    assert Coming.objects.get().live is False


# --- whoever looked before ------------------------------------------------------------------------------


def in_a_thread(work: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    return run


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("held", [True, False], ids=["holds the person", "only inserts"])
def test_a_writer_who_looked_before_the_version_came_leaves_nothing_open(
    held: bool, published: statement.Version, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has folded its row from what it saw before, and has not committed it yet."""
    person, giving = arrive(0, confirmed=True)
    new = later(published, without(SERVE))
    wrote, go = threading.Event(), threading.Event()

    def writes() -> None:
        with gate.using("house.keep"), transaction.atomic():
            if held:
                vault.give(person=person, where="t", clause="webinar-seat", confirmed=True)
            Item.objects.create(
                person=person, giving=giving, kind="name", category="EmailAddress", sealed=b""
            )
            wrote.set()
            go.wait(1.5)

    with ThreadPoolExecutor(2) as pool:
        writer = pool.submit(in_a_thread(writes))
        assert wrote.wait(10)
        if connection.vendor == "postgresql":
            publishing.begin(new)
            brings = pool.submit(in_a_thread(publishing.finish))
            time.sleep(0.8)
            assert gate.Version.objects.count() == 1, "it bound while somebody wrote who did not know it"
            go.set()
        else:
            # One writer at a time: the version is written down when the other has ended.
            go.set()
            publishing.begin(new)
            brings = pool.submit(in_a_thread(publishing.finish))
        writer.result()
        brings.result()
    versions.look_anew()
    assert gate.force() == new
    assert not too_open(new) and not untrue(new)


def test_a_row_from_a_view_that_grew_old_is_folded_anew(
    published: statement.Version, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process stood still between looking and writing, until the version had bound."""
    person, giving = arrive(0, confirmed=True)
    new = later(published, without(SERVE))
    mask_for = folding.mask_for

    def stands_still(row: Any) -> int:
        monkeypatch.setattr(folding, "mask_for", mask_for)
        mask = mask_for(row)
        row.__dict__[folding.LOOKED] -= folding.LEASE + 0.1
        publishing.begin(new)
        publishing.finish()
        return mask

    for write in (
        lambda row: row.save(),
        lambda row: Item.objects.bulk_create([row]),
    ):
        with gate.using("house.keep"):
            Item.objects.filter(kind="name").delete()
            row = Item(person=person, giving=giving, kind="name", category="EmailAddress", sealed=b"")
            monkeypatch.setattr(folding, "mask_for", stands_still)
            write(row)
            Given.objects.create(item=row, giving=giving)
        assert not too_open(new)
        assert not untrue(new)
        new = later(new, on_a_yes("webinars.seats"))


@pytest.mark.django_db(transaction=True)
def test_a_process_that_has_not_looked_again_when_a_version_binds_uses_nothing_it_forbids(
    published: statement.Version, quick: None
) -> None:
    arrive(0, confirmed=True)
    gate.force()
    before = versions.IN_FORCE.known
    assert before is not None
    publishing.begin(later(published, without(SERVE)))
    publishing.finish()
    # As another process remembers it, for the rest of its second.
    versions.IN_FORCE.known = before._replace(since=versions.IN_FORCE.since, looked=time.monotonic())
    assert gate.force().number == 1
    assert sees(SERVE) == 0
    arrive(1)
    assert sees(SERVE) <= 1
    versions.look_anew()


@pytest.mark.django_db(transaction=True)
def test_people_register_choose_and_go_while_a_version_comes_in(
    published: statement.Version, quick: None
) -> None:
    some_people()
    new = later(published, without(SERVE, "EmailAddress"))
    ends = threading.Event()
    faults: list[str] = []

    def comes_and_goes(first: int) -> int:
        number = first
        while not ends.is_set() and number < first + 200:
            number += 1
            time.sleep(0.005)
            person, giving = arrive(number)
            vault.choose(person=person, use=ANNOUNCE, answer=number % 2 == 0, where="t", giving=giving)
            if number % 3 == 0:
                vault.confirm(giving=giving)
            if number % 5 == 0:
                vault.end(giving)
            if versions.version_of(giving.version_id).number == 2 and sees(SERVE):
                faults.append(f"{number} opened something")
        return number - first

    with ThreadPoolExecutor(3) as pool:
        busy = [pool.submit(in_a_thread(lambda n=n: comes_and_goes(n))) for n in (1000, 2000)]
        try:
            publishing.begin(new)
            while (told := publishing.go_on(batch=10)) is not None and not told.done:
                if told.bound:
                    assert sees(SERVE) == 0
                time.sleep(0.005)
        finally:
            ends.set()
        assert all(one.result() > 0 for one in busy)
    versions.look_anew()
    assert not faults
    assert not untrue(new)
    assert checked()[0] == 0


# --- what the check finds -------------------------------------------------------------------------------


def test_the_check_counts_each_row_that_allows_more_or_less_than_the_decision(
    published: statement.Version, at_once: None
) -> None:
    some_people()
    assert checked() == (0, 7)
    bit = 1 << gate.uses.get(ANNOUNCE).bit
    with gate.using("house.keep"):
        first, *_, last = Item.objects.order_by("pk")
        Item.objects.filter(pk=first.pk).update(mask=first.mask | bit)
        Item.objects.filter(pk=last.pk).update(mask=last.mask & ~(1 << gate.uses.get(SERVE).bit))
    assert checked() == (2, 7)
    Coming.objects.create(number=2, digest="x", text="", step="widen")
    assert checked() == (1, 7), "while a version comes in, less is no miss, and more is"


def test_the_check_asks_as_much_of_many_rows_as_of_few(published: statement.Version) -> None:
    asked = []
    for number in (1, 30):
        for one in range(number):
            person, _ = arrive(one)
            vault.choose(person=person, use=ANNOUNCE, answer=True, where="t")
        gate.force()
        with CaptureQueriesContext(connection) as queries:
            checked()
        asked.append(len(queries))
    assert asked[0] == asked[1]


@pytest.mark.django_db(transaction=True)
def test_whoever_writes_into_another_database_of_the_server_holds_no_version_up(
    published: statement.Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has a file for each database")
    monkeypatch.setattr(folding, "LEASE", 0.0)
    fence = fences.Fence()
    with transaction.atomic(using="keys"):
        BlindIndex.objects.create(digest="0" * 64, person=uuid.uuid4())
        assert fence.passed()
    # Somebody else's program, of whom the site's role is shown next to nothing.
    with psycopg.connect(host=connection.settings_dict["HOST"], user="postgres", dbname="postgres") as link:
        link.execute("SELECT pg_current_xact_id()")
        assert fences.Fence().passed()
    name = connection.settings_dict["NAME"]
    with psycopg.connect(host=connection.settings_dict["HOST"], user="postgres", dbname=name) as link:
        link.execute("SELECT pg_current_xact_id()")
        fence = fences.Fence()
        assert not fence.passed(), "here it may be writing rows, though nobody ended since it began"
        assert not fence.passed()
        link.commit()
        link.execute("SELECT pg_current_xact_id()")
        assert fence.passed(), "who begins to write afterwards knows the step"
