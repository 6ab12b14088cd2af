"""Whether the clock may be believed by what erases.

A clock that jumps ahead would end at once everything whose time is over by it, and nothing brings that back.
So the site notes every few minutes that its clock went on as a clock does; one that is found more than a day
past that note is believed by nothing that erases until the owner confirms it: `leadrush clock --confirm`. A
site that slept for a month asks the same, since it cannot tell the two apart.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from leadrush.vault import installation
from leadrush.vault.installation import Installation

AHEAD = timedelta(days=1)
STEP = timedelta(minutes=5)


def right(now: datetime | None = None) -> bool:
    """Say whether what erases may believe the clock, and note that it went on.

    A clock that goes back is believed: it erases later, never sooner. The note does not follow it, or a
    machine that begins at 1970 would have to be confirmed whenever it starts.
    """
    now = now or timezone.now()
    known = installation.this().clock_at
    if now - known > AHEAD:
        return False
    if now - known >= STEP:
        # Only ever forward, also when two processes note it at once.
        Installation.objects.filter(clock_at__lt=now).update(clock_at=now)
    return True


def doubted(now: datetime | None = None) -> datetime | None:
    """Return the last moment at which the clock was right, if it is not believed now; else None."""
    now = now or timezone.now()
    known = installation.this().clock_at
    return known if now - known > AHEAD else None


def confirm(now: datetime | None = None) -> None:
    """Believe the clock as it is, because the owner says that it is right."""
    installation.this()
    Installation.objects.update(clock_at=now or timezone.now())
