"""A training as somebody finds it: which lessons there are, which are ticked, which open when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from django.db.models import Exists, OuterRef
from django.utils import timezone

from leadrush.training import opening
from leadrush.training.models import Captions, Enrolment, Lesson, LessonFile, Module, Tick, Training
from leadrush.vault.models import Person


@dataclass(frozen=True)
class Stop:
    """A lesson on somebody's way: its number from 1, whether it is ticked, and when it opens for them.

    `opens_at` is None for somebody who does not have the training: then only what is free is open.
    """

    lesson: Lesson
    number: int
    ticked: bool
    opens_at: datetime | None
    is_open: bool


@dataclass(frozen=True)
class Course:
    """A training with its standing lessons in their order, as one person has it, or a visitor sees it.

    `before` are trainings that have to be finished first; while there are any, no lesson is open.
    """

    training: Training
    enrolment: Enrolment | None
    stops: tuple[Stop, ...]
    before: tuple[Training, ...] = ()
    now: datetime = field(default_factory=timezone.now)

    @property
    def total(self) -> int:
        """How many lessons there are."""
        return len(self.stops)

    @property
    def done(self) -> int:
        """How many of them are ticked."""
        return sum(stop.ticked for stop in self.stops)

    @property
    def minutes(self) -> int:
        """How many minutes all of it takes."""
        return sum(stop.lesson.minutes for stop in self.stops)

    @property
    def minutes_left(self) -> int:
        """How many minutes the lessons take that are not ticked."""
        return sum(stop.lesson.minutes for stop in self.stops if not stop.ticked)

    @property
    def is_done(self) -> bool:
        """Whether every lesson that stands is ticked."""
        return bool(self.stops) and self.done == self.total

    @property
    def is_mine(self) -> bool:
        """Whether its person can open lessons, or will when they open."""
        return self.enrolment is not None and not self.enrolment.is_over(self.now)

    @property
    def modules(self) -> list[tuple[Module, list[Stop]]]:
        """The lessons by module."""
        by_module = groupby(self.stops, key=lambda stop: stop.lesson.module)
        return [(module, list(stops)) for module, stops in by_module]

    @property
    def next_stop(self) -> Stop | None:
        """The first lesson that is open and not ticked, or the first one that is open."""
        there = [stop for stop in self.stops if stop.is_open]
        return next((stop for stop in there if not stop.ticked), there[0] if there else None)

    @property
    def opens_next(self) -> Stop | None:
        """The next lesson that is not open yet."""
        later = [stop for stop in self.stops if stop.opens_at is not None and stop.opens_at > self.now]
        return min(later, key=lambda stop: stop.opens_at or self.now, default=None)

    def stop(self, lesson: int) -> Stop | None:
        """Return a lesson by its key, or None where it does not stand."""
        return next((stop for stop in self.stops if stop.lesson.pk == lesson), None)

    def after(self, lesson: int) -> Stop | None:
        """Return the lesson that follows one, or None after the last."""
        keys = [stop.lesson.pk for stop in self.stops]
        return self.stops[keys.index(lesson) + 1] if lesson in keys[:-1] else None


def read(training: Training, enrolment: Enrolment | None, *, before: Sequence[Training] = ()) -> Course:
    """Read a training as somebody has it, or as visitors see it; one question. Under `training.learn`."""
    now = timezone.now()
    rows = Lesson.objects.of(training).standing().select_related("module", "quiz", "assignment")
    if enrolment is not None:
        own = Tick.objects.filter(lesson=OuterRef("pk"), person=enrolment.person_id)
        rows = rows.annotate(ticked=Exists(own))
    # What a page of one lesson would ask for in vain is told along with all of them.
    rows = rows.annotate(
        has_captions=Exists(Captions.objects.filter(lesson=OuterRef("pk"))),
        has_files=Exists(LessonFile.objects.filter(lesson=OuterRef("pk"))),
    )
    stops = []
    for number, lesson in enumerate(rows, 1):
        lesson.module.training = training
        opens = opening.opens_at(training, lesson, enrolment) if enrolment is not None else None
        held = enrolment is not None and not enrolment.is_over(now) and enrolment.paused_at is None
        mine = held and not before
        there = mine and opens is not None and opens <= now
        stops.append(Stop(lesson, number, getattr(lesson, "ticked", False), opens, there or lesson.free))
    return Course(training, enrolment, tuple(stops), tuple(before), now)


def before(training: Training, person: Person) -> list[Training]:
    """Return the trainings that somebody has to finish before this one and has not; two questions at most."""
    needed = list(training.needs.all())
    if not needed:
        return []
    own = Tick.objects.filter(lesson=OuterRef("pk"), person=person)
    left = Lesson.objects.filter(module__training__in=needed, removed_at=None).exclude(Exists(own))
    unfinished = set(left.values_list("module__training_id", flat=True))
    return [one for one in needed if one.pk in unfinished]
