"""Certificates, and which of them their persons show to whoever asks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from leadrush.training.models.trainings import Training
from leadrush.vault.models import Held


class Certificate(Held):
    """Somebody finished a training: a number that cannot be guessed, the title and the day, as they were.

    It hangs on a giving of its own, so that it outlives the access. The name that its PDF carries is sealed,
    and empty where its person wants none.
    """

    training = models.ForeignKey(Training, on_delete=models.SET_NULL, null=True, related_name="+")
    number = models.CharField(max_length=19, unique=True)
    title = models.CharField(max_length=120)
    lessons = models.PositiveSmallIntegerField(default=0)
    minutes = models.PositiveIntegerField(default=0)
    sealed = models.BinaryField(default=b"")
    at = models.DateTimeField(default=timezone.now)

    CONTEXT = "training.certificate"

    class Meta(Held.Meta):
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.number


class Publication(Held):
    """Its person shows a certificate to whoever has its address. Without this row its page says nothing.

    It holds all that its page shows, so that the page reads nothing else. `sealed` is the name; empty where
    they chose to show none. The row goes with their no.
    """

    certificate = models.OneToOneField(Certificate, on_delete=models.CASCADE, related_name="publication")
    number = models.CharField(max_length=19, unique=True)
    title = models.CharField(max_length=120)
    earned_at = models.DateTimeField()
    sealed = models.BinaryField(default=b"")
    at = models.DateTimeField(default=timezone.now)

    CONTEXT = "training.publication"

    class Meta(Held.Meta):
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"shown since {self.at:%Y-%m-%d}"
