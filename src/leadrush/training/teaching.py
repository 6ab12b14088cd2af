"""Who learns, as those who teach see it: how far each is, whom they may write to. Each look is written down.

All of it runs under `training.teach`. Clause `training-teaching`.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from leadrush import vault
from leadrush.training import looking
from leadrush.training.building import CannotBuild
from leadrush.training.models import Attempt, Cohort, Enrolment, HandIn, Lesson, Tick, Training
from leadrush.vault.giving import EMAIL, EMAIL_CATEGORY
from leadrush.vault.models import Item

LIST, ONE, WORK = "training.learners", "training.learner", "training.hand_ins"
ENROLMENT, PROGRESS = "lr:Enrolment", "lr:Progress"


@dataclass(frozen=True)
class Learner:
    """One who learns; `address` is empty where it may not be shown, `done` of `total` lessons are ticked."""

    enrolment: Enrolment
    address: str
    done: int
    total: int
    over: bool
    last: datetime | None


def listed(training: Training, *, cohort: Cohort | None = None) -> QuerySet[Enrolment]:
    """Return who has a training, the newest first, those whose access ended too."""
    rows = Enrolment.objects.filter(training=training).select_related("giving", "cohort", "training")
    if cohort is not None:
        rows = rows.filter(cohort=cohort)
    found: QuerySet[Enrolment] = rows.order_by("-at", "-pk")
    return found


def look(training: Training, enrolments: Sequence[Enrolment], now: datetime) -> list[Learner]:
    """Open the addresses of these learners: one entry, written before the first opens, and a row for each."""
    if not enrolments:
        return []
    entry, batch = looking.write_down(training, enrolments, what=LIST)
    persons = {one.person_id for one in enrolments}
    items = list(Item.objects.filter(person__in=persons, kind=EMAIL))
    opened = vault.open_items(items, what=LIST, about=training.about, batch=batch, entry=entry)
    addresses = {item.person_id: opened[item.pk] for item in items}
    done, last = _ticks(training, persons)
    total = Lesson.objects.of(training).standing().count()
    return [
        Learner(
            enrolment=one,
            address=addresses.get(one.person_id, ""),
            done=done[one.person_id],
            total=total,
            over=one.is_over(now),
            last=last.get(one.person_id),
        )
        for one in enrolments
    ]


def _ticks(
    training: Training, persons: set[uuid.UUID]
) -> tuple[dict[uuid.UUID, int], dict[uuid.UUID, datetime]]:
    """Return how many standing lessons each has ticked, and when they did last; one question."""
    lessons: dict[uuid.UUID, set[int]] = defaultdict(set)
    last: dict[uuid.UUID, datetime] = {}
    rows = Tick.objects.filter(
        person__in=persons, lesson__module__training=training, lesson__removed_at=None
    ).values_list("person_id", "lesson_id", "at")
    for person, lesson, at in rows:
        lessons[person].add(lesson)
        last[person] = max(at, last.get(person, at))
    counts: dict[uuid.UUID, int] = defaultdict(int)
    counts.update({person: len(found) for person, found in lessons.items()})
    return counts, last


@dataclass(frozen=True)
class Step:
    """A lesson as one learner stands to it: when it was ticked, how its quiz went, what was handed in."""

    number: int
    lesson: Lesson
    ticked: datetime | None
    attempts: tuple[Attempt, ...]
    hand_ins: tuple[HandIn, ...]


def one(enrolment: Enrolment) -> tuple[str, list[Step]]:
    """Return somebody's address and how they stand to each lesson; written down for them before it opens."""
    training, person = enrolment.training, enrolment.person_id
    vault.note(
        subject=person,
        categories=(EMAIL_CATEGORY, ENROLMENT, PROGRESS, "lr:LearnerWork"),
        what=ONE,
        about=training.about,
    )
    item = Item.objects.filter(person=person, kind=EMAIL).first()
    address = vault.open_items([item], what=ONE, about=training.about)[item.pk] if item else ""
    lessons = list(Lesson.objects.of(training).standing().defer("body"))
    ticks = dict(
        Tick.objects.filter(person=person, lesson__in=lessons).order_by("-at").values_list("lesson_id", "at")
    )
    attempts, works = defaultdict(list), defaultdict(list)
    for attempt in Attempt.objects.filter(person=person, quiz__lesson__in=lessons).select_related("quiz"):
        attempts[attempt.quiz.lesson_id].append(attempt)
    rows = HandIn.objects.filter(person=person, assignment__lesson__in=lessons)
    for work in rows.select_related("assignment", "feedback").order_by("pk"):
        works[work.assignment.lesson_id].append(work)
    return address, [
        Step(number, lesson, ticks.get(lesson.pk), tuple(attempts[lesson.pk]), tuple(works[lesson.pk]))
        for number, lesson in enumerate(lessons, 1)
    ]


def move(enrolment: Enrolment, cohort: Cohort | None) -> None:
    """Put a learner into another group, or into none. Raises `CannotBuild` where its seats are taken."""
    with transaction.atomic():
        if cohort is not None:
            held = Cohort.objects.select_for_update().get(pk=cohort.pk)
            if held.seats is not None and taken(held, but=enrolment) >= held.seats:
                raise CannotBuild(_("The seats of “%(name)s” are taken.") % {"name": held.name})
        Enrolment.objects.filter(pk=enrolment.pk).update(cohort=cohort)


def taken(cohort: Cohort, *, but: Enrolment | None = None) -> int:
    """Return how many seats of a group are taken, without one learner's where that is named."""
    rows = Enrolment.objects.filter(cohort=cohort, ended_at=None)
    return int((rows.exclude(pk=but.pk) if but is not None else rows).count())


def counts(training: Training) -> dict[int | None, int]:
    """Return how many are in each group of a training and still have it; None are those in none."""
    rows = Enrolment.objects.filter(training=training, ended_at=None).values_list("cohort_id")
    return dict(rows.annotate(count=Count("pk")).order_by())


# --- what was handed in ------------------------------------------------------------------------------


def waiting(training: Training | None = None) -> QuerySet[HandIn]:
    """Return what waits for an answer, the oldest first.

    Where somebody handed in again before an answer came, their newest waits, since it is the one they mean.
    """
    rows = HandIn.objects.filter(feedback=None, enrolment__ended_at=None)
    if training is not None:
        rows = rows.filter(enrolment__training=training)
    newer = Q(pk__in=_newest_of(rows))
    found: QuerySet[HandIn] = (
        rows.filter(newer)
        .select_related("assignment__lesson__module__training", "enrolment", "giving")
        .defer("sealed")
        .order_by("at", "pk")
    )
    return found


def _newest_of(rows: QuerySet[HandIn]) -> list[int]:
    newest: dict[tuple[uuid.UUID, int], int] = {}
    for person, assignment, key in rows.order_by("pk").values_list("person_id", "assignment_id", "pk"):
        newest[person, assignment] = key
    return list(newest.values())
