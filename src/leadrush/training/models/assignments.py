"""What a lesson asks to be handed in."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadrush.training.models.lessons import Lesson


class Assignment(models.Model):
    """Something to do and to hand in: words, a file, or both. Somebody who teaches answers it."""

    class Takes(models.TextChoices):
        WORDS = "words", _("Words")
        FILE = "file", _("A file")
        EITHER = "either", _("Words, a file, or both")

    lesson = models.OneToOneField(Lesson, on_delete=models.CASCADE, related_name="assignment")
    title = models.CharField(_("heading"), max_length=120)
    body = models.TextField(_("what to do"))
    takes = models.CharField(_("what is handed in"), max_length=6, choices=Takes.choices, default=Takes.WORDS)

    def __str__(self) -> str:
        return self.title
