"""Copies of keys that still hold somebody: what backups this site has made, told by whoever makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec

from django.utils import timezone

LAPSE = timedelta(days=7)
"""How long a copy of the keys is kept. After it, no copy of the data gives back what was erased."""

Find = Callable[[], Iterable[datetime]]
_find: list[Find] = []


def register(find: Find) -> None:
    """Register what returns the moment at which each copy of the keys that exists was made."""
    _find.append(find)


@dataclass(frozen=True)
class Copies:
    """The copies that hold somebody now, by the moment at which each lapses, the next one first."""

    lapses: tuple[datetime, ...]

    def left(self, at: datetime) -> int:
        """Return how many still hold them then."""
        return sum(moment > at for moment in self.lapses)

    @property
    def last(self) -> datetime | None:
        """When the last one is gone; None where there is none."""
        return self.lapses[-1] if self.lapses else None


def _backups() -> Iterable[datetime]:
    """Return when each backup of the keys was made, where this site makes any."""
    if find_spec("leadrush.vault.backups") is None:
        return []
    backups = import_module("leadrush.vault.backups")
    return [copy.made_at for copy in backups.copies(backups.KEYS)]


def now() -> Copies:
    """Return the copies of keys that exist and have not lapsed."""
    moment = timezone.now()
    made = [made for find in (*_find, _backups) for made in find()]
    return Copies(tuple(sorted(one + LAPSE for one in made if one + LAPSE > moment)))
