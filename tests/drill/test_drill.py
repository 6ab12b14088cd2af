"""Backups at five moments; somebody is erased, a thing is erased, something lapses; each backup comes back.

Two who stay get a new key meanwhile: one who had a thing erased, of which a tombstone tells, and one of whom
something lapsed, of which none does. What an older backup holds of them opens with keys of its time alone;
with later ones it says that it was lost, and nothing else about them breaks.

Three clocks: at once nothing opens, within the hour no file of the site holds what would open it, and after
seven days no backup of the keys does. What is left then is ciphertext whose key is nowhere, tried with every
key that still exists, the master key included.
"""

from __future__ import annotations

import logging
import os
import secrets
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from leadrush import gate, vault
from leadrush.gate import tasks
from leadrush.vault import backups, clocks, erasing, item_erasing, keys, rights, sealed
from leadrush.vault.giving import EMAIL, NAME, NAME_CATEGORY
from leadrush.vault.models import BlindIndex, Item, MasterCheck, Person, PersonKey
from leadrush.website.backups import asking, making
from tests.canary.searching import spellings
from tests.drill import gathering

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
MOMENTS = 5
ALL = os.environ.get("LEADRUSH_SLOW") == "all"
TAKEN = range(MOMENTS) if ALL else [zlib.crc32(os.environ["LEADRUSH_SEED"].encode()) % MOMENTS]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LOST = "Lost in a restore on"
EXCHANGED = 3
"""From this moment on, counted from none, a backup's data are sealed under the keys that stay."""
RUN = (
    "vault.lapse", "vault.erase", "people.farewell", "vault.rekey", "vault.settle", "vault.sweep",
    "mailbox.clear", "vault.backups", "website.keys",
)  # fmt: skip
"""What the worker does by the clock and matters here."""


@dataclass
class Drill:
    """One site, its canaries, and what would open them if it were still somewhere."""

    folder: Path
    now: datetime
    word: str = field(default_factory=lambda: f"wren{secrets.token_hex(6)}")
    made: list[tuple[Path, Path]] = field(default_factory=list)
    persons: dict[str, Person] = field(default_factory=dict)
    openers: dict[str, bytes] = field(default_factory=dict)
    ciphertexts: list[tuple[Person, bytes, str]] = field(default_factory=list)

    @property
    def places(self) -> list[Path]:
        return [backups.folder_of(kind) for kind in backups.KINDS]

    def address(self, name: str) -> str:
        return f"{self.word}.{name}@mail.example"

    def arrive(
        self, name: str, lapses_at: datetime | None = None, named_until: datetime | None = None
    ) -> Person:
        person, giving = vault.welcome(
            address=self.address(name),
            where="webinars.register",
            clause="webinar-seat",
            confirmed=True,
            lapses_at=lapses_at,
        )
        if named_until is not None:
            giving = vault.give(
                person=person,
                where="people.name",
                clause="your-address",
                confirmed=True,
                lapses_at=named_until,
            )
        said: dict[str, Any] = {"kind": NAME, "category": NAME_CATEGORY, "giving": giving}
        vault.put(person=person, value=f"{self.word} {name}", **said)
        self.persons[name] = person
        return person

    def goes(self, name: str, *kinds: str) -> None:
        """Note what opens somebody's values, before they are erased: key, place in the index, ciphertext."""
        person = self.persons[name]
        for row in PersonKey.objects.filter(person=person.pk, kind=PersonKey.LIVING):
            self.openers[f"{name}'s key"] = bytes(row.wrapped)
        if "email" in kinds:
            self.openers[f"{name}'s place"] = BlindIndex.objects.get(person=person.pk).digest.encode()
        with gate.using("rights.own"):
            for item in Item.objects.filter(person=person, kind__in=kinds):
                self.ciphertexts.append((person, bytes(item.sealed), item.context))

    def work(self, span: timedelta, step: timedelta) -> None:
        """Let the worker work through a span of time."""
        until = self.now + span
        while self.now < until:
            self.now += step
            with time_machine.travel(self.now, tick=False):
                clocks.confirm()
                for name in RUN:
                    tasks.get(name).run()

    def back_up(self) -> None:
        self.now += timedelta(seconds=2)
        with time_machine.travel(self.now, tick=False):
            data, key = making.data(say=_quiet), making.keys(say=_quiet)
        assert data and key
        self.made.append((data, key))

    def restore(self, data: Path, key: Path) -> None:
        with time_machine.travel(self.now, tick=False):
            asking.restore(data, key, dry=False, yes=True, late=False, clock=True)

    def live_site(self) -> Iterator[tuple[str, bytes]]:
        gathering.an_hour()
        return gathering.live(self.folder, self.places)

    def opened(self) -> list[str]:
        """Try every ciphertext that went with every key that exists, whoever's it is."""
        found = []
        for ring in (keys.Ring(PersonKey.objects.values_list("person", flat=True), kind) for kind in KINDS):
            for holder in PersonKey.objects.values_list("person", flat=True):
                for person, value, context in self.ciphertexts:
                    if ring.has(holder) and _opens(ring.key(holder), value, f"{person.pk}:{context}"):
                        found.append(f"{context} of {person.pk}")
        return found


KINDS = (keys.LIVING, keys.FORMER, keys.KEPT)


def _opens(key: bytes, sealed: bytes, context: str) -> bool:
    try:
        return bool(keys.open_with(key, sealed, context))
    except keys.KeyFault:
        return False


def _quiet(_line: str) -> None:
    """Say nothing."""


