"""A training: what it is about, how it is had, and what its certificate asks for. Nothing about anybody."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a training is: nobody sees a draft; a closed one takes nobody new, and those in it go on."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class Training(models.Model):
    """A training as a whole. Its lessons stand in modules."""

    class For(models.TextChoices):
        EMAIL = "email", _("An e-mail address")
        MONEY = "money", _("Money: it is in an offer of the shop")

    class Drip(models.TextChoices):
        NONE = "none", _("All at once")
        DATES = "dates", _("Each lesson on its own day")
        DAYS = "days", _("Each lesson so many days after somebody began, or their group did")

    class Rule(models.TextChoices):
        """What a certificate asks for; each asks for what stands before it, too."""

        NONE = "none", _("There is no certificate")
        LESSONS = "lessons", _("Every lesson is ticked")
        QUIZZES = "quizzes", _("Every marked quiz is passed as well")
        WORK = "work", _("Everything handed in is accepted as well")

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=120)
    lede = models.TextField(_("in two sentences"), max_length=400, blank=True)
    body = models.TextField(_("more about it"), blank=True)
    outcomes = models.TextField(_("what people can do afterwards"), blank=True)
    picture_alt = models.CharField(_("the picture in words"), max_length=300, blank=True)
    asks = models.CharField(_("it is had for"), max_length=5, choices=For.choices, default=For.MONEY)
    drip = models.CharField(_("lessons open"), max_length=5, choices=Drip.choices, default=Drip.NONE)
    access_days = models.PositiveIntegerField(_("days for which it stays open"), null=True, blank=True)
    rule = models.CharField(_("the certificate"), max_length=7, choices=Rule.choices, default=Rule.NONE)
    needs = models.ManyToManyField(
        "self", verbose_name=_("trainings to finish before"), symmetrical=False, blank=True, related_name="+"
    )
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("training")
        ordering: ClassVar = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the path of its public page."""
        return reverse("training:page", args=[self.slug])

    @property
    def about(self) -> str:
        """The reference under which givings, messages and the ledger name this training."""
        return f"training.training:{self.pk}"

    @property
    def outcome_list(self) -> list[str]:
        """What people can do afterwards, a sentence each."""
        return [line.strip() for line in self.outcomes.splitlines() if line.strip()]

    @property
    def is_sold(self) -> bool:
        """Whether it is had by buying an offer that it is in."""
        return self.asks == self.For.MONEY

    @property
    def certifies(self) -> bool:
        """Whether whoever finishes it can have a certificate."""
        return self.rule != self.Rule.NONE


class Picture(models.Model):
    """A training's picture as it is served: made smaller, everything else in the file dropped."""

    training = models.OneToOneField(Training, on_delete=models.CASCADE, related_name="picture")
    webp = models.BinaryField()
    digest = models.CharField(max_length=16)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.width} x {self.height}"
