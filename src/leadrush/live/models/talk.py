"""What people say, ask and answer in a room."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.live.models.guests import Guest
from leadrush.live.models.rooms import Room
from leadrush.vault.models import Held


class PollState(models.TextChoices):
    """Where a poll is: prepared, taking answers, closed."""

    PLANNED = "planned", _("Prepared")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class InquiryState(models.TextChoices):
    """Where a question to the host is: waiting, being answered, answered, taken out by the host."""

    OPEN = "open", _("Open")
    NOW = "now", _("Being answered")
    ANSWERED = "answered", _("Answered")
    HIDDEN = "hidden", _("Taken out")


class Line(Held):
    """What somebody said in a room's chat, sealed. `once` is drawn by their browser: sent twice is once."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, related_name="+")
    sealed = models.BinaryField()
    once = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)
    hidden_at = models.DateTimeField(null=True, blank=True)

    CONTEXT = "live.line"

    class Meta(Held.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["guest", "once"], name="live_said_once")]
        indexes: ClassVar = [models.Index(fields=["room", "-id"], name="live_lines")]

    def __str__(self) -> str:
        return f"line in {self.room_id}"


class Inquiry(Held):
    """A question to who holds a room, sealed; others see a name beside it only where `named`.

    `votes` is what was counted when it was answered or taken out; until then `Support` is counted.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, related_name="+")
    sealed = models.BinaryField()
    named = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=InquiryState.choices, default=InquiryState.OPEN)
    votes = models.PositiveIntegerField(default=0)
    reply = models.TextField(blank=True, help_text="What the host answered in writing")
    once = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)

    CONTEXT = "live.inquiry"

    class Meta(Held.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["guest", "once"], name="live_asked_once")]
        indexes: ClassVar = [models.Index(fields=["room", "-id"], name="live_inquiries")]

    def __str__(self) -> str:
        return f"question in {self.room_id}"


class Poll(models.Model):
    """A question that who holds a room puts to everybody. `shown`: results are seen while it is open."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="polls")
    text = models.CharField(max_length=200)
    state = models.CharField(max_length=7, choices=PollState.choices, default=PollState.PLANNED)
    shown = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.text


class Option(models.Model):
    """One of a poll's answers; `count` is written when the poll closes."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="options")
    text = models.CharField(max_length=120)
    order = models.PositiveSmallIntegerField(default=0)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return self.text


class Vote(models.Model):
    """An answer to a poll that is open, under a digest that leads to nobody without the poll's secret."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="+")
    option = models.ForeignKey(Option, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["poll", "digest"], name="live_answered_once")
        ]

    def __str__(self) -> str:
        return f"an answer to {self.poll_id}"


class Support(models.Model):
    """A vote for a question that is not answered yet, under a digest as a poll's."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["inquiry", "digest"], name="live_supported_once")
        ]

    def __str__(self) -> str:
        return f"a vote for {self.inquiry_id}"


class Secret(models.Model):
    """What the digests of one poll, or of one room's questions, are made with; destroyed when it is counted.

    It lies where wrapped keys lie, so that no backup of the data holds it.
    """

    database: ClassVar[str] = "keys"

    what = models.CharField(max_length=32, primary_key=True, help_text="poll:5, room:3")
    secret = models.BinaryField()

    def __str__(self) -> str:
        return f"the secret of {self.what}"
