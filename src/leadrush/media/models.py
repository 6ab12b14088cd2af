"""A file that the business made."""

from __future__ import annotations

from typing import ClassVar

from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone


def shelf() -> Storage:
    """Return where files lie: Django's storage `files`."""
    return storages["files"]


class File(models.Model):
    """One content, however often it was sent in: its kind, bytes, SHA-256, and its name on the shelf."""

    digest = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=80)
    size = models.BigIntegerField()
    place = models.CharField(max_length=100)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind}, {self.size} bytes"
