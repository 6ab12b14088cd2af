"""Ending givings: when their time is over, when the person says so, when it was not them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from leadrush import gate
from leadrush.vault import collects, erasures, rekeying, tombstones
from leadrush.vault.folding import fold
from leadrush.vault.models import Given, Giving, Item
from leadrush.vault.turns import begins_again, hold

USE = "house.keep"
BATCH = 200


def end(giving: Giving) -> None:
    """End one giving: its rows go at once, and every item whose last giving it was. Twice is once.

    That it was ended is written down first, for copies in which it still lives. Raises
    `tombstones.Unwritten`; then nothing was ended.
    """
    if giving.ended_at is None:
        tombstones.append(tombstones.make(tombstones.GIVING, giving.person_id, giving=giving.pk))
    end_written(giving)


@begins_again
def end_written(giving: Giving) -> None:
    """End a giving of which its tombstone, or its own time, tells already."""
    with gate.using(USE, what="vault.end"), transaction.atomic():
        hold(giving.person_id)
        live = Giving.objects.filter(pk=giving.pk, ended_at__isnull=True).first()
        if live is None:
            return
        live.ended_at = timezone.now()
        live.save(update_fields=["ended_at"])
        gone: Counter[str] = Counter()
        for declared in reversed(collects.gated()):
            if declared.model is not Item:
                gone.update(declared.model._default_manager.filter(giving=live).delete()[1])
        rested_on = list(Given.objects.filter(giving=live).values_list("item_id", flat=True))
        resting = Given.objects.filter(item__in=rested_on, giving__ended_at__isnull=True)
        over = set(rested_on) - set(resting.values_list("item_id", flat=True))
        gone.update(Item.objects.filter(pk__in=over).delete()[1])
        if gone.keys() & collects.sealing():
            rekeying.due(live.person_id)
        for item in Item.objects.filter(giving=live):
            # The item stays for another giving's sake; it now rests on the oldest of those.
            heir = (
                Given.objects.filter(item=item, giving__ended_at__isnull=True).order_by("giving__at").first()
            )
            if heir is not None:
                Item.objects.filter(pk=item.pk).update(giving=heir.giving_id)
        fold(live.person_id)
        if not Giving.objects.filter(person=live.person_id, ended_at__isnull=True).exists():
            erasures.may_be_over(live.person_id)
    giving.ended_at = live.ended_at


def due(now: datetime | None = None) -> int:
    """End the givings whose time is over, some hundred at a time; return how many.

    An older copy of the data knows that time as well, so none of them gets a tombstone.
    """
    now = now or timezone.now()
    late = Giving.objects.filter(lapses_at__lte=now, ended_at__isnull=True).order_by("lapses_at")[:BATCH]
    count = 0
    for giving in late:
        end_written(giving)
        count += 1
    return count
