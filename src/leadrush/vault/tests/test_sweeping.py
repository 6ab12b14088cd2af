"""Sweeping: a key that was dropped lies in no file of the keys database any more."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections, transaction

from leadrush.vault import keys, sweeping
from leadrush.vault.models import PersonKey
from tests.rig import cluster

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def never_swept() -> None:
    """Begin as a process does: each test has a database of its own under the same name."""
    sweeping._swept.clear()


def files() -> Iterator[Path]:
    """Yield the files of the keys database. PostgreSQL's log is told apart: it is overwritten in its turn."""
    connection = connections["keys"]
    place = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor == "sqlite":
        yield from place.parent.glob(f"{place.name}*")
        return
    cluster.Reached(connection.settings_dict["HOST"]).superuser("checkpoint")
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        oid = cursor.fetchone()[0]
    yield from (Path(connection.settings_dict["HOST"]) / "base" / str(oid)).iterdir()


def found(wrapped: bytes) -> list[str]:
    """Return the files in which these bytes lie."""
    return [file.name for file in files() if file.is_file() and wrapped in file.read_bytes()]


def swept(*, always: bool = False) -> bool:
    """Sweep, and again while somebody writes into another database of the server, as other tests do."""
    return any(sweeping.sweep(always=always) for _ in range(10))


def made(count: int = 40) -> tuple[uuid.UUID, bytes]:
    """Make keys of some, and return one of them in the middle, as it lies in the table."""
    people = [uuid.uuid4() for _ in range(count)]
    for person in people:
        keys.make(person)
    wrapped = bytes(PersonKey.objects.get(person=people[count // 2]).wrapped)
    assert found(wrapped), "the search would find nothing"
    return people[count // 2], wrapped


def test_a_dropped_key_leaves_every_file_and_the_others_stay() -> None:
    person, wrapped = made()
    keys.drop(person)
    assert swept()
    assert found(wrapped) == []
    assert PersonKey.objects.count() == 39
    keys.make(person)
    assert keys.Ring([person]).has(person)


def test_what_the_planner_samples_holds_no_key_and_no_address() -> None:
    connection = connections["keys"]
    if connection.vendor != "postgresql":
        pytest.skip("SQLite samples no values")
    made(200)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(
            "SELECT tablename, attname FROM pg_stats WHERE tablename = ANY(%s)", [list(sweeping.TABLES)]
        )
        sampled = set(cursor.fetchall())
    assert ("vault_personkey", "person") in sampled, "nothing was analysed"
    secret = {"wrapped", "ledger_secret", "digest", "sealed", "root"}
    assert not {column for _table, column in sampled} & secret


def test_a_key_that_was_exchanged_leaves_them_too() -> None:
    person, wrapped = made()
    keys.renew(person)
    keys.drop(person, keys.FORMER)
    assert swept()
    assert found(wrapped) == []


def test_what_is_dropped_after_a_sweep_is_swept_by_the_next() -> None:
    person, _wrapped = made()
    keys.drop(person)
    assert swept()
    person, wrapped = made()
    keys.drop(person)
    time.sleep(1.1)
    # PostgreSQL tells late what changed; within an hour there are three sweeps.
    assert all(swept() for _ in range(3))
    assert found(wrapped) == []


def test_whoever_reads_the_keys_meanwhile_is_let_finish_and_the_next_sweep_does_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweeping, "LOOKS", 2)
    person, wrapped = made()
    reads, done = threading.Event(), threading.Event()

    def reader() -> None:
        with transaction.atomic(using="keys"):
            PersonKey.objects.count()
            if connections["keys"].vendor == "postgresql":
                with connections["keys"].cursor() as cursor:
                    cursor.execute("LOCK TABLE vault_personkey IN ACCESS SHARE MODE")
            reads.set()
            done.wait(20)
        connections.close_all()

    keys.drop(person)
    thread = threading.Thread(target=reader)
    thread.start()
    try:
        assert reads.wait(20)
        began = time.monotonic()
        assert not sweeping.sweep(always=True)
        assert time.monotonic() - began < 10, "others waited for it"
    finally:
        done.set()
        thread.join()
    assert swept(always=True)
    assert found(wrapped) == []


def test_the_time_that_others_wait_is_as_ever_afterwards() -> None:
    connection = connections["keys"]
    asks = "PRAGMA busy_timeout" if connection.vendor == "sqlite" else "SHOW lock_timeout"
    with connection.cursor() as cursor:
        before = cursor.execute(asks).fetchone() if connection.vendor == "sqlite" else _ask(asks)
        sweeping.sweep(always=True)
        after = cursor.execute(asks).fetchone() if connection.vendor == "sqlite" else _ask(asks)
    assert before == after


def _ask(asks: str) -> object:
    with connections["keys"].cursor() as cursor:
        cursor.execute(asks)
        return cursor.fetchone()
