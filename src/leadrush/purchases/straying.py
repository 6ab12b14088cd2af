"""What cards paid for orders that are not here: erased while their card was awaited, or lost.

Nothing here is done by itself: a database that was put back from yesterday knows nothing of today's orders.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone

from leadrush import gate
from leadrush.purchases import processor
from leadrush.purchases.models import Invoice, Payment
from leadrush.purchases.money import Money

FOLLOWED = timedelta(days=3)
"""How far back payments are looked for that no order here knows of."""


@dataclass(frozen=True)
class Stray:
    """What a card paid and no invoice here asks for: its order was erased while it waited, or lost."""

    name: str
    order: str
    left: Money


def strays() -> list[Stray]:
    """Return what was paid in the last days for orders that are not here, less what their invoices come to:
    those stay by law when an order is erased. Raises `Unreachable`."""
    at = processor.current()
    found = [one for one in at.recent(timezone.now() - FOLLOWED) if one.state == processor.PAID]
    known = set(Payment.objects.filter(name__in=[one.name for one in found]).values_list("name", flat=True))
    strange = [at.ask(one.name) for one in found if one.name not in known]
    left = [(one, one.taken - one.back - _invoiced(one.order)) for one in strange]
    return [Stray(one.name, one.order, Money(more, one.currency)) for one, more in left if more > 0]


def give_back_stray(name: str) -> bool:
    """Give a stray back; return whether there was one of this name. Raises `Unreachable` and `Refused`."""
    for one in strays():
        if one.name == name:
            once = uuid.uuid5(uuid.NAMESPACE_URL, f"{name}:{one.left.amount}")
            processor.current().give_back(once, name, one.left, again=True)
            return True
    return False


def _invoiced(reference: str) -> int:
    number = reference.partition("-")[0]
    if not number.isdecimal():
        return 0
    with gate.using("purchases.account", what="purchases.strays"):
        rows = Invoice.objects.filter(order_number=int(number), number__isnull=False)
        return int(rows.aggregate(all=Sum("gross"))["all"] or 0)
