"""Messages and the links in them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.vault.models import Giving, Held, Person


class Kind(models.TextChoices):
    """What a message is for. Needed ones cannot be opted out of; promotions need a yes."""

    NEEDED = "needed", _("Needed")
    NOTICE = "notice", _("Notice")
    PROMOTION = "promotion", _("Promotion")


class State(models.TextChoices):
    """Where a message is. It leaves when its hand-over commits; what follows is the network."""

    WAITING = "waiting", _("Waiting")
    LEAVING = "leaving", _("Leaving")
    LEFT = "left", _("Left")
    FAILED = "failed", _("Failed")
    UNSURE = "unsure", _("Not known")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REFUSED = "refused", _("Refused")


class Message(Held):
    """One message to one person: its words sealed, its fate in the clear. The row names nobody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use = models.CharField(max_length=64)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    template = models.CharField(max_length=64)
    to = models.CharField(max_length=32, default="email", help_text="The kind of item that it goes to")
    about = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=128, unique=True)
    sealed = models.BinaryField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    why = models.CharField(max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(null=True, blank=True)
    entry = models.BigIntegerField(null=True, blank=True)

    class Meta(Held.Meta):
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"], name="message_due", condition=models.Q(state__in=["waiting", "leaving"])
            ),
            models.Index(fields=["person", "-made_at"], name="message_person"),
            models.Index(fields=["about"], name="message_about"),
            models.Index(fields=["-made_at"], name="message_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.template} ({self.state})"


class Link(models.Model):
    """A link that lets somebody do one thing without signing in. Random, stored as a digest, of one scope."""

    digest = models.CharField(max_length=64, primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    giving = models.ForeignKey(Giving, on_delete=models.CASCADE, related_name="+", null=True)
    scope = models.CharField(max_length=64)
    about = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.scope} {self.about}"
