"""The tables of visits: browsers that were joined to their person, keys of days, notes of the owner.

Views themselves lie in one file a day (`days`), not in the database.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.look import times
from leadrush.vault.models import Held


class Browser(Held):
    """A browser whose visits its person has joined to themselves: its number, and what it is."""

    number = models.BigIntegerField(unique=True)
    name = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name

    @property
    def key_of(self) -> str:
        """The key by which its person erases it."""
        return f"{self._meta.label_lower}:{self.pk}"

    @property
    def day_of(self) -> str:
        """Since which day it is joined, in words."""
        return times.day(self.at)


class DayKey(models.Model):
    """The key of a day, under which its internet addresses are sealed; wrapped, and destroyed in time."""

    database: ClassVar[str] = "keys"

    day = models.DateField(primary_key=True)
    wrapped = models.BinaryField()

    def __str__(self) -> str:
        return f"key of {self.day}"


class Note(models.Model):
    """What the owner wrote beside a day in the chart."""

    day = models.DateField()
    words = models.CharField(_("What happened"), max_length=60)

    class Meta:
        ordering: ClassVar = ["day", "pk"]

    def __str__(self) -> str:
        return self.words


class Import(models.Model):
    """A server's log file that is being counted, or was: how far, and what was not understood.

    `offset` and `size` are bytes. The file itself lies in the folder of visits under the row's number, until
    it is counted.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits")
        READING = "reading", _("is being read")
        DONE = "done", _("counted")
        STOPPED = "stopped", _("stopped")

    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    lines = models.BigIntegerField(default=0)
    views = models.BigIntegerField(default=0)
    programs = models.BigIntegerField(default=0)
    aside = models.BigIntegerField(default=0)
    strange = models.BigIntegerField(default=0)
    samples = models.JSONField(default=list)
    first = models.DateTimeField(null=True)
    last = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    why = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def share(self) -> float:
        """How much of it is read, of one."""
        return self.offset / self.size if self.size else 1.0
