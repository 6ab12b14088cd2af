"""Re-keying: whoever stays gets a new living key after something of theirs went, so that it went everywhere.

An older backup of the data still holds what went, sealed under the key of its day. That key is exchanged: the
new one is made beside it, everything that stays is sealed again under the new one, and the former one goes.
Then no key opens what went, but those in backups of the keys, which are kept for days only.

Each half-way state opens everything: a ring tries the living key, then the former one. The former one stays
for `GRACE`, longer than anybody seals with a key or opens a row that they fetched before, and goes after one
more look at what is there, while the person's row is held. Doing it all again finishes what died.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from leadrush import gate
from leadrush.vault import keys, sealed
from leadrush.vault.models import Rekeying
from leadrush.vault.opening import note
from leadrush.vault.turns import begins_again, hold

USE = "house.keep"
GRACE = timedelta(minutes=10)
"""How long the former key stays: a ring seals for a minute (`keys.FRESH`), no transaction takes as long."""
AT_ONCE = 500
TIME = 15.0
"""Seconds of each minute for exchanging keys: the program that does it has letters to send, too."""
OLDEST = (
    "SELECT min(xact_start) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)

log = logging.getLogger(__name__)


# --- who --------------------------------------------------------------------------------------------------


def due(*persons: uuid.UUID) -> None:
    """Note that something sealed of these persons goes, in the transaction in which it does; one question.

    Of many at once it is called before anything goes, so that no two wait for each other in a ring.
    """
    rows = [Rekeying(person_id=person) for person in sorted(persons)]
    # One who is noted already may have got a new key before this went: then another has to follow.
    Rekeying.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["person"], update_fields=["asked"]
    )


def go_on(now: datetime | None = None) -> int:
    """Finish what was begun a while ago, begin with who is due, while there is time; return how many."""
    now, until = now or timezone.now(), time.monotonic() + TIME
    begun = Rekeying.objects.filter(began_at__lt=_settled(now)).order_by("began_at")
    fresh = Rekeying.objects.filter(began_at=None).order_by("at")
    count = 0
    for step, rows in ((finish, begun), (begin, fresh)):
        for person in list(rows.values_list("person", flat=True)[:AT_ONCE]):
            if time.monotonic() > until:
                return count
            try:
                step(person)
            except keys.KeyFault as fault:
                # Nothing is destroyed while something of theirs does not open; the check counts them.
                log.error("The keys of somebody could not be exchanged: %s", type(fault).__name__)
            else:
                count += 1
    return count


def _settled(now: datetime) -> datetime:
    """Return the moment before which a key was made if all that the former one sealed is there by now."""
    settled = now - GRACE
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(OLDEST)
            oldest = cursor.fetchone()[0]
        if oldest is not None:
            settled = min(settled, oldest - timedelta(seconds=keys.FRESH))
    return settled


# --- how --------------------------------------------------------------------------------------------------


def rekey(person_id: uuid.UUID) -> None:
    """Give one person a new living key now, without waiting for those who may still seal with the former one.

    The program that runs each minute does the same for all who are due, and waits.
    """
    due(person_id)
    begin(person_id)
    while not finish(person_id):
        pass


@begins_again
def begin(person_id: uuid.UUID) -> None:
    """Make the new key beside the one so far, and seal under it what is there. Twice is once."""
    with gate.using(USE, what="vault.rekey"), transaction.atomic():
        hold(person_id)
        mine = Rekeying.objects.filter(person=person_id)
        if not keys.Ring([person_id]).has(person_id):
            mine.delete()  # erased: there is nothing to exchange
            return
        if not keys.Ring([person_id], keys.FORMER).has(person_id):
            # Before the new key is there: what goes from here on may have been sealed under it.
            mine.update(asked=False)
            keys.renew(person_id)
        _reseal(person_id)
        mine.update(began_at=timezone.now())


@begins_again
def finish(person_id: uuid.UUID) -> bool:
    """Let the former key go; where somebody sealed under it meanwhile, seal that again and say False."""
    with gate.using(USE, what="vault.rekey"), transaction.atomic():
        hold(person_id)
        mine = Rekeying.objects.filter(person=person_id)
        if keys.Ring([person_id]).has(person_id) and _reseal(person_id):
            # It has to be committed before the key goes, and who read it a moment ago has to be done with it.
            mine.update(began_at=timezone.now())
            return False
        keys.drop(person_id, keys.FORMER)
        mine.filter(asked=False).delete()
        mine.update(began_at=None, at=timezone.now())
    return True


def _reseal(person_id: uuid.UUID) -> int:
    """Seal again what is sealed under the former key; return how many values. Raises `keys.KeyFault`."""
    living, former = keys.Ring([person_id]), keys.Ring([person_id], keys.FORMER)
    todo = [one for one in sealed.of(person_id) if not living.opens(person_id, one.sealed, one.context)]
    if todo:
        kept = keys.Ring([person_id], keys.KEPT)
        todo = [one for one in todo if not kept.opens(person_id, one.sealed, one.context)]
    if todo:
        what = sorted({category for one in todo for category in one.categories})
        note(subject=person_id, categories=what, what="vault.rekey", count=len(todo), ring=living)
    for one in todo:
        text = former.open(person_id, one.sealed, one.context)
        again = living.seal(person_id, text, one.context)
        one.write(again)
    return len(todo)


# --- what the law keeps -----------------------------------------------------------------------------------


def keep(person_id: uuid.UUID, values: Iterable[tuple[keys.Bytes, str]]) -> list[bytes]:
    """Return sealed values of a person, (value, context) each, sealed under the key for what the law keeps.

    Whoever erases calls it while they hold the person's row, writes what it returns, commits, and only then
    drops the living key. What is sealed so already is returned as it is. Raises `keys.KeyFault`.
    """
    kept, living = keys.make(person_id, keys.KEPT), keys.Ring([person_id])
    return [
        bytes(value)
        if kept.opens(person_id, value, context)
        else kept.seal(person_id, living.open(person_id, value, context), context)
        for value, context in values
    ]
