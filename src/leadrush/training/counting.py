"""What the report of a training counts: how far learners come, who finished, which questions most get wrong.

Under `training.teach`. No name, no address; the numbers are for those who teach, so small ones stand there.
"""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from leadrush import vault
from leadrush.training import judging, looking
from leadrush.training.handing_in import CATEGORY
from leadrush.training.models import (
    Attempt,
    Enrolment,
    Feedback,
    Lesson,
    Question,
    Quiz,
    Tick,
    Training,
)

MOST = 500
"""So many learners' newest attempts are opened for one quiz at most, the newest first."""


@dataclass(frozen=True)
class Step:
    """A lesson: how many ticked it; how many came so far, which is ticked it or a later one; the share of all
    learners that these are, and how many the step before lost."""

    number: int
    lesson: Lesson
    ticked: int
    reached: int
    share: float
    lost: int


@dataclass(frozen=True)
class Report:
    """What is known of a training: learners, steps from first lesson to last, who finished, by which rule."""

    learners: int
    began: int
    finished: int
    certified: int
    steps: tuple[Step, ...]
    biggest: Step | None


def report(training: Training) -> Report:
    """Count a training; a question each for learners, ticks, attempts and accepted work."""
    persons = set(Enrolment.objects.filter(training=training).values_list("person_id", flat=True))
    rows = Lesson.objects.of(training).standing().select_related("module", "quiz", "assignment").defer("body")
    lessons: list[Lesson] = list(rows)
    by_person: dict[uuid.UUID, set[int]] = defaultdict(set)
    ticks = Tick.objects.filter(lesson__in=lessons).values_list("person_id", "lesson_id")
    for person, lesson in ticks:
        by_person[person].add(lesson)
    done = {person for person, ticked in by_person.items() if len(ticked) == len(lessons) and lessons}
    steps = _steps(lessons, list(by_person.values()), len(persons))
    lossy = [step for step in steps if step.lost > 0]
    return Report(
        learners=len(persons),
        began=len(by_person),
        finished=len(done),
        certified=len(done & _by_rule(training, lessons, done)),
        steps=tuple(steps),
        biggest=max(lossy, key=lambda step: step.lost, default=None),
    )


def _steps(lessons: list[Lesson], ticked: list[set[int]], learners: int) -> list[Step]:
    places = {lesson.pk: number for number, lesson in enumerate(lessons, 1)}
    furthest = [max(places[key] for key in keys) for keys in ticked]
    found, before = [], learners
    for number, lesson in enumerate(lessons, 1):
        reached = sum(place >= number for place in furthest)
        count = sum(lesson.pk in keys for keys in ticked)
        share = reached / learners if learners else 0.0
        found.append(Step(number, lesson, count, reached, min(share, 1.0), max(before - reached, 0)))
        before = reached
    return found


def _by_rule(training: Training, lessons: list[Lesson], done: set[uuid.UUID]) -> set[uuid.UUID]:
    """Return who of those who ticked everything also did what the certificate asks for beyond that."""
    kept = set(done) if training.certifies else set()
    if training.rule in (Training.Rule.QUIZZES, Training.Rule.WORK):
        asked = Question.objects.filter(quiz__lesson__in=lessons, quiz__marked=True)
        quizzes = set(asked.values_list("quiz", flat=True))
        passed = Attempt.objects.filter(quiz__in=quizzes, passed=True).values_list("person_id", "quiz_id")
        kept &= _having_all(set(passed), quizzes, kept)
    if training.rule == Training.Rule.WORK:
        works = {one.assignment.pk for one in lessons if getattr(one, "assignment", None)}
        accepted = Feedback.objects.filter(
            hand_in__assignment__in=works, verdict=Feedback.Verdict.ACCEPTED
        ).values_list("person_id", "hand_in__assignment_id")
        kept &= _having_all(set(accepted), works, kept)
    return kept


def _having_all(
    pairs: set[tuple[uuid.UUID, int]], wanted: set[int], persons: set[uuid.UUID]
) -> set[uuid.UUID]:
    return {person for person in persons if all((person, one) in pairs for one in wanted)}


@dataclass(frozen=True)
class Asked:
    """A marked quiz as the report names it: how many answered it, how many passed."""

    quiz: Quiz
    answered: int
    passed: int


def quizzes(training: Training) -> list[Asked]:
    """Return the marked quizzes with how many learners answered and passed each. Opens nothing."""
    rows = Quiz.objects.filter(
        lesson__module__training=training, lesson__removed_at=None, marked=True, questions__isnull=False
    )
    marked = list(
        rows.select_related("lesson").distinct().order_by("lesson__module__position", "lesson__position")
    )
    answered = dict(
        Attempt.objects.filter(quiz__in=marked)
        .values_list("quiz_id")
        .annotate(count=Count("person", distinct=True))
        .order_by()
    )
    passed = dict(
        Attempt.objects.filter(quiz__in=marked, passed=True)
        .values_list("quiz_id")
        .annotate(count=Count("person", distinct=True))
        .order_by()
    )
    return [Asked(quiz, answered.get(quiz.pk, 0), passed.get(quiz.pk, 0)) for quiz in marked]


@dataclass(frozen=True)
class Missed:
    """A question with how many answered it and how many of them got it wrong."""

    text: str
    answered: int
    wrong: int

    @property
    def share(self) -> float:
        """The share that got it wrong."""
        return self.wrong / self.answered if self.answered else 0.0


def missed(quiz: Quiz) -> list[Missed]:
    """Return the questions of a quiz, those first that most got wrong at their first attempt.

    Answers are opened for it: one entry, written first, and a row for each whose answers they are.
    """
    first: dict[uuid.UUID, Attempt] = {}
    rows = Attempt.objects.filter(quiz=quiz).select_related("edition", "enrolment__giving", "giving")
    for attempt in rows.order_by("-pk")[: MOST * 4]:
        first[attempt.person_id] = attempt
    attempts = list(first.values())[:MOST]
    if not attempts:
        return []
    training = quiz.lesson.module.training
    entry, batch = looking.write_down(
        training, [attempt.enrolment for attempt in attempts], what="training.questions"
    )
    texts = vault.unseal(
        [(attempt.person_id, attempt.sealed) for attempt in attempts],
        context=Attempt.CONTEXT,
        category=CATEGORY,
        what="training.questions",
        about=training.about,
        batch=batch,
        entry=entry,
    )
    return tallied([(attempt.edition.content, text) for attempt, text in zip(attempts, texts, strict=True)])


def tallied(opened: list[tuple[dict[str, Any], str]]) -> list[Missed]:
    """Return how often each question was got wrong, by what it asks; pure. What was lost is left out."""
    answered: dict[str, int] = defaultdict(int)
    wrong: dict[str, int] = defaultdict(int)
    for content, text in opened:
        answers = json.loads(text)
        if not isinstance(answers, dict) or "lost" in answers:
            continue
        for judged in judging.judge(content, answers).judged:
            words = judged.question["text"]
            answered[words] += 1
            wrong[words] += not judged.right
    found = [Missed(words, count, wrong[words]) for words, count in answered.items()]
    return sorted(found, key=lambda one: (-one.share, one.text))
