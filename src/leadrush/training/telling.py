"""Word of lessons that open, for those who asked for it; one letter for all that opened since the last."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from leadrush.training import letters, opening
from leadrush.training.models import Enrolment, Lesson, State, Training

AT_ONCE = 500


def go_on() -> int:
    """Write to whoever asked for it and has a lesson that opened since they heard last; return to how many.

    Twice is once: a letter is known by its lesson, and the moment is noted with it. Under `training.learn`.
    """
    now, count = timezone.now(), 0
    dripping = Training.objects.exclude(drip=Training.Drip.NONE).exclude(state=State.DRAFT)
    for training in dripping:
        lessons = list(Lesson.objects.of(training).standing())
        waiting = Enrolment.objects.filter(training=training, tells=True, ended_at=None)
        waiting = waiting.filter(Q(ends_at=None) | Q(ends_at__gt=now))
        for enrolment in waiting.select_related("giving__person", "cohort", "training").iterator(AT_ONCE):
            heard = enrolment.told_at or enrolment.at
            opened = [
                lesson for lesson in lessons if heard < opening.opens_at(training, lesson, enrolment) <= now
            ]
            if opened:
                with transaction.atomic():
                    letters.lessons(enrolment, opened)
                    Enrolment.objects.filter(pk=enrolment.pk).update(told_at=now)
                count += 1
    return count


def ask(enrolment: Enrolment, *, on: bool) -> None:
    """Switch on or off that somebody hears of lessons that open; what opened before is no news."""
    enrolment.tells, enrolment.told_at = on, timezone.now() if on else None
    enrolment.save(update_fields=["tells", "told_at"])
