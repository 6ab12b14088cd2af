"""Erasing: three clocks of one person of many, and the request in which a long record goes."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator

from django.conf import settings

from bench import filling, ground, somebody
from bench.measuring import Figure, Spread, counted, figure, quiet
from leadrush import gate, vault
from leadrush.gate import tasks
from leadrush.vault import copies, erasing, pointing, sweeping
from leadrush.vault.models import Person

AREA = "promise"
ONES = 15
LONG = 15
MODELS = 15
GOAL = {"sqlite": 100, "postgresql": 250}  # ms
ELSEWHERE = """
import sys, time, uuid
from django.conf import settings
settings.configure(TOMBSTONES=sys.argv[1], USE_TZ=True)
from leadrush.vault import tombstones
for line in sys.stdin:
    whom = {uuid.UUID(line.strip())}
    while not tombstones.erased(whom):
        time.sleep(0.0005)
    print(time.time(), flush=True)
"""


def figures(size: int) -> Iterator[Figure]:
    """Erase some of the persons that are there, and some who have been with us for long."""
    yield from _clocks(size)
    yield from _long()


def _clocks(size: int) -> Iterator[Figure]:
    refused, gone = [], []
    watching = subprocess.Popen(
        [sys.executable, "-c", ELSEWHERE, str(settings.TOMBSTONES)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watching.stdin and watching.stdout
    for number in range(ONES):
        person = vault.find(filling.address(size - number))
        assert person is not None
        print(person.pk, file=watching.stdin, flush=True)
        with quiet():
            asked = time.time()
            _erase(person.pk)
            refused.append(float(watching.stdout.readline()) - asked)
            _programs()
            gone.append(time.time() - asked)
        with gate.using("accountability.check"):
            assert not pointing.left({person.pk})
    watching.stdin.close()
    watching.wait()
    assert not Person.objects.filter(is_active=False).exists(), "a farewell is left"
    of = f"erase one of {size:,}"
    yield figure(f"{of}: refused in another process, {ground.NAME}", Spread.of(refused), "s", 1, area=AREA)
    yield figure(
        f"{of}: bytes gone, the letter said (its programs run each 10 s), {ground.NAME}",
        Spread.of(gone),
        "s",
        3600,
        area=AREA,
    )
    yield counted(f"{of}: key backups lapsed", copies.LAPSE.days, "days", 7, area=AREA)


def _erase(person: uuid.UUID) -> None:
    with gate.using("rights.own", actor=gate.Actor("person", str(person)), what="people.erase"):
        assert erasing.erase_everything(person) is not None


def _programs() -> None:
    """Let the programs do what is theirs: send the letter, erase it with its key, sweep the files."""
    for name in ("mailbox.send", "people.farewell"):
        tasks.get(name).run()
    sweeping.sweep()


def _long() -> Iterator[Figure]:
    took = []
    for _ in range(LONG + 1):
        person = somebody.somebody()
        assert somebody.count(person) == (somebody.ROWS, MODELS)
        with quiet():
            start = time.perf_counter()
            _erase(person.pk)
            took.append(1e3 * (time.perf_counter() - start))
        with gate.using("accountability.check"):
            assert not pointing.left({person.pk})
    what = f"erase everything, {somebody.ROWS:,} rows in {MODELS} models, in the request, {ground.NAME}"
    yield figure(what, Spread.of(took[1:]), "ms", GOAL[ground.GROUND], area=AREA)
