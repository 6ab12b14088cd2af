"""The letters of a training: it is open, a lesson opened, what was handed in is answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from leadrush import look, mailbox
from leadrush.look import times as home
from leadrush.mailbox import links
from leadrush.mailbox.models import Kind
from leadrush.training import opening
from leadrush.training.models import Enrolment, Feedback, HandIn, Lesson

USE = "training.learn"
LASTS = timedelta(days=3650)
"""How long a letter's link leads to the training; the end of the access ends it sooner."""


def opened(enrolment: Enrolment) -> None:
    """Write that a training is open, or from when on it is. Leaves now in both cases."""
    giving = enrolment.giving
    scopes = ["training.enter"] if giving.confirmed else ["training.enter", "training.not_me"]
    made = links.make_all(
        person=giving.person,
        giving=giving,
        scopes=scopes,
        about=enrolment.training.about,
        expires_at=giving.lapses_at or timezone.now() + LASTS,
    )
    begins = opening.begins_at(enrolment)
    _post(
        enrolment,
        "opened",
        f"{enrolment.pk}:{enrolment.letters}",
        enter=made["training.enter"],
        not_me=made.get("training.not_me", ""),
        begins=home.when(begins) if begins > timezone.now() else "",
        group=enrolment.cohort.name if enrolment.cohort else "",
        lede=enrolment.training.lede,
        bought=enrolment.source == Enrolment.Source.ORDER,
    )


def lessons(enrolment: Enrolment, fresh: Sequence[Lesson]) -> None:
    """Write that lessons opened."""
    _post(
        enrolment,
        "lessons",
        f"{enrolment.pk}:{max(lesson.pk for lesson in fresh)}",
        kind=Kind.NOTICE,
        lessons=[lesson.title for lesson in fresh],
        first=mailbox.absolute(fresh[0].get_absolute_url()),
    )


def answered(said: Feedback) -> None:
    """Write that what somebody handed in is answered; the answer itself is on the page, not in the letter."""
    hand_in: HandIn = said.hand_in
    lesson = hand_in.assignment.lesson
    _post(
        hand_in.enrolment,
        "answered",
        f"{said.pk}:{said.at:%Y%m%d%H%M%S%f}",
        work=hand_in.assignment.title,
        accepted=said.verdict == Feedback.Verdict.ACCEPTED,
        lesson=mailbox.absolute(f"{lesson.get_absolute_url()}#work"),
    )


def _post(enrolment: Enrolment, name: str, key: str, *, kind: str = Kind.NEEDED, **more: Any) -> None:
    giving, training = enrolment.giving, enrolment.training
    mailbox.post(
        person=giving.person,
        giving=giving,
        use=USE,
        kind=kind,
        template=f"training.{name}",
        key=f"training.{name}:{key}",
        about=training.about,
        context={
            "title": training.title,
            "business": look.business().name,
            "page": mailbox.absolute(training.get_absolute_url()),
            **more,
        },
    )
