"""Tables like those of a room: a text, a number, a moment, and words that lie sealed."""

from __future__ import annotations

from typing import Any

from django.db import connections, models
from django.utils import timezone

from leadrush.vault.models import Held


class Shelf(Held):
    """What each of these tables holds."""

    text = models.CharField(max_length=64)
    number = models.IntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)
    sealed = models.BinaryField()

    class Meta(Held.Meta):
        abstract = True


SHELVES: list[type[Any]] = [type(f"Shelf{n}", (Shelf,), {"__module__": __name__}) for n in range(8)]


def make() -> None:
    """Make the tables, with row-level security where the database has it."""
    connection = connections["default"]
    with connection.schema_editor() as editor:
        for model in SHELVES:
            editor.create_model(model)
    if connection.vendor == "postgresql":
        from leadrush.gate.postgresql import policies

        policies.protect(connection)
