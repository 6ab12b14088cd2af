"""What the office holds: invoices that stay for seven years, and reminders of them that don't."""

from __future__ import annotations

from django.db import models

from leadrush.vault.models import Held


class Invoice(Held):
    """An invoice: for whom, sealed; and the last day on which the law wants it."""

    number = models.IntegerField()
    until = models.DateField()
    sealed = models.BinaryField()

    CONTEXT = "office.invoice"

    def __str__(self) -> str:
        return f"invoice {self.number}"
