"""The vault's tables without masks: column for column what they are there, no more and no less."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone


class Plain(models.Model):
    """A table of the plain database."""

    database: ClassVar[str] = "plain"
    objects: ClassVar[Any] = models.Manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.pk}"


class Person(Plain):
    """Somebody, as `vault.Person`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.CharField(max_length=254, unique=True)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)


class Giving(Plain):
    """One submission, as `vault.Giving`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    where = models.CharField(max_length=64)
    about = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    lapses_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)


class Item(Plain):
    """One identifier, as `vault.Item`; the same bytes, so that rows differ by the mask alone."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    giving = models.ForeignKey(Giving, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=32)
    category = models.CharField(max_length=64)
    sealed = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "kind"], name="plain_item_a_kind")]
