"""Webinars, and who keeps a seat in them."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.vault.models import Held, Rows

AGENDA_LINE = re.compile(r"(\d{1,3})\s+(\S.*)")


class State(models.TextChoices):
    """Where a webinar is: nobody sees a draft, nobody registers for a cancelled one."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CANCELLED = "cancelled", _("Cancelled")


class Host(Held):
    """Who holds webinars: a name and some words for everybody to read, tied to their person."""

    name = models.CharField(_("name"), max_length=80)
    words = models.TextField(_("about you"), max_length=1200, blank=True)

    class Meta(Held.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["person"], name="webinars_one_host")]

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        """Two letters for where a face would be."""
        parts = self.name.split()
        return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()


@dataclass(frozen=True)
class AgendaRow:
    """A part of the hour: what, and for how many minutes."""

    minutes: int
    words: str


class Series(models.Model):
    """A recording that is shown at set hours: from it webinars are planned ahead. Names nobody.

    `film` is its word in `media.films`; `days` are numbers of weekdays, Monday the first; `at` is the hour by
    the business's clocks. What stands on the pages is as in `pattern`.
    """

    film = models.CharField(max_length=64)
    recorded_at = models.DateTimeField(null=True, blank=True)
    pattern = models.ForeignKey("Webinar", on_delete=models.PROTECT, related_name="+")
    days = models.CharField(max_length=13)
    at = models.TimeField()
    begins = models.DateField()
    ends = models.DateField(null=True, blank=True)
    ahead = models.PositiveSmallIntegerField(default=3, help_text="So many hours can be registered for")
    seats = models.PositiveIntegerField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return f"{self.film} on {self.days} at {self.at:%H:%M}"

    @property
    def weekdays(self) -> frozenset[int]:
        """On which days of the week, from 1 for Monday to 7."""
        return frozenset(int(day) for day in self.days.split(","))


class Webinar(models.Model):
    """One webinar: what it is about, when, and for how many. Holds nothing about those who come."""

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=120)
    lede = models.TextField(_("in two sentences"), max_length=400, blank=True)
    body = models.TextField(_("more about it"), blank=True)
    take_home = models.TextField(_("what people take home"), blank=True)
    agenda = models.TextField(_("how the hour goes"), blank=True)
    asked = models.TextField(_("asked before"), blank=True)
    host = models.ForeignKey(
        Host, verbose_name=_("host"), on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    starts_at = models.DateTimeField(_("starts"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=60)
    seats = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    sold = models.BooleanField(_("a seat is bought in the shop"), default=False)
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    # Where a recording is shown at this hour: its word in `media.films`, and what planned it for which hour.
    film = models.CharField(max_length=64, blank=True, editable=False)
    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="webinars"
    )
    set_hour = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_why = models.CharField(max_length=400, blank=True)
    picture_alt = models.CharField(_("the picture in words"), max_length=300, blank=True)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # RFC 5545's SEQUENCE: raised with each change of what stands in calendars.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    moved_at = models.DateTimeField(null=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("webinar")
        verbose_name_plural = _("webinars")
        indexes: ClassVar = [models.Index(fields=["state", "starts_at"], name="webinars_coming")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["series", "set_hour"], name="webinars_one_an_hour")
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the path of its public page."""
        return reverse("webinars:page", args=[self.slug])

    @property
    def about(self) -> str:
        """The reference under which givings, messages and the ledger name this webinar."""
        return f"webinars.webinar:{self.pk}"

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def is_open(self) -> bool:
        """Whether people can register now: it is published and has not begun."""
        return self.state == State.OPEN and timezone.now() < self.starts_at

    @property
    def take_home_list(self) -> list[str]:
        """What people take home, a sentence each."""
        return [line.strip() for line in self.take_home.splitlines() if line.strip()]

    @property
    def agenda_rows(self) -> list[AgendaRow]:
        """How the hour goes; lines that do not begin with minutes are refused by the form."""
        found = (AGENDA_LINE.fullmatch(line.strip()) for line in self.agenda.splitlines())
        return [AgendaRow(int(match[1]), match[2]) for match in found if match]

    @property
    def asked_before(self) -> list[tuple[str, str]]:
        """Questions and answers: blocks with an empty line between, the first line the question."""
        blocks = re.split(r"\n\s*\n", self.asked.replace("\r", "").strip())
        pairs = (block.strip().partition("\n") for block in blocks if block.strip())
        return [(question.strip(), answer.strip()) for question, _line, answer in pairs]


class Picture(models.Model):
    """A webinar's picture as it is served: made smaller, everything else in the file dropped."""

    webinar = models.OneToOneField(Webinar, on_delete=models.CASCADE, related_name="picture")
    webp = models.BinaryField()
    digest = models.CharField(max_length=16)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.width} x {self.height}"


