"""Bringing what an owner wrote into force."""

from __future__ import annotations

from django.db import transaction

from leadrush import gate, statement, vault
from leadrush.vault.models import Person


def begin(text: statement.Version, *, by: Person | None) -> None:
    """Publish a version. Raises `ValueError` when its number is taken: somebody else published meanwhile."""
    with transaction.atomic():
        gate.publish(text)
        for person in Person.objects.order_by("pk").values_list("pk", flat=True):
            vault.fold(person)
