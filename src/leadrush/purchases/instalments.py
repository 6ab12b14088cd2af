"""Paying in parts, one a month, by bank transfer: the first opens what was bought, a missed one pauses it.

The parts of an order differ by at most one minor unit and are what it comes to, with its taxes.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush.look import times
from leadrush.purchases import deliverables, letters
from leadrush.purchases.instalment_models import Instalment
from leadrush.purchases.models import Access, Move, Offer, Order, State
from leadrush.purchases.money import Money, shared
from leadrush.vault.turns import begins_again

MOST = 24
BEFORE = timedelta(days=5)
"""So long before its day a part is reminded of."""
PATIENCE = timedelta(days=14)
"""So long after its day a part may come, before what was bought is paused."""


def split(total: Money, count: int) -> list[Money]:
    """Return an amount in so many parts, the larger first, that differ by at most one minor unit.

    Raises `ValueError` for less than one part, or for parts of nothing.
    """
    if count < 1 or abs(total.amount) < count:
        raise ValueError("there is not so much to share")
    return shared(total, [1] * count)


def months_on(moment: datetime, months: int) -> datetime:
    """Return the same day so many months later, or the last of that month where it has none."""
    here = times.at_home(moment)
    month = here.month - 1 + months
    year, month = here.year + month // 12, month % 12 + 1
    day = min(here.day, calendar.monthrange(year, month)[1])
    return here.replace(year=year, month=month, day=day)


def allowed(offers: Sequence[Offer]) -> int:
    """Return in how many parts all of these may be paid together; 0 where one of them may not."""
    counts = [offer.instalments or 0 for offer in offers]
    return min(counts, default=0) if all(counts) else 0


def begin(order: Order, count: int) -> list[Instalment]:
    """Write the parts of an order down, in its transaction: the first is due as the whole would be."""
    assert order.due_at is not None
    parts = [
        Instalment(
            person=order.person,
            giving=order.giving,
            order=order,
            nth=nth,
            amount=part.amount,
            due_at=order.due_at if nth == 1 else months_on(order.at, nth - 1),
        )
        for nth, part in enumerate(split(order.total, count), 1)
    ]
    for part in parts:
        part.save()
    return parts


def of(order: Order) -> list[Instalment]:
    """Return the parts of an order in their order; none where it is paid at once."""
    parts = list(Instalment.objects.filter(order=order).order_by("nth"))
    for part in parts:
        part.order = order
    return parts


def next_of(order: Order) -> Instalment | None:
    """Return the first part that is not paid; None where there is none."""
    return next((part for part in of(order) if part.paid_at is None), None)


def paid_of(order: Order) -> Money:
    """Return how much of an order was paid so far."""
    parts = Instalment.objects.filter(order=order)
    if not parts.exists():
        return order.total if order.paid_at is not None else Money(0, order.currency)
    paid = parts.filter(paid_at__isnull=False).aggregate(sum=Sum("amount"))["sum"]
    return Money(int(paid or 0), order.currency)


def first_paid(order: Order) -> None:
    """Note that the first part is paid, in the transaction that opens the order."""
    Instalment.objects.filter(order=order, nth=1).update(paid_at=timezone.now())


@begins_again
def pay(order: Order, nth: int, *, by: str) -> bool:
    """Note that a part is paid; what was paused opens again once nothing is missed. Twice is once.

    Return whether it is new.
    """
    from leadrush.purchases import moving

    with transaction.atomic():
        mine = moving.held(order.pk)
        part = next((one for one in of(mine) if one.nth == nth), None)
        if part is None or part.paid_at is not None or mine.state != State.PAID:
            return False
        part.paid_at = timezone.now()
        part.save(update_fields=["paid_at"])
        count = len(of(mine))
        moving.note(mine, by, _("Payment %(nth)d of %(count)d.") % {"nth": nth, "count": count})
        if not _missed(mine):
            _pause_all(mine, None)
        letters.instalment(mine, "instalment_paid", part, next_of(mine))
    return True


def _pause_all(order: Order, at: datetime | None) -> int:
    """Pause what an order gives, or let it be had again (None); the rooms that gave it are told."""
    changed = Access.objects.filter(line__order=order, ended_at=None, paused_at__isnull=at is not None)
    count = 0
    for access in changed.select_related("person"):
        access.paused_at = at
        access.save(update_fields=["paused_at"])
        one = deliverables.of(access.deliverable)
        if one is not None:
            one.paused(access)
        count += 1
    return count


def _missed(order: Order) -> list[Instalment]:
    late = timezone.now() - PATIENCE
    return [part for part in of(order) if part.paid_at is None and part.due_at < late]


def overdue() -> list[Instalment]:
    """Return the parts that are past their day, of orders that are open; the oldest first."""
    rows = Instalment.objects.filter(
        paid_at=None, due_at__lt=timezone.now(), order__state=State.PAID
    ).select_related("order")
    return list(rows.order_by("due_at", "pk")[:200])


def go_on() -> int:
    """Remind of the parts that are due soon, and pause what was missed for too long; return how many."""
    now = timezone.now()
    unpaid = Instalment.objects.filter(paid_at=None, order__state=State.PAID)
    soon = unpaid.filter(due_at__lt=now + BEFORE, reminded_at=None)
    count = sum(_remind(pk) for pk in list(soon.values_list("pk", flat=True)[:200]))
    late = unpaid.filter(due_at__lt=now - PATIENCE, order__lines__accesses__paused_at=None)
    late = late.filter(order__lines__accesses__ended_at=None, order__lines__accesses__isnull=False)
    orders = set(late.values_list("order", flat=True)[:200])
    return count + sum(_pause(pk) for pk in sorted(orders))


@begins_again
def _remind(pk: int) -> bool:
    from leadrush.purchases import moving

    with transaction.atomic():
        part = Instalment.objects.select_related("order").get(pk=pk)
        order = moving.held(part.order_id)
        part.refresh_from_db()
        if part.paid_at is not None or part.reminded_at is not None or order.state != State.PAID:
            return False
        part.reminded_at, part.order = timezone.now(), order
        part.save(update_fields=["reminded_at"])
        letters.instalment(order, "instalment_due", part, part)
    return True


@begins_again
def _pause(pk: int) -> bool:
    from leadrush.purchases import moving

    with transaction.atomic():
        order = moving.held(pk)
        missed = _missed(order)
        if not missed or order.state != State.PAID:
            return False
        if not _pause_all(order, timezone.now()):
            return False
        moving.note(order, Move.By.PROGRAM, _("A payment is missing: what was bought is paused."))
        letters.instalment(order, "instalment_missed", missed[0], missed[0])
    return True
