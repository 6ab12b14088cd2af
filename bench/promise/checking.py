"""Counting every clause: what the worker computes every five minutes, where everybody is registered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connections
from django.utils import timezone

from bench import ground, webinars
from bench.measuring import CPU, Clock, Figure, Spread, computing, figure
from bench.pouring import count_on, pour
from leadrush import gate
from leadrush.accountability import counting
from leadrush.gate.versions import row_in_force
from leadrush.mailbox.models import Message
from leadrush.people.sessions import SessionStore
from leadrush.vault.folding import mask
from leadrush.vault.models import Choice, Giving
from leadrush.webinars.models import Registration, Seat

ROUNDS = 5
SESSIONS = 2_000
SLUG = "everybody-comes"


def figures(size: int) -> Iterator[Figure]:
    """Count all clauses with a registration and a message for each person, and a no of every tenth."""
    clauses = gate.force().clauses
    with everybody_comes():
        took: dict[str, list[float]] = {clause.slug: [] for clause in clauses}
        whole = []
        clock = reckoning()
        for _ in range(ROUNDS):
            began = clock()
            for clause in clauses:
                start = clock()
                found = counting.count(clause)
                assert not found.fault, (clause.slug, found.fault)
                took[clause.slug].append(clock() - start)
            whole.append(clock() - began)
    slowest = max(took, key=lambda slug: min(took[slug]))
    words = f"counting all {len(clauses)} clauses, {ground.NAME}"
    yield figure(words, Spread.of(whole), "s of CPU", 5, area="promise")
    words = f"counting the slowest, {slowest}, {ground.NAME}"
    yield figure(words, Spread.of(took[slowest]), "s of CPU", area="promise")


def reckoning() -> Clock:
    """Return a clock of what this process and its servers compute."""
    if ground.GROUND != "postgresql":
        return CPU
    for alias in ("default", "keys", "ledger"):
        connections[alias].ensure_connection()
    return computing(*(connections[one].connection.info.backend_pid for one in ("default", "keys", "ledger")))


@contextmanager
def everybody_comes() -> Iterator[None]:
    """Let everybody be registered, and take that back: other figures are of a house without it."""
    webinar = webinars.webinar_of(SLUG)
    now = timezone.now()
    version = row_in_force()
    given = Giving(version=version, confirmed_at=now, clause="webinar-seat")
    seat, letter = (mask([kind], [given], {}) for kind in ("lr:Registration", "lr:Message"))
    first = Registration.objects.order_by("-pk").values_list("pk", flat=True)
    with gate.using("house.keep"):
        number = (first.first() or 0) + 1
    ends = webinar.ends_at + timedelta(days=29)  # not later than what the statement allows
    Giving.objects.filter(where="webinars.register", lapses_at=None).update(lapses_at=ends)
    people: list[tuple[Any, Any]] = list(
        Giving.objects.filter(where="webinars.register").order_by("person").values_list("person_id", "pk")
    )
    seats = ("id", "mask", "person_id", "giving_id", "webinar_id", "state", "time_zone", "revision", "at")
    pour(
        Registration,
        seats,
        (
            (number + n, seat, person, giving, webinar.pk, Seat.SEAT, "", 0, now)
            for n, (person, giving) in enumerate(people)
        ),
    )
    count_on(Registration)
    letters = (
        "id", "mask", "person_id", "giving_id", "use", "kind", "template", "to", "about", "key", "sealed",
        "state", "why", "tries", "made_at", "due_at", "next_at", "moved_at",
    )  # fmt: skip
    pour(
        Message,
        letters,
        (
            (
                uuid4(), letter, person, giving, "webinars.serve", "needed", "webinars.confirmation", "email",
                webinar.about, f"bench:{n}", b"", "left", "", 1, now, now, now, now,
            )
            for n, (person, giving) in enumerate(people)
        ),
    )  # fmt: skip
    Choice.objects.bulk_create(
        (
            Choice(person_id=person, use="webinars.announce", answer=False, version=version, where="bench")
            for person, _giving in people[::10]
        ),
        batch_size=1000,
    )
    for _ in range(SESSIONS):
        session = SessionStore()
        session["_auth_user_id"] = str(people[0][0])
        session.create()
        session.save()
    ground.settle()
    try:
        yield
    finally:
        _take_back(webinar.pk, webinar.about, ends)


def _take_back(webinar: int, about: str, ends: datetime) -> None:
    from django.contrib.sessions.models import Session

    Session.objects.all().delete()
    Choice.objects.filter(where="bench").delete()
    with gate.using("house.keep"):
        Registration.objects.filter(webinar=webinar)._raw_delete("default")
        Message.objects.filter(about=about)._raw_delete("default")
    Giving.objects.filter(where="webinars.register", lapses_at=ends).update(lapses_at=None)
