"""Chaining: each committed entry gets the next place, and a digest that binds all places before it."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, connections, transaction

from leadrush.ledger import canonical
from leadrush.ledger.models import Link

AT_ONCE = 5_000
BACK = 1_000
"""Ids that are looked at again. PostgreSQL gives an id before the commit, so a lower one may appear later."""

WAITING = """
SELECT {columns} FROM ledger_entry e
WHERE e.id > %s AND NOT EXISTS (SELECT 1 FROM ledger_link l WHERE l.entry = e.id)
ORDER BY e.id LIMIT %s
"""

LINK = "INSERT INTO ledger_link (place, entry, digest) VALUES (%s, %s, %s)"


def chain(*, everything: bool = False) -> int:
    """Give every committed entry that has no place yet the next one; return how many got one.

    Safe to be killed at any moment, since so many at once are one transaction, and safe beside others that do
    the same: a place is taken once, and who comes second leaves the rest to the first. `everything` also
    finds an entry that appeared more than a thousand ids late.
    """
    done = 0
    while entries := _waiting(everything):
        try:
            _add(entries)
        except IntegrityError:
            break
        done += len(entries)
        if len(entries) < AT_ONCE:
            break
    return done


@transaction.atomic("ledger")
def _add(entries: list[tuple[Any, ...]]) -> None:
    last = Link.objects.order_by("-place").values_list("place", "digest").first()
    place, digest = (last[0], bytes(last[1])) if last else (0, canonical.BEGINNING)
    links = []
    for at, entry in enumerate(entries, place + 1):
        digest = canonical.after(digest, entry)
        links.append((at, entry[0], digest))
    with connections["ledger"].cursor() as cursor:
        cursor.executemany(LINK, links)


def _waiting(everything: bool) -> list[tuple[Any, ...]]:
    connection = connections["ledger"]
    newest = None if everything else Link.objects.order_by("-entry").values_list("entry", flat=True).first()
    with connection.cursor() as cursor:
        cursor.execute(
            WAITING.format(columns=canonical.columns(connection.vendor)),
            [newest - BACK if newest else -1, AT_ONCE],
        )
        return list(cursor.fetchall())
