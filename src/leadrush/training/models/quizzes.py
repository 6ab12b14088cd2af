"""Quizzes as the business writes them, and as they were shown.

Staff change questions and choices as they like. What is shown is an edition: the whole quiz as it was, kept
for those who answered it, made when somebody opens the quiz and its newest edition says something else. So
whoever changes a quiz has nothing to note, and one that changes under somebody is judged as they saw it.
"""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.training.models.lessons import Lesson


class Quiz(models.Model):
    """The questions of a lesson. For practice they are compared in the browser; nothing is sent or kept."""

    lesson = models.OneToOneField(Lesson, on_delete=models.CASCADE, related_name="quiz")
    title = models.CharField(_("heading"), max_length=120, blank=True)
    marked = models.BooleanField(_("answers are kept, and marked"), default=False)
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    pass_mark = models.PositiveSmallIntegerField(
        _("percent to pass"), default=70, validators=[MaxValueValidator(100)]
    )

    class Meta:
        verbose_name_plural = "quizzes"

    def __str__(self) -> str:
        return self.title or f"quiz of {self.lesson_id}"


class Question(models.Model):
    """One question. Which columns it fills depends on its kind.

    ONE, MANY: choices, of which some are right. NUMBER: `number`, give or take `tolerance`. TEXT: `accepted`,
    an answer a line, compared without case and space. ORDER: choices in their right order by `position`.
    MATCH: choices, each with what belongs to it in `pair`.
    """

    class Kind(models.TextChoices):
        ONE = "one", _("One of several")
        MANY = "many", _("Several of several")
        NUMBER = "number", _("A number")
        TEXT = "text", _("A word or a few")
        ORDER = "order", _("Put in order")
        MATCH = "match", _("Match pairs")

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="questions")
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.ONE)
    text = models.TextField(_("question"), max_length=1000)
    position = models.PositiveSmallIntegerField(default=0)
    number = models.DecimalField(_("the number"), max_digits=20, decimal_places=6, null=True, blank=True)
    tolerance = models.DecimalField(_("give or take"), max_digits=20, decimal_places=6, default=0)
    accepted = models.TextField(_("accepted answers, one a line"), blank=True)
    right_words = models.TextField(_("said when it is right"), max_length=600, blank=True)
    wrong_words = models.TextField(_("said when it is not"), max_length=600, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class Choice(models.Model):
    """One thing to choose, to put in order, or to match; `feedback` is said of whoever chose it."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choices")
    text = models.CharField(_("choice"), max_length=300)
    pair = models.CharField(_("what belongs to it"), max_length=300, blank=True)
    right = models.BooleanField(_("right"), default=False)
    feedback = models.TextField(_("said of whoever chose it"), max_length=600, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class QuizEdition(models.Model):
    """A quiz as it was shown: whole, never changed, known by the digest of what it says (`editions`)."""

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="editions")
    digest = models.CharField(max_length=64)
    marked = models.BooleanField()
    content = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["quiz", "digest"], name="training_one_edition"),
        ]

    def __str__(self) -> str:
        return f"{self.quiz_id} of {self.at:%Y-%m-%d}"
