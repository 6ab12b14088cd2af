"""What is counted to show that this room's clauses are kept. Each runs under `accountability.check`."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush import ledger
from leadrush.gate import evidence
from leadrush.gate.evidence import Count
from leadrush.gate.versions import version_of
from leadrush.mailbox.models import Message, State
from leadrush.vault.models import Choice, Giving
from leadrush.webinars import times
from leadrush.webinars.announcing import SECOND_THOUGHTS, TEMPLATE
from leadrush.webinars.models import Host, Registration, Seen, Webinar
from leadrush.webinars.registering import ANNOUNCE, LATER

AT_ONCE = 5000
"""So many looks are compared with the ledger at a time."""
GRACE = timedelta(hours=1)
"""How long a lapsed row may still be there before that counts as a miss; the eraser comes once a minute."""


@evidence.check(
    words=_("%(missed)s of %(of)s registrations have no day on which they go, or are past it."),
    mend=_("See whether the worker runs: it erases once a minute what is due."),
    stops="collection",
)
def registrations_lapse() -> Count:
    """Count the registrations, and among them those without a day on which they go, or past it."""
    now = timezone.now()
    of = missed = 0
    webinars = {webinar.pk: webinar for webinar in Webinar.objects.all()}
    # Whoever registers for a webinar under one version has one of two days: all alike are judged together.
    alike = Registration.objects.annotate(
        confirmed=Case(When(giving__confirmed_at__isnull=True, then=Value(0)), default=Value(1)),
        ended=Case(When(giving__ended_at__isnull=True, then=Value(0)), default=Value(1)),
    ).values_list("webinar_id", "giving__version_id", "giving__lapses_at", "confirmed", "ended")
    for webinar, version, lapses_at, confirmed, ended, many in alike.annotate(many=Sum(Value(1))).order_by():
        of += many
        latest = times.lapses_at(webinars[webinar], confirmed=bool(confirmed), given=version_of(version))
        if lapses_at is None or lapses_at > latest or lapses_at < now - GRACE or ended:
            missed += many
    return Count(missed=missed, of=of)


@evidence.check(words=_("%(missed)s of %(of)s looks at those who registered are not in the ledger."))
def hosts_looks_are_written() -> Count:
    """Count what hosts saw, and among it what no entry of the ledger tells of."""
    of = missed = 0
    seen = list(Seen.objects.values_list("entry").annotate(rows=Sum(Value(1))).order_by("entry"))
    for some in (seen[start : start + AT_ONCE] for start in range(0, len(seen), AT_ONCE)):
        written = set(
            ledger.Entry.objects.using("ledger")
            .filter(pk__in=[entry for entry, _rows in some], use="webinars.host", what="webinars.registrants")
            .values_list("pk", flat=True)
        )
        of += sum(rows for _entry, rows in some)
        missed += sum(rows for entry, rows in some if entry not in written)
    return Count(missed=missed, of=of)


@evidence.check(
    words=_("%(missed)s of %(of)s addresses and messages for later webinars stand there without a yes."),
    stops="collection",
)
def announced_only_after_a_yes() -> Count:
    """Count the announcements that left and the addresses that are held for this, and among them what stands
    there without a yes: messages to people who had never said yes, addresses that came without one, and those
    that stay a day after a no. A message after a no is counted by `switch-off`."""
    now = timezone.now()
    confirmed = Q(giving__isnull=True) | Q(giving__confirmed_at__isnull=False)
    yes = Choice.objects.filter(person=OuterRef("person"), use=ANNOUNCE, answer=True)
    left = Message.objects.filter(template=TEMPLATE, state__in=[State.LEAVING, State.LEFT, State.UNSURE])
    unasked = left.exclude(Exists(yes.filter(confirmed, at__lte=OuterRef("moved_at"))))
    held = Giving.objects.filter(clause=LATER, ended_at__isnull=True)
    without = held.exclude(Exists(yes))
    newest = Choice.objects.filter(person=OuterRef("person"), use=ANNOUNCE).order_by("-id")
    refused = held.annotate(
        word=Subquery(newest.values("answer")[:1]), said=Subquery(newest.values("at")[:1])
    ).filter(word=False, said__gt=F("at"), said__lt=now - SECOND_THOUGHTS - 2 * GRACE)
    missed = unasked.count() + without.count() + refused.filter(Exists(yes)).count()
    return Count(missed=missed, of=left.count() + held.count())


@evidence.check(
    words=_("%(kept)s of %(of)s hosts’ words were given by the host that they speak of."),
    stops="collection",
)
def hosts_words_are_their_own() -> Count:
    """Count the hosts' words, and among them those that no live form of that same person gave."""
    hosts = Host.objects.all()
    own = hosts.filter(giving__person=F("person"), giving__ended_at__isnull=True)
    return Count(missed=hosts.count() - own.count(), of=hosts.count())
