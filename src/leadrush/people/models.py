"""Where somebody is signed in; a code that is still to be written; two records on their way to one."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from leadrush.vault.models import Held


class SignIn(Held):
    """One browser in which a person is signed in: since which day, what kind. No internet address."""

    started = models.DateField()
    browser = models.CharField(max_length=40)
    session = models.CharField(max_length=40, unique=True)

    class Meta(Held.Meta):
        indexes: ClassVar = [models.Index(fields=["started"], name="sign_in_started")]

    def __str__(self) -> str:
        return f"{self.browser}, {self.started}"


class Asked(models.Model):
    """A code that was asked for at the sign-in page and whose letter is to be written within a second.

    There is a row whether or not anybody has the address, so that the page does the same work for both;
    `person` is then a number that nobody has.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.UUIDField()
    sealed = models.BinaryField()
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"a code for {self.person}"


class Joining(models.Model):
    """Two records that are being made one; the row goes when it is done, so what died is taken up again."""

    kept = models.UUIDField()
    gone = models.UUIDField(unique=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.gone} into {self.kept}"
