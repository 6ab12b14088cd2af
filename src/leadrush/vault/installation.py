"""This installation: the number that its backups carry, and the last moment at which its clock was right."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone


class Installation(models.Model):
    """The one row of a site: which one it is, and until when its clock was believed (`vault.clocks`)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.UUIDField(default=uuid.uuid4, editable=False)
    clock_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.number)


def this() -> Installation:
    """Return this installation, noted at the first asking."""
    return Installation.objects.get_or_create(id=1)[0]
