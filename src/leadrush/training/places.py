"""Where somebody stopped, kept here only for whoever asked for that. Clause `training-progress`."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from leadrush import gate
from leadrush.gate import evidence
from leadrush.training.models import Enrolment, Lesson, Place
from leadrush.vault.turns import begins_again, hold

USE = "training.learn"
CLAUSE = "training-progress"
LATEST = 100 * 3600
"""Seconds: no video is as long."""


@begins_again
def keep(enrolment: Enrolment, lesson: Lesson, seconds: int) -> bool:
    """Keep where somebody stopped, over the place before; return whether it was kept.

    The switch is read again while their row is held, so that a place that is on its way when they switch it
    off is not written after. Raises `evidence.Stopped` while the clause is broken.
    """
    evidence.demand_open(CLAUSE)
    with gate.using(USE, what="training.place"), transaction.atomic():
        hold(enrolment.person_id)
        if not Enrolment.objects.filter(pk=enrolment.pk, keeps_place=True).exists():
            return False
        now, seconds = timezone.now(), max(0, min(seconds, LATEST))
        mine = Place.objects.filter(enrolment=enrolment, lesson=lesson)
        if not mine.update(seconds=seconds, at=now):
            Place(
                person=enrolment.person,
                giving=enrolment.giving,
                enrolment=enrolment,
                lesson=lesson,
                seconds=seconds,
                at=now,
            ).save()
    return True


@begins_again
def remember(enrolment: Enrolment, *, on: bool) -> None:
    """Switch on or off that places are kept here; off erases all of them."""
    with gate.using(USE, what="training.place"), transaction.atomic():
        hold(enrolment.person_id)
        Enrolment.objects.filter(pk=enrolment.pk).update(keeps_place=on)
        if not on:
            Place.objects.filter(enrolment=enrolment).delete()
        enrolment.keeps_place = on


def of(enrolment: Enrolment, lesson: Lesson) -> Place | None:
    """Return where somebody stopped in a lesson, if that is kept here; under the use in force."""
    if not enrolment.keeps_place:
        return None
    found: Place | None = Place.objects.filter(enrolment=enrolment, lesson=lesson).first()
    return found


def last(enrolment: Enrolment) -> Place | None:
    """Return the place at which somebody stopped last, on whichever device."""
    if not enrolment.keeps_place:
        return None
    found: Place | None = (
        Place.objects.filter(enrolment=enrolment, lesson__removed_at=None).order_by("-at").first()
    )
    return found
