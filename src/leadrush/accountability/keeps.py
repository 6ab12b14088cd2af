"""What this room's clauses are held to. Each check counts over what is published."""

from __future__ import annotations

from leadrush import gate
from leadrush.gate.evidence import Count
from leadrush.gate.models import Version
from leadrush.statement import US, Faulty
from leadrush.statement import Version as Text


def no_other_recipient() -> Count:
    """Count the terms in force that let data go to anybody but us. Clause `nobody-else`."""
    terms = gate.force().terms()
    return Count(sum(term.recipients != {US} for term in terms), len(terms))


def versions_are_intact() -> Count:
    """Count published versions whose text is not what their digest was taken of. Clause `versions`."""
    rows = list(Version.objects.values_list("number", "text", "digest"))
    return Count(sum(not _intact(*row) for row in rows), len(rows))


def _intact(number: int, text: str, digest: str) -> bool:
    try:
        return Text.from_canonical(text.encode(), digest).number == number
    except Faulty:
        return False
