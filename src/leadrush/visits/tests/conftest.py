"""What tests of visits share: rows that were seen, days made of them, a browser that asks for pages."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from leadrush import gate
from leadrush.vault.models import Person
from leadrush.visits import asking, days, engine, inbox, making, observing

AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
FILES = pytest.mark.skipif(
    os.environ.get("TEST_DATABASES") == "postgresql", reason="days lie in files, whichever database there is"
)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

DAY = NOON.date()


class House:
    """Puts what was seen into the inbox and makes days of it; asks what was counted."""

    def __init__(self) -> None:
        self.number = 0

    def sees(self, what: str = "sent", at: datetime = NOON, **facts: Any) -> observing.Row:
        """Put a row into the inbox: on its day, with a number of its own unless one is given."""
        self.number += 1
        given = {"id": self.number, "version": 1, "status": 200} | facts
        row = observing.Row(what=what, ms=int(at.timestamp() * 1000), **given)
        inbox.writer().put([(observing.day_of(at.timestamp()).isoformat(), observing.encode(row))])
        return row

    def visit(self, who: int, *pages: str, at: datetime = NOON, apart: float = 60, **facts: Any) -> None:
        """Let somebody view pages, so many seconds apart, heard by their script."""
        for number, page in enumerate(pages):
            moment = at + timedelta(seconds=apart * number)
            row = self.sees(
                at=moment, visitor=who, page=page, **(facts if number == 0 else {**facts, "source": ""})
            )
            self.sees("heard", at=moment, id=row.id, page=page, visitor=who, browser=facts.get("browser", 0))

    def make(self) -> int:
        """Make days of what waits."""
        assert inbox.writer().settle()
        return making.make_due()

    def rows(self, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
        """Return columns of everything that was counted, in order of time."""
        listed = ", ".join(days.quoted(days.file(day)) for day in days.there())
        con = engine.connect()
        try:
            return con.execute(
                f"SELECT {columns} FROM read_parquet([{listed}]) WHERE {where} ORDER BY moment, id"
            ).fetchall()
        finally:
            con.close()

    def asked(self, first: date = DAY, last: date | None = None, **words: str) -> asking.Asked:
        """Return a question about some days."""
        return asking.Asked(first, last or first, "own", "nothing", tuple(words.items()))


@pytest.fixture
def house(published: Any, visits: Any) -> House:
    """Return a house whose visits are empty."""
    return House()


@pytest.fixture
def monitor(published: Any) -> Iterator[None]:
    """Open the use under which visits are counted."""
    with gate.using("visits.monitor"):
        yield


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], Any]:
    """Return what lets it be another moment."""
    import time_machine

    @contextmanager
    def moment(at: datetime) -> Iterator[None]:
        with time_machine.travel(at, tick=True):
            yield

    return moment


@pytest.fixture
def signed_in(published: Any) -> Callable[[str], Client]:
    """Return what gives a browser in which somebody of a role is signed in; an empty role is nobody."""

    def browser(role: str) -> Client:
        client = Client(headers={"user-agent": AGENT})
        if role:
            person = Person.objects.create(role=role)
            client.force_login(person)
        return client

    return browser
