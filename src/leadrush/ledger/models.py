"""The ledger's tables, in a database of their own: a row a use, its place in the chain, a head a day."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone


class Settled(RuntimeError):
    """A row of the ledger was to be changed or deleted; rows are only ever added."""


class Added(models.Model):
    """A row that is added and stays as it is. Triggers of the database refuse what goes past this class."""

    database: ClassVar[str] = "ledger"

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Settled("an entry of the ledger is never changed")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Settled("an entry of the ledger is never deleted")


class Entry(Added):
    """One use, written before the value opened: who, what for, about whom, under which clause. Never a value.

    `actor` is a program's name, or the mark of a person (32 hex); `subject` is a person's mark, empty for an
    entry about many, whose `count` and `batch` say how many and which. A mark is an HMAC under a secret that
    goes with the person's key, so that an erased person's entries stay and name nobody.
    """

    at = models.DateTimeField(default=timezone.now)
    use = models.CharField(max_length=64)
    actor_kind = models.CharField(max_length=8)
    actor = models.CharField(max_length=64)
    subject = models.CharField(max_length=32, blank=True)
    what = models.CharField(max_length=64)
    about = models.CharField(max_length=64, blank=True)
    categories = models.CharField(max_length=4000, blank=True)
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


class Link(Added):
    """An entry's place in the chain, counted from 1 without a gap, and the digest up to it (32 bytes).

    The digest is SHA-256 over that of the place before and the entry's canonical form. `entry` is its id: a
    number and no foreign key, so that an entry which was removed leaves its place behind.
    """

    # Given, never drawn: as an automatic key it is SQLite's own row number, and found without an index.
    place = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField(unique=True)
    digest = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.place}: entry {self.entry}"


class Head(Added):
    """What is published of one day of the business: a digest that binds all entries up to `place`.

    Heads are numbered from 1 and each binds the one before, so that days without an entry differ too. `place`
    is 0 while nothing is chained.
    """

    number = models.PositiveIntegerField(primary_key=True)
    day = models.DateField(unique=True)
    place = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.day}: {bytes(self.digest).hex()}"
