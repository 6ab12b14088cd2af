"""Internet addresses, sealed under the key of their day. Clause `visits-address`.

A day's key is drawn when the first address of that day is sealed, wrapped by a key made from the site's root,
and destroyed when the statement says: then nothing opens that day's addresses any more, in no copy of them.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from functools import lru_cache

from django.db import transaction

from leadrush import gate
from leadrush.vault import keys
from leadrush.visits.models import DayKey

CLAUSE = "visits-address"
CATEGORY, USE = "IPAddress", "visits.trace"
WRAP = "visits day keys"
CONTEXT = "visits:address"


def _context(day: date) -> str:
    return f"visits:day:{day}"


@lru_cache(maxsize=1)
def _sealing(day: date) -> bytes:
    """Return the key that seals a day's addresses; read or drawn once a process and day."""
    wrap = keys.derived(WRAP)
    fresh = keys.seal_with(wrap, os.urandom(32), _context(day))
    with transaction.atomic(using="keys"):
        row, _made = DayKey.objects.get_or_create(day=day, defaults={"wrapped": fresh})
    return keys.open_with(wrap, row.wrapped, _context(day))


def seal(day: date, address: str) -> bytes:
    """Seal an address for its day; 1 of the first calls of a day asks the keys database."""
    return keys.seal_with(_sealing(day), address.encode(), CONTEXT)


def open_all(day: date, sealed: list[bytes]) -> list[str]:
    """Open addresses of a day under the use in force, whose entry is written; empty where the key is gone.

    Raises `gate.Refused` for a use that may not see addresses.
    """
    door = gate.current()
    if gate.force().find(CATEGORY, door.use.name) is None:
        raise gate.Refused(f"The statement does not let {door.use.name} open internet addresses.")
    row = DayKey.objects.filter(day=day).first()
    if row is None:
        return [""] * len(sealed)
    key = keys.open_with(keys.derived(WRAP), row.wrapped, _context(day))
    return [keys.open_with(key, one, CONTEXT).decode() for one in sealed]


def days_kept() -> int:
    """Return for how many days the statement in force lets addresses be opened."""
    term = gate.force().term(CATEGORY, USE)
    return (term.retention.days if term else 0) or 0


def overdue(today: date) -> list[date]:
    """Return the days whose key is there past its time."""
    last = today - timedelta(days=days_kept())
    return list(DayKey.objects.filter(day__lt=last).order_by("day").values_list("day", flat=True))


def destroy(days: list[date]) -> int:
    """Destroy the keys of these days; return how many there were."""
    forget()
    return DayKey.objects.filter(day__in=days).delete()[0]


def forget() -> None:
    """Drop the key at hand from this process."""
    _sealing.cache_clear()
