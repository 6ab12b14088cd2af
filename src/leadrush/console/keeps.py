"""What the clauses of the back office are held to, counted on what really happened."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from leadrush import ledger
from leadrush.console.staffing import CLAUSE
from leadrush.console.told import REASONS
from leadrush.gate import evidence
from leadrush.gate.evidence import Count
from leadrush.vault.models import Giving, Role


@evidence.check(
    words=_("%(kept)s of %(of)s openings name their reason and who it was."),
    mend=_("The ledger holds an opening without a reason: find the program that wrote it."),
)
def every_opening_has_a_reason() -> Count:
    """Count openings that name no reason, no person or no member of staff. Clause `helping`."""
    openings = ledger.Entry.objects.filter(use="support.help")
    sound = openings.filter(what__in=REASONS, actor_kind="staff").exclude(subject="").exclude(actor="")
    of = openings.count()
    return Count(of - min(sound.count(), of), of)


@evidence.check(
    words=_("%(missed)s of %(of)s invitations are still held of people who no longer work here."),
    mend=_("Invite them again and take them out on “Who works here”: that erases what came for it."),
    stops="collection",
)
def invitations_end_with_the_role() -> Count:
    """Count what came for working here and is still held of people without a role. Clause `working-here`."""
    live = Giving.objects.filter(clause=CLAUSE, ended_at__isnull=True)
    return Count(live.filter(person__role=Role.NONE).count(), live.count())
