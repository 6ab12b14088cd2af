"""Payments by card, and what goes back to cards."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.purchases.money import Money
from leadrush.vault.models import Held


class Payment(Held):
    """An order that is paid by card: what the processor is told of it, and under which name it knows it.

    `once` makes two asking of it one, however often it is sent; `until` is when it ends unpaid.
    """

    class State(models.TextChoices):
        OPEN = "open", _("waits for the card")
        DOING = "doing", _("is being taken")
        PAID = "paid", _("was taken")
        GONE = "gone", _("was not taken")
        STRAY = "stray", _("was taken and goes back, since the order had ended")

    order = models.OneToOneField("purchases.Order", on_delete=models.CASCADE, related_name="payment")
    number = models.PositiveIntegerField()
    once = models.UUIDField(default=uuid.uuid4, unique=True)
    name = models.CharField(max_length=80, unique=True, null=True, blank=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=5, choices=State.choices, default=State.OPEN)
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)

    class Meta(Held.Meta):
        indexes: ClassVar = [models.Index(fields=["state", "until"], name="purchases_to_settle")]

    def __str__(self) -> str:
        return f"payment of order {self.number}"

    @property
    def total(self) -> Money:
        """What is taken from the card."""
        return Money(self.amount, self.currency)


class Repayment(Held):
    """Money that goes back to a card. It is written down with the step that wants it, and sent after that."""

    class State(models.TextChoices):
        WAITING = "waiting", _("on its way to the processor")
        SENT = "sent", _("on its way to the card")
        REFUSED = "refused", _("refused by the processor")

    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="repayments")
    once = models.UUIDField(default=uuid.uuid4, unique=True)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    word = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta(Held.Meta):
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["state"], name="purchases_to_pay_back")]

    def __str__(self) -> str:
        return f"{self.amount} back for {self.payment_id}"
