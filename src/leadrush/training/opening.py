"""When a lesson opens for somebody: with their access, on its day, or so many days after they began."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from leadrush import look
from leadrush.training.models import Enrolment, Lesson, Training


def begins_at(enrolment: Enrolment) -> datetime:
    """Return when somebody can begin: with their access, and not before their group does."""
    cohort = enrolment.cohort
    return max(enrolment.opens_at, midnight(cohort.first_day)) if cohort else enrolment.opens_at


def opens_at(training: Training, lesson: Lesson, enrolment: Enrolment) -> datetime:
    """Return when a lesson opens for somebody; a moment that is over means that it is open."""
    begins = begins_at(enrolment)
    if training.drip == Training.Drip.DATES and lesson.opens_at is not None:
        return max(begins, lesson.opens_at)
    if training.drip == Training.Drip.DAYS and lesson.opens_after:
        return later(begins, lesson.opens_after)
    return begins


def later(moment: datetime, days: int) -> datetime:
    """Return the same hour so many days on, as the business's clocks show it; UTC."""
    there = moment.astimezone(look.business().zone)
    return (there + timedelta(days=days)).astimezone(UTC)


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins where the business is; UTC."""
    return datetime.combine(day, time(), tzinfo=look.business().zone).astimezone(UTC)
