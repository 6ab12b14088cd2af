"""The keys tried on everything that has come back: what does not open is told, and marked as lost.

Without the mark, a page or program that meets such a value would fail, each time and for good.
"""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from leadrush.vault import clocks, losing, sealed, tombstones
from leadrush.vault.models import Person, PersonKey
from leadrush.website.backups import making
from leadrush.website.backups.checking import Plan
from leadrush.website.backups.making import Say
from leadrush.website.running.folder import Stop

NAMED = 20
"""So many persons are named by number; the others are counted."""


def try_keys(plan: Plan, say: Say) -> None:
    """Say what does not open, whose, and why, and mark it as lost."""
    tried = sealed.try_all()
    say(f"Sealed values tried: {tried.of:,}.")
    other, exchanged = set(tried.other), _exchanged(plan, set(tried.other))
    _name(exchanged, "have another key since: something of theirs was erased, or over, or changed", say)
    for persons, why in (
        (set(tried.without), "have no key, and nothing says why: the keys are older than the data, or lost"),
        (other - exchanged, "have another key than they were sealed with: take the keys of that time"),
    ):
        _name(persons, why, say, "INCIDENT: ")
    _lose(plan, tried, say)


def _exchanged(plan: Plan, persons: set[uuid.UUID]) -> set[uuid.UUID]:
    """Return those of these persons whose key was exchanged since the data were copied."""
    found = {stone.whom for stone in tombstones.read() if stone.what != tombstones.PERSON}
    if plan.data is not None:
        # What lapses by its time has no tombstone; its key is younger than the data.
        young = PersonKey.objects.filter(kind=PersonKey.LIVING, made_at__gt=plan.data["made_at"])
        found |= set(young.values_list("person", flat=True))
    return persons & found


def _lose(plan: Plan, tried: sealed.Tried, say: Say) -> None:
    """Let what no key opens say so, that no page and no program fails at it.

    Its sealed form stays in a backup of the data, for keys that may turn up.
    """
    persons = set(tried.lost) | _keyless()
    if tried.lost and plan.data is None:
        if clocks.doubted() is not None:
            raise Stop(
                "What does not open is copied before it is marked as lost, and the clock is in doubt: run "
                "`leadrush restore --clock-is-right` once it is right."
            )
        making.data(say=say)
    words = _("Lost in a restore on %(day)s.") % {"day": plan.begun_at[:10]}
    count = sum(losing.lose(person, words) for person in sorted(persons))
    say(f"Values that no key here opens, marked as lost for their persons to see: {count:,}.")


def _keyless() -> set[uuid.UUID]:
    """Return the persons in the data who have no key, though nobody erased them."""
    numbers = set(Person.objects.values_list("pk", flat=True).iterator())
    numbers -= set(PersonKey.objects.values_list("person", flat=True).iterator())
    return numbers - tombstones.erased(numbers)


def _name(persons: set[uuid.UUID], why: str, say: Say, mark: str = "") -> None:
    if persons:
        named = ", ".join(sorted(map(str, persons))[:NAMED])
        more = f" and {len(persons) - NAMED:,} more" if len(persons) > NAMED else ""
        say(f"{mark}{len(persons):,} persons {why}. Of theirs not all opens: {named}{more}.")
