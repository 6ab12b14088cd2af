"""What the check of each clause counted: last, on each of thirty days, and whenever it found a clause broken.

Clauses' names and numbers alone: a fault is kept as its class, without the words that may quote a value.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Counted(models.Model):
    """The newest count of a clause.

    `begun_at` is when somebody last set out to count: who finds it old enough takes the clause by moving it,
    so that two do not count at once, and what a crash left behind is counted a period later. `clause_digest`
    tells the clause's words and check from those of another version.
    """

    clause = models.CharField(max_length=64, unique=True)
    clause_digest = models.CharField(max_length=32, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(null=True, blank=True)
    missed = models.PositiveBigIntegerField(default=0)
    of = models.PositiveBigIntegerField(default=0)
    took = models.PositiveIntegerField(default=0, help_text="Milliseconds")
    fault = models.CharField(max_length=64, blank=True, help_text="What kind of fault ended the check")

    class Meta:
        verbose_name_plural = "counted"

    def __str__(self) -> str:
        return f"{self.clause}: {self.missed} of {self.of}"

    @property
    def broken(self) -> bool:
        """Whether the check found a miss, or failed itself."""
        return self.missed > 0 or self.fault != ""


class CountedDay(models.Model):
    """A day of a clause: how often it was counted, how often in vain, and the worst count of the day."""

    clause = models.CharField(max_length=64)
    day = models.DateField(db_index=True)
    checks = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    missed = models.PositiveBigIntegerField(default=0)
    of = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clause", "day"], name="accountability_one_day")
        ]

    def __str__(self) -> str:
        return f"{self.clause} on {self.day}: {self.failed} of {self.checks}"


class Break(models.Model):
    """A clause was found broken: from when until when, the worst that was counted, what it stopped."""

    clause = models.CharField(max_length=64, db_index=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    missed = models.PositiveBigIntegerField(default=0)
    of = models.PositiveBigIntegerField(default=0)
    fault = models.CharField(max_length=64, blank=True)
    stopped = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["clause"], condition=models.Q(ended_at=None), name="accountability_one_break"
            )
        ]

    def __str__(self) -> str:
        return f"{self.clause} from {self.began_at:%Y-%m-%d %H:%M}"
