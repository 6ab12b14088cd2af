"""Modules and lessons, and what a lesson is made of: words, a video with captions, sound, files."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leadrush.media.models import File
from leadrush.training.models.trainings import Training


class Module(models.Model):
    """A part of a training, with a title of its own."""

    training = models.ForeignKey(Training, on_delete=models.CASCADE, related_name="modules")
    title = models.CharField(_("title"), max_length=120)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class Lessons(models.QuerySet[Any]):
    """Lessons in the order in which they are taken."""

    def of(self, training: Training) -> Lessons:
        """Return a training's lessons in their order, each with its module, those taken out too."""
        rows = self.filter(module__training=training).select_related("module")
        return rows.order_by("module__position", "module__pk", "position", "pk")

    def standing(self) -> Lessons:
        """Return those that were not taken out. Progress counts no others."""
        return self.filter(removed_at=None)


class Lesson(models.Model):
    """A lesson. One that somebody used is never deleted but taken out (`removed_at`): notes stay readable."""

    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="lessons")
    title = models.CharField(_("title"), max_length=120)
    position = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(_("text"), blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=0)
    video = models.ForeignKey(
        File, verbose_name=_("video"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    audio = models.ForeignKey(
        File, verbose_name=_("sound"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    film = models.CharField(
        _("film of a live room"),
        max_length=64,
        blank=True,
        help_text="Its word in media.films, asked for at each look",
    )
    opens_at = models.DateTimeField(_("opens on"), null=True, blank=True)
    opens_after = models.PositiveSmallIntegerField(_("opens after so many days"), null=True, blank=True)
    free = models.BooleanField(_("everybody may see it"), default=False)
    next_step = models.TextField(_("the next step"), max_length=1000, blank=True)
    talk_url = models.CharField(_("where it is talked about"), max_length=300, blank=True)
    talk_words = models.CharField(_("words of that link"), max_length=80, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = Lessons.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the path of its page."""
        return reverse("training:lesson", args=[self.module.training.slug, self.pk])


class Captions(models.Model):
    """What is said in a lesson's video or sound, with its times: WebVTT. The transcript is read from it."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="captions")
    language = models.CharField(_("language"), max_length=12, default="en")
    label = models.CharField(_("name of the language"), max_length=40, default="English")
    text = models.TextField(_("captions"))

    class Meta:
        verbose_name_plural = "captions"
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lesson", "language"], name="training_one_captions"),
        ]

    def __str__(self) -> str:
        return f"{self.language} of {self.lesson_id}"


class LessonFile(models.Model):
    """A file to take along from a lesson: a sheet, a recipe."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=120)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.title
