"""What an order that is paid in parts consists of."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from leadrush.purchases.money import Money
from leadrush.vault.models import Held


class Instalment(Held):
    """One part of what an order comes to: which, how much, until when, and since when it is paid."""

    order = models.ForeignKey("purchases.Order", on_delete=models.CASCADE, related_name="instalments")
    nth = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()
    due_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta(Held.Meta):
        ordering: ClassVar[Any] = ["nth"]
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(fields=["order", "nth"], name="purchases_one_nth"),
        ]
        indexes: ClassVar[Any] = [
            models.Index(
                fields=["due_at"], condition=models.Q(paid_at__isnull=True), name="purchases_instalments"
            ),
        ]

    def __str__(self) -> str:
        return f"part {self.nth} of order {self.order_id}"

    @property
    def is_late(self) -> bool:
        """Whether its day is past and it is not paid."""
        return self.paid_at is None and self.due_at < timezone.now()

    @property
    def total(self) -> Money:
        """How much it is."""
        return Money(self.amount, self.order.currency)
