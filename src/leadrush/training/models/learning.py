"""What belongs to somebody who learns: that they have a training, their ticks, places and notes."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.purchases.models import Access
from leadrush.training.models.cohorts import Cohort
from leadrush.training.models.lessons import Lesson
from leadrush.training.models.trainings import Training
from leadrush.vault.models import Held


class Enrolment(Held):
    """Somebody has a training: since when, how it came, until when.

    One a person and training; where two records of one person were joined there may be two, so whatever is
    asked about a learner is asked by person and training. `tells`: they want word of lessons that open, and
    `told_at` says until when they had it. `keeps_place`: they want us to remember where they stopped.
    """

    class Source(models.TextChoices):
        ORDER = "order", _("bought")
        FREE = "free", _("for an e-mail address")
        STAFF = "staff", _("given by somebody who works here")

    training = models.ForeignKey(Training, on_delete=models.CASCADE, related_name="+")
    cohort = models.ForeignKey(Cohort, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    source = models.CharField(max_length=5, choices=Source.choices)
    access = models.ForeignKey(Access, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    opens_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    tells = models.BooleanField(default=False)
    told_at = models.DateTimeField(null=True, blank=True)
    keeps_place = models.BooleanField(default=False)
    letters = models.PositiveSmallIntegerField(default=0)
    lettered_at = models.DateTimeField(null=True, blank=True)

    class Meta(Held.Meta):
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [
            models.Index(fields=["person", "training"], name="training_has"),
            models.Index(fields=["training", "ended_at"], name="training_who"),
        ]

    def __str__(self) -> str:
        return f"{self.source} of {self.training_id}"

    def is_over(self, now: datetime) -> bool:
        """Whether it was taken back, or its days are over."""
        return self.ended_at is not None or (self.ends_at is not None and self.ends_at <= now)

    def is_open(self, now: datetime) -> bool:
        """Whether lessons can be opened now."""
        return self.opens_at <= now and not self.is_over(now) and self.paused_at is None


class Tick(Held):
    """A lesson is done: its learner said so, and nothing else does."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta(Held.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrolment", "lesson"], name="training_ticked_once"),
        ]

    def __str__(self) -> str:
        return f"tick on {self.lesson_id}"


class Place(Held):
    """Where somebody stopped in a lesson's video, in seconds; only for whoever asked us to remember it."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="+")
    seconds = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta(Held.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrolment", "lesson"], name="training_one_stop"),
        ]

    def __str__(self) -> str:
        return f"place in {self.lesson_id}"


class Note(Held):
    """What somebody wrote for themselves, sealed; at a second of the video, or of the lesson as a whole.

    Notes are under `training.learn` alone: no use that staff have reaches their rows.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="+")
    seconds = models.PositiveIntegerField(null=True, blank=True)
    sealed = models.BinaryField()
    once = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    CONTEXT = "training.note"

    class Meta(Held.Meta):
        ordering: ClassVar = ["lesson", "seconds", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrolment", "once"], name="training_noted_once"),
        ]

    def __str__(self) -> str:
        return f"note in {self.lesson_id}"


class Seen(Held):
    """That a list of learners showed somebody: the look's entry in the ledger, for its person's page."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    entry = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta(Held.Meta):
        verbose_name_plural = "seen"

    def __str__(self) -> str:
        return f"seen in {self.entry}"
