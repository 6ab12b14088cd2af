"""What purchases do by the clock."""

from __future__ import annotations

import logging

from leadrush import gate
from leadrush.purchases import accepting, charging, instalments, moving, processor

log = logging.getLogger(__name__)


@gate.task("purchases.end", use="purchases.serve", every=300)
def end() -> None:
    """End the orders that were not paid in time. Clause `purchase-order`."""
    moving.end_overdue()


@gate.task("purchases.settle", use="purchases.charge", every=20)
def settle() -> None:
    """Send what goes back to cards, ask after payments that no message told of. Clause `card-payment`."""
    if not processor.is_set_up():
        return
    try:
        charging.pay_back()
        charging.follow()
    except processor.Unreachable as fault:
        log.warning("The processor of cards gives no answer (%s); it is asked again.", fault)


@gate.task("purchases.gifts", use="purchases.serve", every=300)
def gifts() -> None:
    """Bring the gifts whose day has come, and end those that nobody took. Clause `purchase-gift`."""
    accepting.go_on()


@gate.task("purchases.parts", use="purchases.serve", every=3600)
def parts() -> None:
    """Remind of payments that are due, and pause what was missed. Clause `purchase-order`."""
    instalments.go_on()
