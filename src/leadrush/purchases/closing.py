"""Erasing an order: what it held is free again, and the books say so, before its rows go.

The erasing walks the declared tables and knows nothing of stock. An invoice stays by law, so one that was
never paid gets its credit note, under the key that serves the law.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F

from leadrush.purchases import gifts, holding, invoicing, offering
from leadrush.purchases.models import Coupon, Line, Order, State
from leadrush.vault import erasing


def register() -> None:
    """Let the erasing call this before orders, or their lines, go; once, when the app is ready."""
    erasing.ends(Order, orders_go)
    erasing.ends(Line, lines_go)


def orders_go(rows: Any) -> None:
    """Close the orders that are about to go."""
    for order in rows.select_related("giving__person"):
        close(order)


def lines_go(rows: Any) -> None:
    """Close the orders whose lines are about to go: whoever erases everything erases those first."""
    orders = Order.objects.filter(pk__in=rows.values_list("order", flat=True))
    orders_go(orders)


def close(order: Order) -> None:
    """Let others have what an order held that waits, write its credit note, and forget for whom it was."""
    gifts.over(order)
    if order.state != State.WAITING:
        return
    lines = list(order.lines.all())
    for line in sorted(lines, key=lambda one: one.offer_id or 0):
        offering.put_back(line.offer_id, line.count)
    holding.free(order, lines)
    coupon_back(order)
    if order.way == "card":
        invoicing.drop_open(order)
    else:
        invoicing.credit(order, [(line, line.gross, line.tax) for line in lines])
    # So that nothing is given back twice, whichever of its rows goes next.
    Order.objects.filter(pk=order.pk).update(state=State.ENDED)


def coupon_back(order: Order) -> None:
    """Let a coupon be used again that an order used in vain."""
    if order.coupon:
        Coupon.objects.filter(word=order.coupon, left__isnull=False).update(left=F("left") + 1)
