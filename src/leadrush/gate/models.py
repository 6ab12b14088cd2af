"""What the gate keeps: the mask on every personal row, and the published versions of the statement."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models.signals import class_prepared
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.gate import tables
from leadrush.gate.use import Refused


class Gated(models.Model):
    """A personal row: `mask` has one bit for each use that its clauses and the person's choices allow.

    Each table whose model extends this is held by the gate from the moment the model is loaded; its primary
    key and foreign keys stay readable to the database itself, which checks references with them.
    """

    mask = models.BigIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


def hold(sender: type[models.Model], **_: Any) -> None:
    """Put the table of a model that extends `Gated` under the gate."""
    meta = sender._meta
    if not issubclass(sender, Gated) or meta.proxy:
        return
    local = meta.local_fields
    keys = [field.column for field in local if field.column and (field.primary_key or field.is_relation)]
    tables.hold(meta.db_table, keys, masked=any(field.column == tables.MASK for field in local))


class_prepared.connect(hold, dispatch_uid="gate.hold")


class Kept(models.QuerySet["Version"]):
    """Published versions: they can be added and read."""

    def update(self, **_: Any) -> NoReturn:
        raise Refused(NEVER)

    def delete(self) -> NoReturn:
        raise Refused(NEVER)

    def bulk_update(self, *_: Any, **__: Any) -> NoReturn:
        raise Refused(NEVER)


NEVER = "A published version of the statement never changes: publish a new one."


class Version(models.Model):
    """A published version of the statement: its number, and its text as canonical JSON. Append-only.

    People are told that what they accepted stays readable, and its digest stands beside what they gave.
    """

    number = models.PositiveIntegerField(_("number"), unique=True)
    digest = models.CharField(_("digest"), max_length=128, unique=True)
    text = models.TextField(_("text"))
    published_at = models.DateTimeField(_("published"))

    objects: ClassVar[Any] = Kept.as_manager()

    class Meta:
        base_manager_name = "objects"
        ordering = ["number"]
        verbose_name = _("version of the statement")
        verbose_name_plural = _("versions of the statement")

    def __str__(self) -> str:
        return f"{self.number}"

    def save(self, **options: Any) -> None:
        if not self._state.adding:
            raise Refused(NEVER)
        options["force_insert"] = True
        super().save(**options)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise Refused(NEVER)


class Coming(models.Model):
    """A later version on its way into force, written down before it binds. `vault.publishing` brings it in.

    One is live at a time. `step` says what is under way, `reached` the last person whose rows were folded in
    it, `rows` how many masks were changed so far; `by` is who began, a person's number or a program's name.
    """

    class Step(models.TextChoices):
        """What is done about every row: closed to both versions, then opened to the one in force."""

        TIGHTEN = "tighten", _("Closing what the new version forbids")
        WIDEN = "widen", _("Opening what the version in force allows")
        DONE = "done", _("Done")

    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=128)
    text = models.TextField()
    by = models.CharField(max_length=64, blank=True)
    begun_at = models.DateTimeField(default=timezone.now)
    bound_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    live = models.BooleanField(default=True)
    step = models.CharField(max_length=8, choices=Step.choices, default=Step.TIGHTEN)
    reached = models.UUIDField(null=True, blank=True)
    rows = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["live"], condition=models.Q(live=True), name="one_coming"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.step}"
