"""The guides' promise, broken by hand in the database."""

from __future__ import annotations

from leadrush import gate
from leadrush.guides.models import Copy
from leadrush.vault.models import Giving


def a_copy_without_an_end() -> None:
    """The day on which a copy goes is lost."""
    with gate.using("house.keep"):
        copy = Copy.objects.order_by("pk").first()
    assert copy is not None
    Giving.objects.filter(pk=copy.giving_id).update(lapses_at=None)


WAYS = {"guide-copy": a_copy_without_an_end}
