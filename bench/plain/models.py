"""The tables of vault, mailbox and webinars without masks, without sealing, otherwise column for column.

Webinars and their questions hold nothing about persons and have no mask: those are LeadRush's own models, on
the plain database.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from leadrush.webinars.models import Question, Seat, Webinar


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

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "-at"], name="plain_giving_person"),
            models.Index(fields=["about"], name="plain_giving_about", condition=~models.Q(about="")),
            models.Index(
                fields=["lapses_at"],
                name="plain_giving_lapses",
                condition=models.Q(lapses_at__isnull=False, ended_at__isnull=True),
            ),
        ]


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


class Host(Plain):
    """Who holds webinars, as `webinars.Host`; under that name, since webinars point at it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    giving = models.ForeignKey(Giving, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    words = models.TextField(max_length=1200, blank=True)

    class Meta:
        db_table = "webinars_host"

    @property
    def initials(self) -> str:
        """Two letters for where a face would be."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()


class Registration(Plain):
    """Somebody's seat, as `webinars.Registration`."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    giving = models.ForeignKey(Giving, on_delete=models.PROTECT, related_name="+")
    webinar = models.ForeignKey(Webinar, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=Seat.choices)
    position = models.PositiveIntegerField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["webinar", "person"], name="plain_once"),
            models.UniqueConstraint(fields=["webinar", "position"], name="plain_one_place"),
        ]
        indexes: ClassVar = [models.Index(fields=["webinar", "state", "position"], name="plain_seats")]


class Answer(Plain):
    """What somebody answered, as `webinars.Answer`, in the clear."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    giving = models.ForeignKey(Giving, on_delete=models.PROTECT, related_name="+")
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="+")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    text = models.TextField()


class Message(Plain):
    """A message that waits, as `mailbox.Message`, its words in the clear."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    giving = models.ForeignKey(Giving, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9)
    template = models.CharField(max_length=64)
    about = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=128, unique=True)
    words = models.TextField()
    state = models.CharField(max_length=9, default="waiting")
    why = models.CharField(max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="plain_due", condition=models.Q(state="waiting")),
            models.Index(fields=["person", "-made_at"], name="plain_message_person"),
            models.Index(fields=["about"], name="plain_message_about"),
            models.Index(fields=["-made_at"], name="plain_newest"),
        ]


class Link(Plain):
    """A link in a mail, as `mailbox.Link`."""

    digest = models.CharField(max_length=64, primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    giving = models.ForeignKey(Giving, on_delete=models.CASCADE, related_name="+", null=True)
    scope = models.CharField(max_length=64)
    about = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
