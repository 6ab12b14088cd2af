"""What this room's clauses are held to. Each check counts over what is published."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from leadrush import gate
from leadrush.accountability import checking
from leadrush.gate import evidence
from leadrush.gate.evidence import Count
from leadrush.gate.models import Version
from leadrush.statement import US, Faulty
from leadrush.statement import Version as Text


@evidence.check(
    words=_("%(missed)s of %(of)s terms let something go to anybody but us."),
    mend=_("Publish a version without that term; see what stands under “Who gets it”."),
)
def no_other_recipient() -> Count:
    """Count the terms in force that let data go to anybody but us. Clause `nobody-else`."""
    terms = gate.force().terms()
    return Count(sum(term.recipients != {US} for term in terms), len(terms))


@evidence.check(
    words=_("%(kept)s of %(of)s published versions are as they were published."),
    mend=_("Somebody changed a published version in the database: put it back from a backup of the data."),
)
def versions_are_intact() -> Count:
    """Count published versions whose text is not what their digest was taken of. Clause `versions`."""
    rows = list(Version.objects.values_list("number", "text", "digest"))
    return Count(sum(not _intact(*row) for row in rows), len(rows))


@evidence.check(
    words=_("%(missed)s of %(of)s sentences were not counted in time."),
    mend=_("See whether the worker runs, and what its log says of checks that failed."),
)
def counted_by_the_clock() -> Count:
    """Count the clauses in force that nobody counted for three periods. Clause `evidence`."""
    return Count(*checking.late())


def _intact(number: int, text: str, digest: str) -> bool:
    try:
        return Text.from_canonical(text.encode(), digest).number == number
    except Faulty:
        return False