class Question(models.Model):
    """What the owner asks those who register. An optional one says what stops working without it."""

    class Kind(models.TextChoices):
        TEXT = "text", _("A line")
        LONG = "long", _("Some lines")
        CHOICE = "choice", _("One of several")

    webinar = models.ForeignKey(Webinar, on_delete=models.CASCADE, related_name="questions")
    text = models.CharField(_("question"), max_length=200)
    hint = models.CharField(_("hint"), max_length=200, blank=True)
    kind = models.CharField(_("answer"), max_length=6, choices=Kind.choices, default=Kind.TEXT)
    options = models.TextField(_("to choose from"), blank=True)
    required = models.BooleanField(_("must be answered"), default=False)
    without = models.CharField(_("what stops working without it"), max_length=200, blank=True)
    longest = models.PositiveSmallIntegerField(_("characters at most"), default=200)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return self.text

    @property
    def option_list(self) -> list[str]:
        """What can be chosen."""
        return [line.strip() for line in self.options.splitlines() if line.strip()]


class Seat(models.TextChoices):
    """What somebody who registered has."""

    SEAT = "seat", _("A seat")
    HELD = "held", _("A seat, kept until it is paid")
    WAITING = "waiting", _("In line")
    GIVEN_UP = "given_up", _("Given up")


TAKEN = (Seat.SEAT, Seat.HELD)
"""What nobody else can have: a seat is counted from the moment in which somebody orders it."""


class Registrations(Rows):
    """Registrations; where some are deleted, the next in line move up in the same transaction."""

    def delete(self) -> tuple[int, dict[str, int]]:
        from leadrush.webinars import waiting

        with waiting.after_leaving(set(self.values_list("webinar_id", flat=True))):
            return super().delete()


class Registration(Held):
    """Somebody's seat in a webinar, or their place in the line for one."""

    webinar = models.ForeignKey(Webinar, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=Seat.choices)
    position = models.PositiveIntegerField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    helps = models.BooleanField(default=False, help_text="Holds it with the host")
    # How often this person's own calendar entry changed, beside the webinar's sequence.
    revision = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = Registrations.as_manager()

    ahead: int | None = None
    """How many stood before them in the line when they joined it, where that was just counted."""

    class Meta(Held.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["webinar", "person"], name="webinars_once"),
            models.UniqueConstraint(fields=["webinar", "position"], name="webinars_one_place"),
            models.CheckConstraint(
                condition=models.Q(state=Seat.WAITING, position__isnull=False)
                | ~models.Q(state=Seat.WAITING) & models.Q(position__isnull=True),
                name="webinars_place_in_line",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["webinar", "state", "position"], name="webinars_seats"),
        ]

    def __str__(self) -> str:
        return f"{self.state} in {self.webinar_id}"


class Answer(Held):
    """What somebody answered the host, sealed."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    sealed = models.BinaryField()

    CONTEXT = "webinars.answer"

    class Meta(Held.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["registration", "question"], name="webinars_answered_once")
        ]

    def __str__(self) -> str:
        return f"answer to {self.question_id}"


class Seen(Held):
    """That the host's list showed a registration: the look's entry in the ledger, for its person's page."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="+")
    entry = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta(Held.Meta):
        verbose_name_plural = "seen"

    def __str__(self) -> str:
        return f"seen in {self.entry}"


class Round(models.Model):
    """A telling that goes from one registration to the next until all are told. Names nobody."""

    class Kind(models.TextChoices):
        DAY = "day", _("Reminder, a day before")
        HOUR = "hour", _("Reminder, an hour before")
        MOVED = "moved", _("New time")
        CANCELLED = "cancelled", _("Cancelled")
        ANNOUNCED = "announced", _("Told those who asked")

    webinar = models.ForeignKey(Webinar, on_delete=models.CASCADE, related_name="rounds")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    sequence = models.PositiveIntegerField(default=0)
    after = models.BigIntegerField(default=0)
    told = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["webinar", "kind", "sequence"], name="webinars_one_round")
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=models.Q(done_at__isnull=True), name="webinars_rounds")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.webinar_id}"
