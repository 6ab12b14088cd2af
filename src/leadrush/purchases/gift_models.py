"""A gift: what the giver says of it, and for whom it is. Two persons, so two rows, each under its own key."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadrush.vault.models import Held


class Stands(models.TextChoices):
    """Where a gift is."""

    KEPT_BACK = "waiting", _("Waits for its day")
    BROUGHT = "brought", _("A letter has brought it")
    TAKEN = "taken", _("It was taken")
    BACK = "back", _("It was not taken")
    OWN = "own", _("The giver has it")


class Gift(Held):
    """An order that is for somebody else, as its giver sees it: their name and words, sealed under their
    key, and a day. `taken` is the number of the order by which it is somebody's own."""

    order = models.OneToOneField("purchases.Order", on_delete=models.CASCADE, related_name="gift")
    stands = models.CharField(max_length=7, choices=Stands.choices, default=Stands.KEPT_BACK)
    sealed = models.BinaryField()
    day = models.DateField(null=True, blank=True)
    taken = models.PositiveIntegerField(null=True, blank=True)

    CONTEXT = "purchases.gift"

    class Meta(Held.Meta):
        indexes: ClassVar[Any] = [models.Index(fields=["stands", "day"], name="purchases_gifts")]

    def __str__(self) -> str:
        return f"gift of order {self.order_id}"


class Receiver(Held):
    """For whom a gift is, until they take it: their name as the giver wrote it, sealed under the receiver's
    own key. Their address is an item of theirs, like everybody's."""

    gift = models.OneToOneField(Gift, on_delete=models.CASCADE, related_name="receiver")
    sealed = models.BinaryField(default=b"")
    brought_at = models.DateTimeField(null=True, blank=True)

    CONTEXT = "purchases.receiver"

    def __str__(self) -> str:
        return f"receiver of {self.gift_id}"

    @property
    def about(self) -> str:
        """The reference under which the letter and the ledger name this gift."""
        return f"purchases.gift:{self.gift_id}"
