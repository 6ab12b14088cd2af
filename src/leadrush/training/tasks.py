"""What training does by the clock."""

from __future__ import annotations

from leadrush import gate
from leadrush.training import certifying, telling


@gate.task("training.tell", use="training.learn", every=60)
def tell() -> None:
    """Write to those who asked for it that a lesson opened. Clause `training-access`."""
    telling.go_on()


@gate.task("training.refused", use="house.keep", every=600)
def refused() -> None:
    """Erase what is shown of certificates whose persons said no. Clause `training-shown`."""
    certifying.end_refused()
