"""Guides, their editions, and who asked for a copy."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.media import looking
from leadrush.media.models import File
from leadrush.vault.models import Held


class State(models.TextChoices):
    """Where a guide is: nobody sees a draft, nobody can ask for a closed one."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class Guide(models.Model):
    """A guide: what it is about and how it is had. Holds nothing about those who ask."""

    class For(models.TextChoices):
        EMAIL = "email", _("An e-mail address")
        NOTHING = "nothing", _("Nothing: it can be taken from the page")
        MONEY = "money", _("Money: it is in an offer of the shop")

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=120)
    lede = models.TextField(_("in two sentences"), max_length=400, blank=True)
    body = models.TextField(_("more about it"), blank=True)
    inside = models.TextField(_("what is in it"), blank=True)
    asks = models.CharField(_("it is had for"), max_length=7, choices=For.choices, default=For.EMAIL)
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("guide")
        ordering: ClassVar = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the path of its public page."""
        return reverse("guides:page", args=[self.slug])

    @property
    def about(self) -> str:
        """The reference under which givings, messages and the ledger name this guide."""
        return f"guides.guide:{self.pk}"

    @property
    def inside_list(self) -> list[str]:
        """What is in it, a sentence each."""
        return [line.strip() for line in self.inside.splitlines() if line.strip()]

    @property
    def is_sold(self) -> bool:
        """Whether it is had by buying an offer that it is in."""
        return self.asks == self.For.MONEY

    @property
    def is_free_to_take(self) -> bool:
        """Whether the page gives the file without asking for anything."""
        return self.asks == self.For.NOTHING


class Edition(models.Model):
    """One edition of a guide: its file, what changed, and how often it was taken."""

    guide = models.ForeignKey(Guide, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveSmallIntegerField()
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(_("what changed"), max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["guide", "number"], name="guides_one_number"),
        ]

    def __str__(self) -> str:
        return f"edition {self.number} of {self.guide_id}"

    @property
    def trouble(self) -> str:
        """What is wrong with its film, or that it is being looked into; empty where all is well."""
        return looking.words(self.file)


class Copy(Held):
    """Somebody asked for a guide: when, and how many letters brought it."""

    guide = models.ForeignKey(Guide, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    sent = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta(Held.Meta):
        verbose_name_plural = "copies"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["guide", "person"], name="guides_one_copy"),
        ]

    def __str__(self) -> str:
        return f"copy of {self.guide_id}"
