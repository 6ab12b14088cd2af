"""Ending givings: when their time is over, when the person says so, when it was not them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from leadrush import gate
from leadrush.vault import collects
from leadrush.vault.folding import fold
from leadrush.vault.models import Given, Giving, Item

USE = "house.keep"
BATCH = 200


def end(giving: Giving) -> None:
    """End one giving: its rows go at once, and every item whose last giving it was. Twice is once."""
    with gate.using(USE, what="vault.end"), transaction.atomic():
        locked = Giving.objects.select_for_update().filter(pk=giving.pk, ended_at__isnull=True).first()
        if locked is None:
            return
        locked.ended_at = timezone.now()
        locked.save(update_fields=["ended_at"])
        for declared in reversed(collects.gated()):
            if declared.model is not Item:
                declared.model._default_manager.filter(giving=locked).delete()
        rested_on = list(Given.objects.filter(giving=locked).values_list("item_id", flat=True))
        # Held while it is decided whether they go: of two givings that end at once, each would else see the
        # other still live, and an item that nothing carries any longer would stay.
        resting = list(Item.objects.select_for_update().filter(pk__in=rested_on).order_by("pk"))
        live = set(
            Given.objects.filter(item__in=resting, giving__ended_at__isnull=True).values_list(
                "item_id", flat=True
            )
        )
        for item in resting:
            if item.pk not in live:
                item.delete()
        for item in Item.objects.filter(giving=locked):
            # The item stays for another giving's sake; it now rests on the oldest of those.
            heir = (
                Given.objects.filter(item=item, giving__ended_at__isnull=True).order_by("giving__at").first()
            )
            if heir is not None:
                Item.objects.filter(pk=item.pk).update(giving=heir.giving_id)
        fold(locked.person_id)
    giving.ended_at = locked.ended_at


def due(now: datetime | None = None) -> int:
    """End the givings whose time is over, some hundred at a time; return how many."""
    now = now or timezone.now()
    late = Giving.objects.filter(lapses_at__lte=now, ended_at__isnull=True).order_by("lapses_at")[:BATCH]
    count = 0
    for giving in late:
        end(giving)
        count += 1
    return count
