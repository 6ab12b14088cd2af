"""A clock that cannot be believed erases nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner
from django.utils import timezone

from leadrush import gate, vault
from leadrush.gate import tasks
from leadrush.mailbox.models import Link
from leadrush.vault import clocks
from leadrush.vault.models import Giving, Installation, Person
from leadrush.vault.terminal import clock

pytestmark = pytest.mark.usefixtures("published")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def arrive(days: int = 7) -> Giving:
    said: dict[str, Any] = {"where": "webinars.register", "clause": "webinar-seat"}
    _person, giving = vault.welcome(address="ana@mail.example", lapses_at=timezone.now() + days * DAY, **said)
    return giving


def run(name: str) -> None:
    tasks.get(name).run()


def live() -> bool:
    return Giving.objects.filter(ended_at__isnull=True).exists()


def test_a_clock_a_month_ahead_erases_nothing_until_it_is_confirmed() -> None:
    giving = arrive()
    person = Person.objects.get(pk=giving.person_id)
    Link.objects.create(digest="d", person=person, scope="t", expires_at=timezone.now() + DAY)
    run("vault.lapse")
    with time_machine.travel(timezone.now() + 30 * DAY):
        for name in ("vault.lapse", "mailbox.clear", "people.clear", "vault.backups"):
            run(name)
        assert live() and Link.objects.exists()
        said = CliRunner().invoke(clock, [])
        assert "1 givings are over" in said.output and "nothing is erased" in said.output
        assert "--confirm" in CliRunner().invoke(clock, ["--confirm", "--dry-run"]).output
        run("vault.lapse")
        assert live(), "a dry run confirmed"
        assert "Confirmed" in CliRunner().invoke(clock, ["--confirm"]).output
        run("vault.lapse")
        run("mailbox.clear")
        assert not live() and not Link.objects.exists()


def test_a_visitor_who_comes_under_a_wrong_clock_does_not_vouch_for_it() -> None:
    arrive()
    run("vault.lapse")
    with time_machine.travel(timezone.now() + 30 * DAY):
        with gate.using("accountability.check"):
            vault.note(categories=["*"])
        vault.welcome(address="ben@mail.example", where="webinars.register", clause="webinar-seat")
        run("vault.lapse")
        assert Giving.objects.filter(lapses_at__lt=timezone.now(), ended_at__isnull=True).exists()


def test_a_site_that_runs_erases_day_after_day_without_being_asked() -> None:
    arrive(days=3)
    now = timezone.now()
    for hours in range(0, 100, 20):
        with time_machine.travel(now + hours * HOUR):
            run("vault.lapse")
    assert not live()


def test_a_clock_that_goes_back_and_returns_needs_no_word() -> None:
    arrive()
    run("vault.lapse")
    before = Installation.objects.get().clock_at
    with time_machine.travel("1970-01-02"):
        assert clocks.right()
    assert Installation.objects.get().clock_at == before
    assert clocks.right()


def test_the_overview_says_that_the_clock_is_not_believed(client: Any) -> None:
    from leadrush.console import counts

    assert counts.clock_doubted() is None
    clocks.right()
    with time_machine.travel(timezone.now() + 30 * DAY):
        told = counts.clock_doubted()
        assert told is not None and "leadrush clock --confirm" in str(told.note)
