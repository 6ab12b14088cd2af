"""What was recorded: whose picture and voice, and the film of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.live.models.rooms import Room
from leadrush.vault.models import Held


class Appearance(Held):
    """Somebody's picture and voice in the recording of a room, with their yes. Clause `live-recording`.

    It rests on a giving of its own, so that it stays as long as the film does. `word` is theirs in the
    recording; `shown_at` is when they said yes to others seeing it, the moment of that yes itself. Clause
    `live-showing`.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    word = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    shown_at = models.DateTimeField(null=True, blank=True)

    class Meta(Held.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room", "person"], name="live_recorded_once")
        ]

    def __str__(self) -> str:
        return f"recorded in {self.room_id}"


class RecordingState(models.TextChoices):
    """Where a film is: its recording goes on or waits, it is being made, it is there, or it is not to be
    had."""

    WAITING = "waiting", _("Waiting")
    MAKING = "making", _("Being made")
    MADE = "made", _("Made")
    NOTHING = "nothing", _("Nothing was recorded")
    FAILED = "failed", _("Not made")


class Recording(models.Model):
    """A room's recording, and how far the film of it is. `words` are those who are in the film, by the
    numbers of their seats, `spans` the times that it shows; `share` is from 0 to 1, `again_at` when it is
    tried (again). With `for_others` it is made of those alone who agreed that others see it.

    `cuts` are what is left out: from, until, both in seconds since 1970, and how long that was. `chapters`
    (second, title) and `transcript` (WebVTT) count in the seconds of a film that shows the times in `timed`;
    `said_by` are those who were in it when the transcript was read through last, `closed_at` since when one
    of them is not."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, related_name="recording")
    state = models.CharField(max_length=7, choices=RecordingState.choices, default=RecordingState.WAITING)
    share = models.FloatField(default=0.0)
    tries = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=200, blank=True)
    begun_at = models.DateTimeField(default=timezone.now)
    again_at = models.DateTimeField(default=timezone.now)
    made_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    words = models.JSONField(default=list)
    spans = models.JSONField(default=list)
    for_others = models.BooleanField(default=False)
    # What its host made of the film: see `editing`.
    cuts = models.JSONField(default=list)
    chapters = models.JSONField(default=list)
    transcript = models.TextField(blank=True)
    timed = models.JSONField(default=list)
    said_by = models.JSONField(default=list)
    closed_at = models.DateTimeField(null=True, blank=True)
    originals_gone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"recording of {self.room_id}, {self.state}"

    @property
    def length(self) -> float:
        """How long the film is, in seconds; of a copy that was brought, once it was looked into."""
        film = self.room.replay
        return self.seconds or (film.seconds if film else None) or 0.0

    @property
    def minutes(self) -> int:
        """How long the film is, in whole minutes, at least one."""
        return max(1, round(self.length / 60))
