"""What is counted to show that this room's clauses are kept. Each runs under `accountability.check`."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from leadrush import ledger
from leadrush.gate.evidence import Count
from leadrush.mailbox.models import Message, State
from leadrush.vault.models import Choice, Giving
from leadrush.webinars import times
from leadrush.webinars.announcing import SECOND_THOUGHTS, TEMPLATE
from leadrush.webinars.models import Host, Registration, Seen, Webinar
from leadrush.webinars.registering import ANNOUNCE, LATER

GRACE = timedelta(hours=1)
"""How long a lapsed row may still be there before that counts as a miss; the eraser comes once a minute."""


def registrations_lapse() -> Count:
    """Count the registrations, and among them those without a day on which they go, or past it."""
    now = timezone.now()
    of = missed = 0
    webinars = {webinar.pk: webinar for webinar in Webinar.objects.all()}
    rows = Registration.objects.values_list(
        "webinar_id", "giving__lapses_at", "giving__confirmed_at", "giving__ended_at"
    )
    for webinar, lapses_at, confirmed_at, ended_at in rows.iterator():
        of += 1
        latest = times.lapses_at(webinars[webinar], confirmed=confirmed_at is not None)
        if lapses_at is None or lapses_at > latest or lapses_at < now - GRACE or ended_at is not None:
            missed += 1
    return Count(missed=missed, of=of)


def hosts_looks_are_written() -> Count:
    """Count what hosts saw, and among it what no entry of the ledger tells of."""
    seen = list(Seen.objects.values_list("entry", flat=True))
    written = set(
        ledger.Entry.objects.using("ledger")
        .filter(pk__in=set(seen), use="webinars.host", what="webinars.registrants")
        .values_list("pk", flat=True)
    )
    return Count(missed=sum(entry not in written for entry in seen), of=len(seen))


def announced_only_after_a_yes() -> Count:
    """Count the announcements that left, and among them those whose person's last word before was no yes.

    Whoever said no, and gave an address for this alone, counts as well while it is still there after a day.
    """
    now = timezone.now()
    confirmed = Q(giving__isnull=True) | Q(giving__confirmed_at__isnull=False)
    word = (
        Choice.objects.filter(confirmed | Q(answer=False))
        .filter(person=OuterRef("person"), use=ANNOUNCE, at__lte=OuterRef("moved_at"))
        .order_by("-id")
    )
    left = Message.objects.filter(template=TEMPLATE, state__in=[State.LEAVING, State.LEFT, State.UNSURE])
    of = left.count()
    without_yes = (
        left.annotate(word=Subquery(word.values("answer")[:1]))
        .filter(Q(word__isnull=True) | Q(word=False))
        .count()
    )
    newest = Choice.objects.filter(person=OuterRef("person"), use=ANNOUNCE).order_by("-id")
    refused = (
        Giving.objects.filter(clause=LATER, ended_at__isnull=True)
        .annotate(word=Subquery(newest.values("answer")[:1]), said=Subquery(newest.values("at")[:1]))
        .filter(word=False, said__gt=F("at"))
    )
    late = refused.filter(said__lt=now - SECOND_THOUGHTS - 2 * GRACE).count()
    return Count(missed=without_yes + late, of=of + refused.count())


def hosts_words_are_their_own() -> Count:
    """Count the hosts' words, and among them those that no live form of that same person gave."""
    hosts = Host.objects.all()
    own = hosts.filter(giving__person=F("person"), giving__ended_at__isnull=True)
    return Count(missed=hosts.count() - own.count(), of=hosts.count())
