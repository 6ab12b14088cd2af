"""People who arrive, backups of what they gave, and a restore of either, as its tests do it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from leadrush import gate, vault
from leadrush.vault.models import Person
from leadrush.website.backups import asking, engines, making

POSTGRESQL = os.environ.get("TEST_DATABASES") == "postgresql"


def arrive(address: str) -> Person:
    person, _giving = vault.welcome(
        address=address, where="webinars.register", clause="webinar-seat", confirmed=True
    )
    return person


def opens(person: Person) -> str:
    with gate.using("rights.own"):
        return vault.address_of(person.pk)


def quiet(_line: str) -> None:
    """Say nothing."""


def both() -> tuple[Path, Path]:
    data, key = making.data(say=quiet), making.keys(say=quiet)
    assert data and key
    return data, key


def restore(data: Path | None = None, key: Path | None = None, **more: Any) -> None:
    said: dict[str, Any] = {"dry": False, "yes": True, "late": False, "clock": False}
    asking.restore(data, key, **said | more)


def making_again(make: Callable[..., Path | None]) -> Path:
    """Make another backup in the same second: names say the second."""
    time.sleep(1.1)
    made = make(say=quiet)
    assert made
    return made


def lose(alias: str) -> None:
    """Lose a database as a broken disk does."""
    connections[alias].close()
    if POSTGRESQL:
        with connections[alias].cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        connections[alias].close()
        return
    for end in engines.SIDES:
        engines.file_of(alias).with_name(engines.file_of(alias).name + end).unlink(missing_ok=True)


class Killed(BaseException):
    """The process ended here."""


def die_at(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """End the process behind the nth line that a restore says, and in every rename of a file."""
    left = iter(range(count))

    def say(line: str = "", **_: Any) -> None:
        if next(left, None) is None:
            raise Killed

    monkeypatch.setattr("click.echo", say)
