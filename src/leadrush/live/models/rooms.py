"""Rooms, about nobody: where they are, and what they show."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.media.models import File


class RoomState(models.TextChoices):
    """Where a room is: planned, its hosts in the green room, live, paused, over."""

    PLANNED = "planned", _("Not begun")
    GREEN = "green", _("About to begin")
    LIVE = "live", _("Live")
    PAUSED = "paused", _("Paused")
    OVER = "over", _("Over")


class Room(models.Model):
    """One live session of an occasion. Names nobody."""

    about = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=7, choices=RoomState.choices, default=RoomState.PLANNED)
    live_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    recorded = models.BooleanField(default=False)
    chat = models.BooleanField(default=True)
    slow = models.PositiveSmallIntegerField(default=0, help_text="Seconds between two lines of one guest")
    deck = models.ForeignKey(File, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pages = models.PositiveSmallIntegerField(default=0, help_text="How many the deck has")
    slide = models.PositiveSmallIntegerField(default=0, help_text="The page that is shown; 0 for none")
    film = models.CharField(max_length=64, blank=True, help_text="The word of a recording that is shown")
    offer = models.CharField(max_length=200, blank=True, help_text="The path of the offer that is shown")
    # On which machine its sound and pictures are, where there are several (`placing`), and all on which they
    # have been: parts of its recording lie there. What the media server calls it.
    provider_host = models.CharField(max_length=64, blank=True)
    provider_hosts = models.JSONField(default=list, blank=True)
    provider_room = models.CharField(max_length=64, blank=True)
    # When somebody last asked for it by HLS.
    crowd_at = models.DateTimeField(null=True, blank=True)
    replay = models.ForeignKey(File, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    replay_open = models.BooleanField(default=False)
    replay_others = models.BooleanField(default=False, help_text="Shown to others, where all in it agreed")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.about}, {self.state}"

    @property
    def is_over(self) -> bool:
        """Whether nobody enters any more."""
        return self.state == RoomState.OVER


class Turn(models.Model):
    """Which page of which slides was shown from when on, while a room was live; page 0 is none."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    deck = models.ForeignKey(File, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    page = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["room", "at"], name="live_turns")]

    def __str__(self) -> str:
        return f"page {self.page} in {self.room_id}"
