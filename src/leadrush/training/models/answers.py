"""What somebody answered and handed in, and what they were told about it. All words are sealed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.training.models.assignments import Assignment
from leadrush.training.models.learning import Enrolment
from leadrush.training.models.quizzes import Quiz, QuizEdition
from leadrush.vault.models import Held


class Attempt(Held):
    """A marked quiz that was sent: its edition, the answers (sealed JSON: question to answer), the result.

    `number` counts from 1 for each learner and quiz; by the constraint no race takes one more than there are.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    quiz = models.ForeignKey(Quiz, on_delete=models.PROTECT, related_name="+")
    edition = models.ForeignKey(QuizEdition, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    once = models.UUIDField()
    right = models.PositiveSmallIntegerField()
    of = models.PositiveSmallIntegerField()
    passed = models.BooleanField()
    sealed = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)

    CONTEXT = "training.attempt"

    class Meta(Held.Meta):
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrolment", "quiz", "number"], name="training_one_attempt"),
            models.UniqueConstraint(fields=["enrolment", "once"], name="training_attempted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.right} of {self.of}"


class HandIn(Held):
    """Something handed in: words (sealed), and perhaps a file beside. `number` counts from 1."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    once = models.UUIDField()
    sealed = models.BinaryField(default=b"")
    at = models.DateTimeField(default=timezone.now)

    CONTEXT = "training.hand_in"

    class Meta(Held.Meta):
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enrolment", "assignment", "number"], name="training_one_hand_in"
            ),
            models.UniqueConstraint(fields=["enrolment", "once"], name="training_handed_in_once"),
        ]

    def __str__(self) -> str:
        return f"hand-in {self.number} for {self.assignment_id}"


class HandedFile(Held):
    """A file that somebody handed in: its name and its bytes, sealed (JSON: name, base64), and its kind."""

    hand_in = models.OneToOneField(HandIn, on_delete=models.CASCADE, related_name="file")
    kind = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sealed = models.BinaryField()

    CONTEXT = "training.file"

    def __str__(self) -> str:
        return f"{self.kind}, {self.size} bytes"


class Feedback(Held):
    """What somebody who teaches said of a hand-in, sealed under its learner's key; is it accepted or not."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        AGAIN = "again", _("Once more")

    hand_in = models.OneToOneField(HandIn, on_delete=models.CASCADE, related_name="feedback")
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    sealed = models.BinaryField(default=b"")
    at = models.DateTimeField(default=timezone.now)

    CONTEXT = "training.feedback"

    class Meta(Held.Meta):
        verbose_name_plural = "feedback"

    def __str__(self) -> str:
        return f"{self.verdict} for {self.hand_in_id}"
