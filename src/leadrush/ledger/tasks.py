"""What the ledger does by the clock."""

from __future__ import annotations

from leadrush import gate
from leadrush.ledger import chaining

WHY = "entries are numbers and marks, read to be digested and shown to nobody"


@gate.task("ledger.chain", use=None, every=2, why=WHY)
def chain() -> None:
    """Chain what was written. Clause `ledger`."""
    chaining.chain()


@gate.task("ledger.sweep", use=None, every=3600, why=WHY)
def sweep() -> None:
    """Chain what appeared too late for the program above to look there."""
    chaining.chain(everything=True)
