"""What purchases do by the clock."""

from __future__ import annotations

import logging

from leadrush import gate
from leadrush.purchases import charging, moving, processor

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
