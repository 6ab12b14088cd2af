"""Marked quizzes: sent once a form, judged by what was shown, no more often than allowed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from leadrush import gate, vault
from leadrush.gate import evidence
from leadrush.training import judging
from leadrush.training.judging import Result
from leadrush.training.models import Attempt, Enrolment, Quiz, QuizEdition
from leadrush.vault.turns import begins_again, hold_living

USE = "training.learn"
CLAUSE = "training-teaching"
CATEGORY = "lr:LearnerWork"


class NoMore(ValueError):
    """All attempts are taken."""


@begins_again
def hand_over(
    enrolment: Enrolment, edition: QuizEdition, answers: Mapping[str, Any], *, once: uuid.UUID
) -> Attempt:
    """Judge answers by the edition that was shown, and keep both; the same form twice is one attempt.

    Raises `NoMore` where all attempts are taken, also by two windows at once, and `evidence.Stopped` while
    the clause is broken. Raises `ValueError` for a quiz for practice, whose answers are never kept.
    """
    if not edition.marked:
        raise ValueError("answers to a quiz for practice are not kept")
    evidence.demand_open(CLAUSE)
    with gate.using(USE, what="training.attempt"):
        try:
            with transaction.atomic():
                hold_living(enrolment.person_id)
                return _attempt(enrolment, edition, answers, once)
        except IntegrityError:
            # The same form, sent twice at once: the other one was quicker.
            quicker: Attempt = Attempt.objects.get(enrolment=enrolment, once=once)
            return quicker


def _attempt(
    enrolment: Enrolment, edition: QuizEdition, answers: Mapping[str, Any], once: uuid.UUID
) -> Attempt:
    mine = list(Attempt.objects.filter(enrolment=enrolment, quiz=edition.quiz_id))
    known: Attempt | None = next((one for one in mine if one.once == once), None)
    if known is not None:
        return known
    limit = edition.content["attempts"]
    if limit is not None and len(mine) >= limit:
        raise NoMore
    result = judging.judge(edition.content, answers)
    made = Attempt(
        person=enrolment.person,
        giving=enrolment.giving,
        enrolment=enrolment,
        quiz_id=edition.quiz_id,
        edition=edition,
        number=max((one.number for one in mine), default=0) + 1,
        once=once,
        right=result.right,
        of=result.of,
        passed=result.passed,
        sealed=vault.seal(enrolment.person_id, json.dumps(answers, ensure_ascii=False), Attempt.CONTEXT),
    )
    made.save()
    return made


def of(enrolment: Enrolment, quiz: Quiz) -> list[Attempt]:
    """Return somebody's attempts at a quiz, oldest first, sealed as they lie; under the use in force."""
    rows = Attempt.objects.filter(person=enrolment.person_id, quiz=quiz)
    return list(rows.select_related("edition").order_by("pk"))


def opened(attempt: Attempt) -> Result:
    """Return an attempt judged as it was shown, opened under the use in force."""
    (text,) = vault.unseal(
        [(attempt.person_id, attempt.sealed)],
        context=Attempt.CONTEXT,
        category=CATEGORY,
        what="training.answers",
    )
    return judging.judge(attempt.edition.content, json.loads(text))
