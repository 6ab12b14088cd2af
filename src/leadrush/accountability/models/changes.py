"""A change of the statement on its way: the owner's draft, the notice of a version, and who was told."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.gate.models import Version


class Draft(models.Model):
    """What the owner means to publish next. There is one open one; published ones stay, to tell what was left
    out. `revision` grows with each saving, so that of two who edit at once the second is told."""

    base = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    words = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    saved_at = models.DateTimeField(default=timezone.now)
    published_as = models.PositiveIntegerField(null=True, unique=True)

    class Meta:
        constraints: ClassVar = [
            # A column that is null is like no other: the condition is what makes the open one single.
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(published_as__isnull=True), name="one_open_draft"
            )
        ]

    def __str__(self) -> str:
        return f"{self.base_id}.{self.revision}"


class Notice(models.Model):
    """How far the telling of one version has got; `after` is a place in the order of all persons."""

    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="+")
    before = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    after = models.UUIDField(null=True)
    told = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.version_id}: {self.told}"


class Told(models.Model):
    """That a version concerned somebody, what came of telling them, and what they were asked and answered.

    `uses` are the names of the uses that they were asked for, `yes` and `no` those answered so, each apart by
    a space. It holds nothing that anybody gave.
    """

    class Outcome(models.TextChoices):
        """What came of it."""

        WRITTEN = "written", _("Written to")
        LEFT_OUT = "left out", _("Asked not to be written to")
        NO_WAY = "no way", _("No confirmed address that may be used for this")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    uses = models.TextField(blank=True)
    yes = models.TextField(blank=True)
    no = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "version"], name="told_once")]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.outcome}"
