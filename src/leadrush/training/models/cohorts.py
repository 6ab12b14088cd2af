"""Groups that take a training together, and when they meet."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadrush.training.models.trainings import Training


class Cohort(models.Model):
    """A group: its days and its seats. Who is in it is said by enrolments."""

    training = models.ForeignKey(Training, on_delete=models.CASCADE, related_name="cohorts")
    name = models.CharField(_("name"), max_length=80)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    seats = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    open = models.BooleanField(_("people can join"), default=True)

    class Meta:
        ordering: ClassVar = ["first_day", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="training_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Live(models.Model):
    """An hour at which a group meets: when, and where (a link, or a webinar's page)."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="lives")
    title = models.CharField(_("title"), max_length=120)
    starts_at = models.DateTimeField(_("starts"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=60)
    where = models.CharField(_("where"), max_length=300, blank=True)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # RFC 5545's SEQUENCE: raised with each change of what stands in calendars.
    sequence = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering: ClassVar = ["starts_at", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def about(self) -> str:
        """The reference under which a live room knows this hour."""
        return f"training.live:{self.pk}"

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)
