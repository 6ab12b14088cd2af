"""Ticks: set by whoever learns, and by nothing else. Clause `training-progress`."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from leadrush import gate
from leadrush.gate import evidence
from leadrush.training.models import Enrolment, Lesson, Tick
from leadrush.vault.turns import begins_again

USE = "training.learn"
CLAUSE = "training-progress"


@begins_again
def tick(enrolment: Enrolment, lesson: Lesson) -> bool:
    """Note that a lesson is done; return whether that is new. Two windows at once are one tick.

    Raises `evidence.Stopped` while the clause is broken.
    """
    evidence.demand_open(CLAUSE)
    with gate.using(USE, what="training.tick"):
        if Tick.objects.filter(person=enrolment.person_id, lesson=lesson).exists():
            return False
        made = Tick(person=enrolment.person, giving=enrolment.giving, enrolment=enrolment, lesson=lesson)
        try:
            with transaction.atomic():
                made.save()
        except IntegrityError:
            return False  # the other window was quicker
    return True


@begins_again
def untick(enrolment: Enrolment, lesson: Lesson) -> None:
    """Take a tick back: the lesson is not done after all."""
    with gate.using(USE, what="training.tick"):
        Tick.objects.filter(person=enrolment.person_id, lesson=lesson).delete()
