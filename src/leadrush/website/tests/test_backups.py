"""Backups: whole or not at all, keys apart; a restore that ends whole and gives back nothing erased."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tarfile
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
import pytest
import time_machine
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from leadrush import gate, vault
from leadrush.gate import tasks
from leadrush.ledger import Entry
from leadrush.media.models import File
from leadrush.vault import backups, clocks, erasing, keeps, keys, sealed, tombstones
from leadrush.vault.models import BlindIndex, Giving, Installation, Item, MasterCheck, Person, PersonKey
from leadrush.website.backups import engines, making, packing, restoring
from leadrush.website.running.folder import Stop
from leadrush.website.tests.putting_back import (
    Killed,
    arrive,
    both,
    die_at,
    lose,
    making_again,
    opens,
    quiet,
    restore,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("published", "folder"),
]
POSTGRESQL = os.environ.get("TEST_DATABASES") == "postgresql"
DAY = timedelta(days=1)


def test_a_site_that_lost_everything_but_its_master_key_comes_back_whole(folder: Path) -> None:
    ana = arrive("ana@mail.example")
    data, key = both()
    before = Entry.objects.count()
    for alias in ("default", "keys", "ledger"):
        lose(alias)
    shutil.rmtree(folder / "media")
    shutil.rmtree(folder / "locale")
    restore(data, key)
    assert opens(ana) == "ana@mail.example"
    assert vault.find("ana@mail.example") == ana
    assert (folder / "media" / "board.png").read_bytes() == b"a picture" * 999
    assert (folder / "locale" / "de" / "own.po").read_text() == "mine"
    assert Entry.objects.count() >= before
    assert gate.force().number == 1
    assert not list(folder.rglob("*.before")) and not (folder / "restore").exists()
    call_command("check", databases=["default"], fail_level="WARNING")


def test_visits_come_back_without_those_of_a_browser_that_was_erased_after_the_backup(folder: Path) -> None:
    from leadrush.visits import days, forgetting
    from leadrush.visits.tests.conftest import House

    house = House()
    house.visit(5, "/privacy/", at=timezone.now() - timedelta(hours=1))
    house.visit(6, "/webinars/", at=timezone.now() - timedelta(hours=1), browser=99)
    house.make()
    data, key = both()
    tombstones.append(
        tombstones.Tombstone(when=timezone.now(), what=tombstones.BROWSER, whom=forgetting.digest(99))
    )
    shutil.rmtree(days.folder())
    restore(data, key)
    pages = [page for (page,) in house.rows("page")]
    assert "/privacy/" in pages
    assert "/webinars/" not in pages
    assert not house.rows("id", "browser = 99")


def test_a_backup_is_closed_to_others_and_says_what_it_is(folder: Path) -> None:
    arrive("ana@mail.example")
    data, key = both()
    assert data.stat().st_mode & 0o077 == 0 and key.stat().st_mode & 0o077 == 0
    assert key.parent.stat().st_mode & 0o077 == 0
    told = backups.manifest(data)
    assert told["installation"] == str(Installation.objects.get().number)
    assert told["statement"]["number"] == 1 and told["tombstones"] == 0
    assert set(told["parts"]) >= {"media/board.png", "locale/de/own.po", engines.part_name("ledger")}
    assert set(backups.manifest(key)["parts"]) == {engines.part_name("keys")}
    assert not list(folder.rglob(f"{backups.UNFINISHED}*"))


def test_a_backup_leaves_out_what_is_on_its_way_in_and_says_what_lies_elsewhere(
    folder: Path, lines: list[str]
) -> None:
    File.objects.create(digest="0" * 64, kind="video/mp4", size=5_000_000, place="00/0", away=True)
    for name in ("files/ab/kept", "files/arriving/half"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"bytes")
    data = making.data(say=lines.append)
    assert data is not None
    parts = backups.manifest(data)["parts"]
    assert "files/ab/kept" in parts
    assert not [name for name in parts if name.startswith("files/arriving")]
    assert any("(files: 1, bytes: 5,000,000)" in line for line in lines)


def test_neither_backup_holds_the_master_key_and_data_come_without_keys(folder: Path, settings: Any) -> None:
    settings.MASTER_KEY = keys.new_master_key()
    MasterCheck.objects.all().delete()
    keys.prove_master_key()
    person = arrive("ana@mail.example")
    wrapped = bytes(PersonKey.objects.get(person=person.pk).wrapped)
    for file in both():
        with tarfile.open(file) as packed:
            content = b"".join(packed.extractfile(entry).read() for entry in packed)  # type: ignore[union-attr]
        kinds = backups.manifest(file)["kind"]
        assert keys.master_key() not in content and settings.MASTER_KEY[:40].encode() not in content
        assert (wrapped in content or wrapped.hex().encode() in content) is (kinds == "keys")


def test_a_folder_takes_one_kind_only(folder: Path) -> None:
    data, key = both()
    elsewhere = folder.parent / "usb"
    elsewhere.mkdir()
    shutil.copy(key, elsewhere)
    for make, place in (
        (making.keys, data.parent),
        (making.keys, data.parent / "below"),
        (making.keys, folder),
        (making.data, key.parent),
        (making.data, folder / "keys" / "below"),
        (making.data, elsewhere),
    ):
        with pytest.raises(Stop, match="name another folder"):
            make(place, say=quiet)
    assert sorted(path.name for path in elsewhere.iterdir()) == [key.name]


def test_keys_go_before_their_seventh_day_is_over_wherever_they_were_put(folder: Path) -> None:
    usb = folder.parent / "usb"
    started = timezone.now()
    making.keys(say=quiet)
    making.keys(usb, say=quiet)
    data = making.data(say=quiet)
    (usb / f"{backups.UNFINISHED}left").write_bytes(b"half a backup of keys")
    assert keeps.backups_stay_apart() == gate.evidence.Count(0, 3)
    for day in range(8):
        with time_machine.travel(started + day * DAY - timedelta(minutes=30)):
            clocks.confirm()
            tasks.get("vault.backups").run()
            assert len(backups.copies(backups.KEYS)) == (0 if day == 7 else 2), day
    assert not list(usb.iterdir())
    assert data is not None and data.exists(), "a backup of the data was removed"


def test_the_check_finds_keys_that_are_too_old_or_in_the_wrong_place(folder: Path) -> None:
    data, key = both()
    with time_machine.travel(timezone.now() + 8 * DAY):
        assert keeps.backups_stay_apart() == gate.evidence.Count(1, 2)
    shutil.copy(key, data.parent)
    assert keeps.backups_stay_apart().missed == 2


def test_each_day_the_keys_are_copied_and_the_data_where_that_is_wanted(settings: Any) -> None:
    def run_both() -> list[str]:
        for name in ("website.keys", "website.data"):
            tasks.get(name).run()
        return sorted(copy.kind for copy in backups.copies())

    assert run_both() == ["keys"]
    assert run_both() == ["keys"], "two in one day"
    settings.BACKUPS_DAILY, settings.BACKUPS_KEPT = True, 2
    now = timezone.now()
    for day in (0, 1, 2, 3):
        with time_machine.travel(now + day * DAY):
            clocks.confirm()
            found = run_both()
    assert found == ["data"] * 2 + ["keys"] * 4


def test_the_ledger_of_a_backup_has_every_entry_that_the_data_beside_it_know(folder: Path) -> None:
    """The data never know of an entry that the ledger beside them has not."""
    person, stop = arrive("ana@mail.example"), threading.Event()

    def write() -> None:
        while not stop.is_set():
            with gate.using("house.keep", what="test"):
                entry = vault.note(subject=None, categories=["*"])
            Giving.objects.filter(person=person).update(about=f"t:{entry.pk}")
        for link in connections.all():
            link.close()

    writing = threading.Thread(target=write)
    writing.start()
    try:
        made = [both() for _ in range(2) if not __import__("time").sleep(1.1)]
    finally:
        stop.set()
        writing.join()
    for data, key in made:
        restore(data, key)
        assert restored_ledger(data) >= int(Giving.objects.get().about.removeprefix("t:")) > 0


def restored_ledger(data: Path) -> int:
    """Return the last entry in the ledger of a backup, restored where no ledger is."""
    lose("ledger")
    restore(data)
    return Entry.objects.order_by("-pk").exclude(what="vault.tried").values_list("pk", flat=True)[0]


# --- what was erased --------------------------------------------------------------------------------------


def test_somebody_erased_stays_erased_whichever_backup_comes_back(folder: Path, lines: list[str]) -> None:
    ana, ben = arrive("ana@mail.example"), arrive("ben@mail.example")
    data, key = both()
    with gate.using("rights.own"):
        erasing.erase_everything(ana.pk)
    restore(data, key)
    assert not Person.objects.filter(pk=ana.pk).exists()
    assert not PersonKey.objects.filter(person=ana.pk).exists()
    assert vault.find("ana@mail.example") is None
    assert opens(ben) == "ben@mail.example"
    assert any(line.startswith("Erased again") and line.endswith("1.") for line in lines)


def test_a_tombstone_that_only_a_backup_knew_is_kept_and_one_that_it_lacks_stays(folder: Path) -> None:
    ana, ben = arrive("ana@mail.example"), arrive("ben@mail.example")
    _data, key = both()
    with gate.using("rights.own"):
        erasing.erase_everything(ana.pk)
    data = making_again(making.data)
    shutil.rmtree(folder / "tombstones")
    tombstones.append(tombstones.make(tombstones.PERSON, ben.pk))
    restore(data, key)
    assert {stone.whom for stone in tombstones.read()} == {ana.pk, ben.pk}
    assert not PersonKey.objects.filter(person__in=[ana.pk, ben.pk]).exists()


def test_what_lapsed_since_the_backup_is_ended_before_the_site_opens(folder: Path) -> None:
    said: dict[str, Any] = {"where": "webinars.register", "clause": "webinar-seat"}
    person, _ = vault.welcome(
        address="ana@mail.example", lapses_at=timezone.now() + timedelta(hours=2), **said
    )
    data, key = both()
    with time_machine.travel(timezone.now() + timedelta(hours=3)):
        restore(data, key)
        with gate.using("rights.own"):
            assert not Item.objects.filter(person=person.pk).exists()


def test_a_clock_a_month_ahead_lets_nothing_lapse_in_a_restore(folder: Path, lines: list[str]) -> None:
    said: dict[str, Any] = {"where": "webinars.register", "clause": "webinar-seat"}
    person, _ = vault.welcome(address="ana@mail.example", lapses_at=timezone.now() + DAY, **said)
    data, key = both()
    with time_machine.travel(timezone.now() + 5 * DAY):
        restore(data, key)
        assert opens(Person.objects.get(pk=person.pk)) == "ana@mail.example"
        assert any("leadrush clock --confirm" in line for line in lines)
        restore(data, key, clock=True)
        with gate.using("rights.own"):
            assert not Item.objects.filter(person=person.pk).exists()


# --- what does not fit ------------------------------------------------------------------------------------


def test_keys_older_than_the_data_are_said_to_be_and_whose_are_missing(
    folder: Path, lines: list[str]
) -> None:
    arrive("ana@mail.example")
    _, key = both()
    ben = arrive("ben@mail.example")
    data = making_again(making.data)
    restore(data, key)
    assert any("are older" in line for line in lines)
    incident = next(line for line in lines if line.startswith("INCIDENT"))
    assert "1 persons have no key" in incident and str(ben.pk) in incident


def test_data_sealed_under_a_key_that_was_replaced_is_said_not_to_open(
    folder: Path, lines: list[str]
) -> None:
    ana = arrive("ana@mail.example")
    data, _key = both()
    PersonKey.objects.filter(person=ana.pk).delete()
    keys.make(ana.pk)
    restore(data)
    assert any("1 persons have another key" in line and str(ana.pk) in line for line in lines)


def test_keys_of_persons_who_are_not_in_the_data_are_swept_and_stay_in_a_backup_for_a_week(
    folder: Path,
) -> None:
    arrive("ana@mail.example")
    data, _key = both()
    ben = arrive("ben@mail.example")
    later = making_again(making.data)
    restore(data)
    assert not PersonKey.objects.filter(person=ben.pk).exists()
    assert not BlindIndex.objects.filter(person=ben.pk).exists()
    newest = backups.copies(backups.KEYS)[0].file
    restore(later, newest)
    assert opens(ben) == "ben@mail.example"


def test_the_ledger_is_never_set_back_to_an_older_one(folder: Path, lines: list[str]) -> None:
    ana = arrive("ana@mail.example")
    data, key = both()
    opens(ana)
    last = Entry.objects.order_by("-pk").values_list("pk", flat=True)[0]
    restore(data, key)
    assert Entry.objects.filter(pk=last).exists()
    assert any(line.startswith("The ledger here stays") for line in lines)


def test_a_version_that_the_ledger_knows_and_the_data_do_not_is_named(folder: Path, lines: list[str]) -> None:
    data, key = both()
    Entry.objects.create(use="house.keep", actor_kind="program", actor="t", what="t", version=2)
    restore(data, key)
    assert any("Version 2 of the statement was in force" in line for line in lines)


def test_letters_that_may_have_left_since_are_not_sent_again(folder: Path) -> None:
    from leadrush.mailbox.models import Message, State

    ana = arrive("ana@mail.example")
    with gate.using("house.keep"):
        giving = Giving.objects.get(person=ana)
        said: dict[str, Any] = {"person": ana, "giving": giving, "use": "webinars.serve", "kind": "needed"}
        Message.objects.create(**said, template="t", key="now", sealed=b"")
        later = timezone.now() + DAY
        Message.objects.create(**said, template="t", key="then", sealed=b"", due_at=later, next_at=later)
    data, key = both()
    restore(data, key)
    with gate.using("mailbox.deliver"):
        found = dict(Message.objects.values_list("key", "state"))
    assert found == {"now": State.WITHDRAWN, "then": State.WAITING}


# --- bad input --------------------------------------------------------------------------------------------


def changed(file: Path, **facts: Any) -> Path:
    """Return a copy of a backup whose manifest says something else."""
    target = file.with_name("changed.tar.gz")
    work = file.parent / "work"
    told = packing.read_through(file, lambda _n: None, into=work)
    parts = [packing.Part(name, work / name) for name in told["parts"]]
    target.unlink(missing_ok=True)
    with mock.patch.object(packing, "read_through"):
        packing.pack(file.parent, target.name, told | facts, parts, lambda _n: None)
    shutil.rmtree(work)
    return target


def test_a_backup_cut_short_or_changed_anywhere_is_refused_and_nothing_changes(folder: Path) -> None:
    ana = arrive("ana@mail.example")
    data, key = both()
    whole = data.read_bytes()
    for length in (0, 1, 10, 500, len(whole) // 2, len(whole) - 600, len(whole) - 9):
        data.write_bytes(whole[:length])
        with pytest.raises(Stop, match=r"cut short|no backup|cannot be read"):
            restore(data, key)
    for place in (3, 40, len(whole) // 3, len(whole) - 100):
        data.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        with pytest.raises(Stop):
            restore(data, key)
    assert opens(ana) == "ana@mail.example" and not (folder / "restore").exists()


def test_a_backup_that_does_not_belong_here_gets_a_word(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = arrive("ana@mail.example")
    data, key = both()
    with pytest.raises(Stop, match="give it with --keys"):
        restore(key)
    with pytest.raises(Stop, match="give it with --data"):
        restore(None, data)
    with pytest.raises(Stop, match="Say what to restore"):
        restore()
    with pytest.raises(Stop, match="cannot be opened"):
        restore(folder / "nowhere.tar.gz")
    with pytest.raises(Stop, match="another version of LeadRush"):
        restore(changed(data, form=99))
    with pytest.raises(Stop, match="two different installations"):
        restore(changed(data, installation=str(uuid.uuid4())), key)
    with pytest.raises(Stop, match="another installation"):
        restore(data.parent / "changed.tar.gz")
    with (
        pytest.raises(Stop, match="none is kept"),
        time_machine.travel(timezone.now() + 8 * DAY),
    ):
        restore(data, key)
    monkeypatch.setattr("django.conf.settings.MASTER_KEY", "B" * 43 + "=")
    with pytest.raises(Stop, match="another master key"):
        restore(data, key)
    monkeypatch.undo()
    assert opens(ana) == "ana@mail.example" and not (folder / "restore").exists()


def test_an_answer_is_asked_for_and_a_dry_run_changes_nothing(folder: Path, lines: list[str]) -> None:
    ana = arrive("ana@mail.example")
    data, key = both()
    PersonKey.objects.all().delete()
    restore(data, key, dry=True)
    with pytest.raises(Stop, match="--yes"):
        restore(data, key, yes=False)
    assert not PersonKey.objects.exists() and "Nothing was changed." in lines
    restore(data, key)
    assert opens(ana)


def test_a_database_that_something_has_open_is_left_alone(folder: Path) -> None:
    ana = arrive("ana@mail.example")
    data, key = both()
    with open_elsewhere("default"), pytest.raises(Stop, match="end the site first"):
        restore(data, key)
    assert opens(ana) and not (folder / "restore").exists()


class open_elsewhere:
    """Another program that has a database open."""

    def __init__(self, alias: str) -> None:
        settings = connections[alias].settings_dict
        if POSTGRESQL:
            self.link: Any = psycopg.connect(
                host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"]
            )
        else:
            self.link = sqlite3.connect(settings["NAME"])
            self.link.execute("SELECT count(*) FROM django_migrations").fetchone()

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self.link.close()


def test_a_disk_that_fills_up_leaves_the_older_backups_and_nothing_else(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive("ana@mail.example")
    data, _key = both()
    there = sorted(folder.rglob("*"))
    real = os.fsync

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    for make in (making.data, making.keys):
        with pytest.raises(Stop, match="There is no room"):
            make(say=quiet)
    with pytest.raises(Stop, match="There is no room"):
        restore(data)
    monkeypatch.setattr("os.fsync", real)
    assert sorted(folder.rglob("*")) == there


# --- killed -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_restore_that_is_killed_anywhere_ends_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, ben = arrive("ana@mail.example"), arrive("ben@mail.example")
    data, key = both()
    with gate.using("rights.own"):
        erasing.erase_everything(ana.pk)
    deaths = 0
    for count in range(40):
        try:
            with monkeypatch.context() as patched:
                die_at(patched, count)
                restore(data, key)
            break
        except Killed:
            deaths += 1
        if restoring.under_way():
            with pytest.raises(Stop, match="did not end"):
                restore(data, key)
            restore()
        assert restoring.under_way() is None and not list(folder.rglob("*.before"))
        assert opens(ben) == "ben@mail.example"
        assert not PersonKey.objects.filter(person=ana.pk).exists()
        assert not sealed.try_all().lost
    assert deaths >= len(restoring.STEPS)


@pytest.mark.slow
@pytest.mark.skipif(POSTGRESQL, reason="renames files, as PostgreSQL's databases do not")
def test_a_restore_that_is_killed_between_two_renames_ends_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = arrive("ben@mail.example")
    data, key = both()
    real = {name: getattr(Path, name) for name in ("replace", "rename", "unlink")}
    for count in range(60):
        left = iter(range(count))

        def dying(name: str, left: Iterator[int] = left) -> Callable[..., Any]:
            def act(self: Path, *given: Any, **more: Any) -> Any:
                if restoring.journal().exists() and next(left, None) is None:
                    raise Killed
                return real[name](self, *given, **more)

            return act

        try:
            with monkeypatch.context() as patched:
                for name in real:
                    patched.setattr(Path, name, dying(name))
                restore(data, key)
            break
        except Killed:
            restore()
        assert opens(ben) == "ben@mail.example"
        assert (folder / "media" / "board.png").exists() and not list(folder.rglob("*.before"))
    assert count > 6


def test_what_a_killed_backup_left_is_gone_after_the_next(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    making.keys(say=quiet)
    place = backups.folder_of(backups.KEYS)
    left = place / f"{backups.UNFINISHED}abc"
    left.mkdir()
    (left / "keys.sqlite3").write_bytes(b"keys")
    (place / f"{backups.UNFINISHED}def").write_bytes(b"half")
    tasks.get("vault.backups").run()
    assert [file.suffix for file in place.iterdir()] == [".gz"]
    with backups.alone(place), pytest.raises(Stop, match="Another backup is being made"):
        making.keys(say=quiet)


def test_no_line_of_a_restore_or_backup_names_anybody(folder: Path, lines: list[str]) -> None:
    arrive("ana@mail.example")
    data = making.data(say=lines.append)
    key = making.keys(say=lines.append)
    restore(data, key)
    assert lines and not re.search(r"ana|mail\.example", "\n".join(lines).replace(str(folder), ""))
