"""The ledger's one table: a row for each use, in a database of its own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone


class Settled(RuntimeError):
    """An entry was to be changed or deleted; entries are only ever added."""


class Entry(models.Model):
    """One use, written before the value opened: who, what for, about whom, under which clause. Never a value.

    `actor` is a program's name, or the mark of a person (32 hex); `subject` is a person's mark, empty for an
    entry about many, whose `count` and `batch` say how many and which. A mark is an HMAC under a secret that
    goes with the person's key, so that an erased person's entries stay and name nobody.
    """

    database: ClassVar[str] = "ledger"

    at = models.DateTimeField(default=timezone.now)
    use = models.CharField(max_length=64)
    actor_kind = models.CharField(max_length=8)
    actor = models.CharField(max_length=64)
    subject = models.CharField(max_length=32, blank=True)
    what = models.CharField(max_length=64)
    about = models.CharField(max_length=64, blank=True)
    categories = models.CharField(max_length=200, blank=True)
    count = models.PositiveIntegerField(default=1)
    batch = models.CharField(max_length=64, blank=True)
    clause = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "entry"
        verbose_name_plural = "entries"
        indexes: ClassVar = [
            models.Index(fields=["subject", "-id"], condition=~models.Q(subject=""), name="about")
        ]

    def __str__(self) -> str:
        return f"{self.id}: {self.use} {self.what}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise Settled("an entry of the ledger is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Settled("an entry of the ledger is never deleted")