@pytest.fixture
def drill(data_folder: Path, settings: Any, published: Any) -> Drill:
    gathering.set_up()
    settings.TOMBSTONES = data_folder / "tombstones" / "erased.jsonl"
    settings.MASTER_KEY = keys.new_master_key()
    MasterCheck.objects.all().delete()
    keys.prove_master_key()
    clocks.right()
    return Drill(data_folder, timezone.now())


def live_through(drill: Drill) -> None:
    """Five moments: two before anything goes, one behind each way to go."""
    drill.arrive("stays")
    drill.arrive("erased")
    drill.arrive("changed")
    drill.arrive("lapsed", lapses_at=drill.now + 2 * HOUR)
    drill.arrive("partly", named_until=drill.now + 2 * HOUR)
    drill.back_up()
    for name, kinds in (
        ("erased", ("email", NAME)), ("changed", (NAME,)), ("lapsed", ("email", NAME)), ("partly", (NAME,)),
    ):  # fmt: skip
        drill.goes(name, *kinds)
    drill.work(HOUR / 4, HOUR / 12)
    drill.back_up()
    with time_machine.travel(drill.now, tick=False), gate.using("rights.own"):
        erasing.erase_everything(drill.persons["erased"].pk)
    drill.back_up()
    with time_machine.travel(drill.now, tick=False), gate.using("rights.own"):
        item = Item.objects.get(person=drill.persons["changed"], kind=NAME)
        item_erasing.erase_item(drill.persons["changed"].pk, f"vault.item:{item.pk}")
    drill.work(2 * HOUR, HOUR / 12)
    drill.back_up()
    drill.work(HOUR, HOUR / 12)
    drill.back_up()


@pytest.mark.parametrize("moment", TAKEN, ids=lambda moment: f"moment-{moment + 1}")
def test_whichever_backup_comes_back_nobody_who_was_erased_does(
    drill: Drill, moment: int, caplog: pytest.LogCaptureFixture
) -> None:
    live_through(drill)
    assert gathering.where(drill.openers, drill.live_site()) == [], "within the hour, without a restore"
    assert gathering.where(drill.openers, gathering.packed(drill.places)), "the search finds what is there"

    # The same day: the backup of the keys of that moment still exists, and still holds them.
    data, key = drill.made[moment]
    drill.restore(data, key)
    with time_machine.travel(drill.now, tick=False):
        sees(drill)  # at once, before the worker has done anything
    drill.work(HOUR, HOUR / 12)
    assert not drill.opened(), "within the hour of a restore, somebody's key is still the one of before"
    assert gathering.where(drill.openers, drill.live_site()) == [], "within the hour of a restore"
    with time_machine.travel(drill.now, tick=False):
        sees(drill)

    # A week later: no backup of the keys is older, so nothing anywhere opens what is gone.
    drill.work(8 * DAY, DAY / 2)
    with time_machine.travel(drill.now, tick=False):
        newest = backups.copies(backups.KEYS)[0].file
        assert not key.exists() and all(copy.lapses_at > drill.now for copy in backups.copies(backups.KEYS))  # type: ignore[operator]
    drill.restore(data, newest)
    with caplog.at_level(logging.ERROR):
        drill.work(HOUR, HOUR / 12)
    assert not caplog.records, "a program fails each minute at what no key opens"
    everywhere = [*drill.live_site(), *gathering.packed([backups.folder_of(backups.KEYS)])]
    assert gathering.where(drill.openers, iter(everywhere)) == []
    with time_machine.travel(drill.now, tick=False):
        assert not drill.opened()
        sees(drill, lost=moment < EXCHANGED)
        assert not sealed.try_all().lost
        for name in ("changed", "partly"):
            comes_back(drill, name)
    words = spellings(drill.word)
    unpacked = [*everywhere, *gathering.packed([backups.folder_of(backups.DATA)])]
    assert [file for file, text in unpacked for spelling in words.values() if spelling in text] == []


def sees(drill: Drill, *, lost: bool = False) -> None:
    """What a person is shown: all of whoever stays, nothing of whoever went.

    With `lost`, whoever got a new key has another one than the backup was sealed with: what it holds of them
    is shown as lost.
    """
    with gate.using("rights.own"):
        shown = {name: {r.value for r in rights.records(p.pk)} for name, p in drill.persons.items()}
    assert drill.address("stays") in str(shown["stays"]) and LOST not in str(shown["stays"])
    for name in ("erased", "lapsed"):
        assert not shown[name] and vault.find(drill.address(name)) is None
    for name in ("changed", "partly"):
        assert (drill.address(name) in str(shown[name])) is not lost
        assert (LOST in str(shown[name])) is lost
        assert page(drill, name).status_code == 200
        assert vault.find(drill.address(name)) == drill.persons[name]
    assert f"{drill.word} changed" not in str(shown["changed"])
    assert f"{drill.word} partly" not in str(shown["partly"])


def page(drill: Drill, name: str) -> Any:
    """Open “What we hold about you” as one of them."""
    browser = Client()
    browser.force_login(drill.persons[name])
    return browser.get("/me/")


def comes_back(drill: Drill, name: str) -> None:
    """Somebody types their address at sign-in: a code goes there, whether or not the restore had lost it."""
    cache.clear()
    Client().post("/sign-in/", {"address": drill.address(name)})
    tasks.get("people.codes").run()
    with gate.using("account.sign_in"):
        assert Item.objects.filter(person=drill.persons[name], kind=EMAIL).exists()
        assert vault.address_of(drill.persons[name].pk) == drill.address(name)
