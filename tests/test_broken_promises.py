"""Each promise, broken by hand in the database of a lived-in house: exactly its clause turns red within its
period, and it stops exactly what its check says.

A part tells in `PART/tests/by_hand.py` how each of its clauses is broken: `WAYS`, a function for each slug.
A clause without a way fails here.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connections, transaction
from django.utils import timezone

import leadrush
from leadrush import gate
from leadrush.accountability import checking, counting, evidence
from leadrush.accountability.models import Break, Counted
from leadrush.gate import tasks, versions
from leadrush.gate.evidence import Stopped, demand_open
from leadrush.look import models
from leadrush.purchases import baskets, charging, ordering
from leadrush.vault.models import Giving
from leadrush.website import drawing, founding
from tests.rig import processor, sampling

# Every clause is broken in turn: it takes as long as there are clauses, and is done on one database a day.
pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif(
        os.environ.get("TEST_DATABASES", "sqlite")
        not in sampling.drawn(["sqlite", "postgresql"], "broken promises"),
        reason="it is done on the other database today",
    ),
]
ROOT = Path(leadrush.__path__[0])
PERIOD = timedelta(seconds=301)


def ways() -> dict[str, Callable[[], None]]:
    found: dict[str, Callable[[], None]] = {}
    for file in sorted(ROOT.glob("*/tests/by_hand.py")):
        found |= import_module(f"leadrush.{file.parent.parent.name}.tests.by_hand").WAYS
    return found


@pytest.fixture(scope="module")
def cards() -> Iterator[processor.Processor]:
    with processor.running() as at:
        yield at


@pytest.fixture
def house(
    db: None, data_folder: Path, monkeypatch: pytest.MonkeyPatch, cards: processor.Processor, settings: Any
) -> Iterator[None]:
    """The demo, some seconds after its start: its letters have left, somebody paid by card, everything was
    counted once."""
    for name, value in cards.environment.items():
        setattr(settings, name, value)
    for name in ("board", "rotation", "calendar"):
        monkeypatch.setattr(drawing, name, lambda: PIXEL)
    forget()
    evidence.register()
    founding.demo()
    somebody_pays_by_card(cards)
    # In the evening the webinar of a week ago is long enough over for what nobody confirmed to go.
    for name in ("vault.lapse", "live.end", "webinars.tell", "mailbox.send", "ledger.chain"):
        tasks.get(name).run()
    count(timezone.now())
    yield
    forget()


def somebody_pays_by_card(cards: processor.Processor) -> None:
    basket = baskets.read("an-hour-over-your-plan.1")
    made = ordering.order(
        ordering.Wanted(
            basket=basket,
            once=uuid.uuid4(),
            shown=basket.add_up().gross,
            way=ordering.CARD,
            address="by-card@mail.example",
        )
    )
    with gate.using(charging.USE, what="purchases.card"):
        payment = charging.of(made)
        assert payment is not None
        intent = charging.begin(payment)
        assert intent is not None
        cards.pay(intent.name)
        assert charging.settle(payment) == "paid"


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000"
    "0500017a5eabb60000000049454e44ae426082"
)


def of_tests(room: str) -> bool:
    return ".tests." in apps.get_app_config(room).name


def forget() -> None:
    for known in (models, versions.IN_FORCE, evidence):
        known.forget()
    versions.version_of.cache_clear()


def count(now: datetime) -> None:
    """Count what is due at a moment, as the worker does, pass by pass."""
    while taken := checking.claim(checking.due(now), now):
        for clause in taken:
            counting.keep(counting.count(clause), clause)


def states() -> dict[str, str]:
    evidence.forget()
    return {one.clause.slug: one.state for one in evidence.all_of()}


def closed() -> set[str]:
    found = set()
    for clause in gate.force().clauses:
        try:
            demand_open(clause.slug)
        except Stopped:
            found.add(clause.slug)
    return found


def test_every_clause_has_a_way_to_break_it_and_counts_something_where_people_live(house: None) -> None:
    # The rooms of other tests keep nothing of a site's.
    slugs = {clause.slug for clause in gate.force().clauses if not of_tests(clause.room)}
    assert slugs == set(ways()), "tell in the part's tests/by_hand.py how its clauses are broken"
    hollow = {row.clause for row in Counted.objects.all() if not row.of}
    assert not hollow & slugs, "these count nothing on the demo site"
    assert {state for slug, state in states().items() if slug in slugs} == {"kept"}


@pytest.mark.timeout(300)  # every clause of every room, one after the other
def test_breaking_a_promise_by_hand_turns_exactly_its_clause_red_and_stops_exactly_what_it_says(
    house: None, data_folder: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    shutil.copytree(data_folder, kept)
    wrong: dict[str, tuple[dict[str, str], set[str]]] = {}
    for slug, break_it in ways().items():
        with ExitStack() as stack:
            for alias in connections:
                stack.enter_context(transaction.atomic(using=alias))
            # A running site has read the versions that it works with.
            versions.version_of(versions.row_in_force().pk)
            check = gate.force().clause(slug).check
            break_it()
            count(timezone.now() + PERIOD)
            found = {name: state for name, state in states().items() if state != "kept"}
            alike = {one.clause.slug for one in evidence.all_of() if one.clause.check == check}
            stops = alike if evidence_of(slug).sign.stops == "collection" else set()
            late = {"sealed": "due"} if slug == "evidence" else {}
            if found != dict.fromkeys(alike, "broken") | late or closed() != stops:
                wrong[slug] = found, closed()
            assert Break.objects.filter(clause=slug, ended_at=None).exists()
            for alias in connections:
                transaction.set_rollback(True, using=alias)
        # What was broken in a file is put back, as the databases are.
        shutil.rmtree(data_folder)
        shutil.copytree(kept, data_folder)
        forget()
    assert not wrong


def evidence_of(slug: str) -> evidence.Evidence:
    return next(one for one in evidence.all_of() if one.clause.slug == slug)


def test_what_was_stopped_opens_with_the_first_check_that_passes(house: None) -> None:
    slug = "webinar-seat"
    with transaction.atomic():
        ways()[slug]()
        count(timezone.now() + PERIOD)
        assert closed() == {slug}
        since = Counted.objects.get(clause=slug).at
        assert since is not None
        Giving.objects.filter(clause=slug, lapses_at=None).update(
            lapses_at=timezone.now() + timedelta(days=3)
        )
        soon = timezone.now() + PERIOD + timedelta(seconds=checking.AGAIN + 1)
        assert slug in {clause.slug for clause in checking.due(soon)}, "it is looked at again within a minute"
        count(soon)
        assert not closed()
        assert states()[slug] == "kept"
        assert Break.objects.get(clause=slug).ended_at is not None
