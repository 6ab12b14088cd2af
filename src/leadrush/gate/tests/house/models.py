"""Authors in the open; notes, letters and pages that only some uses may read."""

from __future__ import annotations

from django.db import models

from leadrush.gate.models import Gated


class Author(models.Model):
    name = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    name = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.name


class Note(Gated):
    author = models.ForeignKey(Author, models.CASCADE, related_name="notes", null=True)
    tags = models.ManyToManyField(Tag, related_name="notes")
    text = models.CharField(max_length=80)
    size = models.IntegerField(default=0)


class Short(Note):
    """The same table under another name."""

    class Meta:
        proxy = True


class Letter(models.Model):
    """Open itself, but it points at notes; the oracle deletes notes beneath it, so nothing checks the key."""

    note = models.ForeignKey(Note, models.DO_NOTHING, related_name="letters", db_constraint=False)
    spare = models.ForeignKey(
        Note, models.DO_NOTHING, related_name="spares", db_constraint=False, null=True, blank=True
    )
    subject = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.subject


class Page(Gated):
    """Personal, and beneath something personal."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="pages")
    number = models.IntegerField()
    text = models.CharField(max_length=80, default="")
