"""What is held about a person: givings, choices, and the sealed items that name them.

Person, Giving, Given and Choice are the ground that the gate itself stands on: they hold numbers, forms'
names, versions and answers, no identifier and nothing that a person wrote, so they are not gated. Items and
everything that rooms hold (`Held`) are.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.gate.models import Gated, Version
from leadrush.vault.installation import Installation
from leadrush.vault.key_models import BlindIndex, MasterCheck, PersonKey, Refusal
from leadrush.vault.persons import Person, Role

__all__ = [
    "BlindIndex",
    "Choice",
    "Erasure",
    "Given",
    "Giving",
    "Held",
    "Installation",
    "Item",
    "MasterCheck",
    "Person",
    "PersonKey",
    "Refusal",
    "Rekeying",
    "Role",
]


class Giving(models.Model):
    """One submission: who, what about, where, when, under which version. A value goes with its last one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="givings")
    where = models.CharField(max_length=64, help_text="The form, e.g. webinars.register")
    about = models.CharField(max_length=64, blank=True, help_text="A reference, e.g. webinars.webinar:12")
    clause = models.CharField(max_length=64)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    lapses_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # When everything else of the person was erased: what this brought serves the law alone since.
    kept_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "-at"], name="giving_person"),
            models.Index(fields=["about"], name="giving_about", condition=~models.Q(about="")),
            models.Index(
                fields=["lapses_at"],
                name="giving_lapses",
                condition=models.Q(lapses_at__isnull=False, ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.where} {self.at:%Y-%m-%d}"

    @property
    def confirmed(self) -> bool:
        """Whether the person behind the address showed that it was them."""
        return self.confirmed_at is not None


class Choice(models.Model):
    """A person's yes or no to a use; the newest one for a use counts. Choices are never changed."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="choices")
    use = models.CharField(max_length=64)
    answer = models.BooleanField()
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    giving = models.ForeignKey(Giving, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    where = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "use", "-id"], name="choice_person")]

    def __str__(self) -> str:
        return f"{self.use}: {'yes' if self.answer else 'no'}"


class Mask(models.BigIntegerField):  # type: ignore[type-arg]  # Django's is no generic at run time
    """The mask's column: folded whenever a row is inserted, by `save` and by `bulk_create` alike."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if add:
            from leadrush.vault.folding import mask_for

            assert isinstance(model_instance, Held)
            setattr(model_instance, self.attname, mask_for(model_instance))
        return super().pre_save(model_instance, add)

    def deconstruct(self) -> Any:
        """Stand in migrations as the plain column that it is."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BigIntegerField", args, kwargs


class Rows(models.QuerySet[Any]):
    """Rows about persons, as every table of them has: what is written in bulk is looked at again as well."""

    def bulk_create(self, objs: Any, *args: Any, **named: Any) -> Any:
        from leadrush.vault.folding import look_again

        with transaction.atomic(using=self.db, savepoint=False):
            made = super().bulk_create(objs, *args, **named)
            look_again(made)
        return made


class Held(Gated):
    """A row about a person. The gate lets a query see it only for a use whose bit is in its mask.

    Every field of a subclass is declared in its part's `collects.py`; the mask is folded on insert from the
    giving's version, the version in force and the person's choices.
    """

    mask = Mask(default=0, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    giving = models.ForeignKey(Giving, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[Any] = Rows.as_manager()

    class Meta(Gated.Meta):
        abstract = True

    def save(self, *args: Any, **named: Any) -> None:
        """Write the row; a new one in a transaction that also looks at its mask again."""
        if not self._state.adding:
            return super().save(*args, **named)
        from leadrush.vault.folding import look_again

        with transaction.atomic(savepoint=False):
            super().save(*args, **named)
            look_again([self])


class Item(Held):
    """One sealed identifier: an address, a name. Its value exists in memory only, for a use that may see."""

    kind = models.CharField(max_length=32)
    category = models.CharField(max_length=64)
    sealed = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)
    givings: models.ManyToManyField[Giving, Given] = models.ManyToManyField(
        Giving, through="Given", related_name="items"
    )

    class Meta(Held.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "kind"], name="one_item_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id}"

    @property
    def context(self) -> str:
        """What the sealed value is bound to, so that it cannot be moved to another row."""
        return f"item:{self.kind}"


class Given(models.Model):
    """A giving that an item rests on; the item stays while one of them lives."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    giving = models.ForeignKey(Giving, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["item", "giving"], name="given_once")]

    def __str__(self) -> str:
        return f"{self.item_id} by {self.giving_id}"


class Rekeying(models.Model):
    """Somebody whose living key is to be exchanged, because something of theirs that it sealed has gone.

    `asked` says that something went since the last new one was made; `began_at`, when that was.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    began_at = models.DateTimeField(null=True, blank=True)
    asked = models.BooleanField(default=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["began_at", "at"], name="rekeying_began")]

    def __str__(self) -> str:
        return f"{self.person_id} since {self.at:%Y-%m-%d}"


class Erasure(models.Model):
    """An erasure that was asked for, and how far it is: its receipt. The row names nobody once it is done.

    `pending` is a number whose key is still to go or to be exchanged: of the farewell, which leaves under a
    number of its own, or of a person who stays and gets a new key. It is emptied when that is done. Nobody
    asked for those that are `over`: the last giving of somebody has ended, and they go wholly.
    """

    class What(models.TextChoices):
        EVERYTHING = "everything", _("Everything")
        ITEM = "item", _("One thing")
        OVER = "over", _("Whoever had nothing left")

    code = models.CharField(max_length=19, primary_key=True)
    what = models.CharField(max_length=10, choices=What.choices)
    asked_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    things = models.PositiveIntegerField(default=1)
    kept = models.PositiveIntegerField(default=0)
    kept_until = models.DateField(null=True)
    version = models.PositiveIntegerField()
    left = models.PositiveIntegerField(default=0)
    pending = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pending"], condition=models.Q(what="over"), name="over_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["asked_at"], condition=models.Q(pending__isnull=False), name="erasure_pending"
            )
        ]

    def __str__(self) -> str:
        return self.code
