"""A file that the business made."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import IO, ClassVar

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone

AWAY = "away"
"""The storage elsewhere, where there is one: see `storing`."""


def shelf(away: bool = False) -> Storage:
    """Return where files lie: Django's storage `files`, a folder here, or the one elsewhere.

    Where no storage elsewhere is named any more, what lay there is looked for here, where it may be again.
    """
    return storages[AWAY if away and AWAY in storages.backends else "files"]


def landing() -> Path:
    """Return the folder of what is on its way in; nothing stays there, and backups leave it out."""
    place = Path(settings.DATA) / "files" / "arriving"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


class File(models.Model):
    """One content, however often it was sent in: its kind, bytes, SHA-256 as it came, its name on the shelf.

    What is seen in a film (`seconds`, `width`, `height`, `trouble`) is known a moment after it came in.
    """

    digest = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=80)
    size = models.BigIntegerField()
    place = models.CharField(max_length=100)
    away = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)
    """When it was sent in last."""
    looks = models.PositiveSmallIntegerField(default=0)
    looked_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    trouble = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind}, {self.size} bytes"

    @property
    def version(self) -> str:
        """A word that changes with the bytes: films are written anew where they could not start at once."""
        return PurePosixPath(self.place).name

    def opened(self) -> IO[bytes]:
        """Return its bytes, to be read from any place. Raises `FileNotFoundError`, or `OSError` where the
        storage elsewhere does not answer."""
        opened: IO[bytes] = shelf(self.away).open(self.place)
        return opened
