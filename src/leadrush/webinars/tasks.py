"""What webinars do by the clock."""

from __future__ import annotations

from leadrush import gate
from leadrush.webinars import announcing, repeating, telling, waiting


@gate.task("webinars.tell", use="webinars.serve", every=10)
def tell() -> None:
    """Remind, and tell of new times, cancellations and later webinars. Clause `webinar-seat`."""
    telling.go_on()


@gate.task("webinars.seats", use="webinars.seats", every=60)
def seats() -> None:
    """Let the line move up where a seat came free without anybody pressing anything."""
    waiting.sweep()


@gate.task("webinars.repeat", use=None, every=300, why="Plans webinars, which are about nobody.")
def repeat() -> None:
    """Plan the next hours at which recordings are shown."""
    repeating.plan_all()


@gate.task("webinars.refused", use="house.keep", every=3600)
def refused() -> None:
    """Erase what was given for later webinars by those who said no. Clause `webinar-later`."""
    announcing.end_refused()
