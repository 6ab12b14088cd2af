"""Writing an entry: durable before it returns, whatever transaction the caller is in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import DatabaseError

from leadrush import gate
from leadrush.ledger.models import Entry


class Unwritten(RuntimeError):
    """The ledger could not be written (a full disk, a lost database), so nothing was opened."""


def draft(
    door: gate.Door,
    *,
    actor: str,
    subject: str = "",
    what: str = "",
    about: str = "",
    categories: Iterable[str] = (),
    count: int = 1,
    batch: str = "",
) -> Entry:
    """Return the entry of one use, which is yet to be written down.

    `actor` and `subject` are marks or a program's name, never an id. The clause is the one in force that
    allows the first category for this use.
    """
    categories = sorted(set(categories))
    force = gate.force()
    clause = force.clause_for(categories[0] if categories else "*", door.use.name)
    return Entry(
        use=door.use.name,
        actor_kind=door.actor.kind,
        actor=actor,
        subject=subject,
        what=what or door.what or door.use.name,
        about=about,
        categories=" ".join(categories),
        count=count,
        batch=batch,
        clause=clause.slug if clause else "",
        version=force.number,
    )


def write(entries: Sequence[Entry]) -> None:
    """Write entries down together; committed on the ledger's own connection when this returns.

    Raises `Unwritten` when they cannot be made durable: the caller must then not open anything.
    """
    try:
        if len(entries) == 1:
            entries[0].save(using="ledger", force_insert=True)
        else:
            Entry.objects.using("ledger").bulk_create(entries)
    except DatabaseError as fault:
        raise Unwritten(
            f"The ledger cannot be written, so nothing was opened. Is the disk full? ({type(fault).__name__})"
        ) from fault
