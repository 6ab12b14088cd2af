"""What this room's clauses are held to. Each check counts over what is published, and who was told of it."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush import gate
from leadrush.accountability import checking, notices, reaching
from leadrush.accountability.models import Notice, Told
from leadrush.gate import evidence, uses
from leadrush.gate.evidence import Count
from leadrush.gate.models import Version
from leadrush.statement import US, Basis, Faulty, Term
from leadrush.statement import Version as Text
from leadrush.vault.giving import EMAIL
from leadrush.vault.models import Choice, Item

GRACE = timedelta(hours=1)
"""How long the telling of a version may take before whoever was not reached counts as missed."""


@evidence.check(
    words=_("%(missed)s of %(of)s terms let something go to anybody but us."),
    mend=_("Publish a version without that term; see what stands under “Who gets it”."),
)
def no_other_recipient() -> Count:
    """Count the terms in force that let data go to anybody but us, otherwise than to take a payment that its
    person asked for. Clause `nobody-else`."""
    force = gate.force()
    terms = force.terms()
    return Count(sum(term.recipients != {US} and not _takes_payment(term) for term in terms), len(terms))


def _takes_payment(term: Term) -> bool:
    return term.basis == Basis.CONTRACT and gate.force().use(term.use).heading == "pay"


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


@evidence.check(
    words=_(
        "%(missed)s of %(of)s people who may be told of a change were passed over, or written to after a no."
    ),
    mend=_("See on the page “Statement” here how far the telling has got, and whether the worker runs."),
)
def everybody_concerned_was_told() -> Count:
    """Count those who may be told of a new version or said no to it, and those whom the newest one concerned;
    among them those who said no and could be written to, and those who were not told. Clause `notice`."""
    wrong = _written_to_all_the_same()
    reachable = Item.objects.filter(kind=EMAIL, giving__confirmed_at__isnull=False).count()
    notice = Notice.objects.select_related("version", "before").order_by("-version__number").first()
    if notice is None or (notice.done_at is None and notice.begun_at > timezone.now() - GRACE):
        return Count(wrong, reachable)
    concern = notices.concern_of(notice)
    concerned = reaching.reach(concern).concerned
    told = Told.objects.filter(version=notice.version, person__givings__ended_at__isnull=True)
    missed = max(concerned - told.values("person").distinct().count(), 0)
    return Count(wrong + missed, reachable + concerned)


def _written_to_all_the_same() -> int:
    """Count those who said no to notices and whose address the gate would give out for one."""
    newest = Choice.objects.filter(person=OuterRef("person"), use=reaching.NOTICE).order_by("-id")
    said_no = (
        Item.objects.filter(kind=EMAIL)
        .annotate(word=Subquery(newest.values("answer")[:1]))
        .filter(word=False)
    )
    bit = 1 << uses.get(reaching.NOTICE).bit
    return sum(bool(mask & bit) for mask in said_no.values_list("mask", flat=True))


def _intact(number: int, text: str, digest: str) -> bool:
    try:
        return Text.from_canonical(text.encode(), digest).number == number
    except Faulty:
        return False
