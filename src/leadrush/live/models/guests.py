"""Who is in a room: seats, and when somebody was there."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.live.models.rooms import Room
from leadrush.vault.models import Held


class Role(models.TextChoices):
    """What somebody does in a room; a speaker is a guest who was invited on stage for a while."""

    HOST = "host", _("Host")
    COHOST = "cohost", _("Co-host")
    SPEAKER = "speaker", _("On stage")
    GUEST = "guest", _("Guest")


HOSTING = (Role.HOST, Role.COHOST)


class Guest(Held):
    """Somebody's seat in a room: what they are called there and what they do. Everything else hangs on it."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=7, choices=Role.choices, default=Role.GUEST)
    name = models.CharField(max_length=60)
    # Which of their windows is in the room: the newest one.
    chair = models.CharField(max_length=32, blank=True)
    hand_at = models.DateTimeField(null=True, blank=True)
    muted_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta(Held.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["room", "person"], name="live_once")]

    def __str__(self) -> str:
        return f"{self.role} in {self.room_id}"

    @property
    def may_host(self) -> bool:
        """Whether they may do what hosts do."""
        return self.role in HOSTING


class Stay(Held):
    """From when until when somebody was in a room; a gap of less than a minute is none."""

    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, related_name="+")
    came_at = models.DateTimeField()
    left_at = models.DateTimeField()
    corrected_at = models.DateTimeField(null=True, blank=True)

    class Meta(Held.Meta):
        indexes: ClassVar = [models.Index(fields=["guest", "-left_at"], name="live_stays")]

    def __str__(self) -> str:
        return f"{self.came_at:%H:%M} to {self.left_at:%H:%M}"
