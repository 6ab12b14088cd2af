"""What is counted to show that the clauses of purchases are kept. Each runs under `accountability.check`."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Count as Rows
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.gate import evidence
from leadrush.gate.evidence import Count
from leadrush.gate.versions import version_of
from leadrush.mailbox.models import Message
from leadrush.purchases import gifts, invoicing, parcels
from leadrush.purchases.gift_models import Stands
from leadrush.purchases.models import (
    Access,
    Gift,
    Instalment,
    Invoice,
    Move,
    Order,
    Parcel,
    Payment,
    Receiver,
    Repayment,
    Series,
    State,
)

GRACE = timedelta(hours=1)
"""How long a lapsed row may still be there before that counts as a miss; the eraser comes once a minute."""


@evidence.check(
    words=_("%(missed)s of %(of)s orders do not stand as their steps say, or outstay their day."),
    mend=_("Look at the orders that changed last: something wrote to the database beside the program."),
)
def orders_stand() -> Count:
    """Count the orders, and among them those whose state is not that of their last step, that gave access and
    were not paid, whose parts do not sum to it, or that ended unpaid and have no day on which they go, or are
    past it."""
    orders = Order.objects.all()
    newest = Move.objects.filter(order=OuterRef("pk")).order_by("-pk").values("after")[:1]
    stepped = orders.annotate(last=Subquery(newest))
    wrong = set(stepped.filter(Q(last=None) | ~Q(last=F("state"))).values_list("pk", flat=True))
    wrong |= set(
        Access.objects.filter(ended_at=None)
        .exclude(line__order__state=State.PAID)
        .values_list("line__order", flat=True)
    )
    parts = Instalment.objects.values("order").annotate(sum=Sum("amount")).order_by()
    wrong |= set(parts.exclude(sum=F("order__gross")).values_list("order", flat=True))
    over = Q(giving__lapses_at=None) | Q(giving__lapses_at__lt=timezone.now() - GRACE)
    wrong |= set(orders.filter(over, state=State.ENDED).values_list("pk", flat=True))
    return Count(missed=len(wrong), of=orders.count())


@evidence.check(
    words=_("%(missed)s of %(of)s parcels outstay their day, or have none though they were sent."),
    mend=_("See whether the worker runs: it erases once a minute what is due."),
    stops="collection",
)
def destinations_lapse() -> Count:
    """Count the parcels, and among them those that were sent without a day on which they go, or past it.

    One that was not sent after 90 days counts as a miss, too: nobody waits for it any more.
    """
    now = timezone.now()
    rows = Parcel.objects.values_list("giving__version_id").annotate(rows=Rows("pk")).order_by()
    missed = 0
    for version, _many in rows:
        longest = timedelta(days=parcels.days_kept(version_of(version)))
        of_version = Parcel.objects.filter(giving__version=version)
        late = Q(giving__lapses_at=None) | Q(giving__lapses_at__gt=F("sent_at") + longest + GRACE)
        missed += of_version.filter(sent_at__isnull=False).filter(late).count()
    past = Q(giving__lapses_at__lt=now - GRACE) | Q(sent_at=None, giving__at__lt=now - timedelta(days=90))
    missed += Parcel.objects.filter(past).count()
    return Count(missed=missed, of=sum(many for _version, many in rows))


@evidence.check(
    words=_("%(missed)s of %(of)s who were given something outstay their day, or got more than one letter."),
    mend=_("See whether the worker runs: it ends what nobody took."),
    stops="collection",
)
def gifts_are_let_go() -> Count:
    """Count those for whom a gift is and the gifts that somebody took, and among them who has no day, is past
    it, has one later than was said, got more than one letter, or is still named though the gift is the
    giver's, is over, or was taken."""
    now = timezone.now()
    rows = Receiver.objects.all()
    late = (
        Q(giving__lapses_at=None) | Q(giving__lapses_at__lt=now - GRACE) | Q(giving__ended_at__isnull=False)
    )
    wrong = set(rows.filter(late).values_list("pk", flat=True))
    brought = rows.filter(brought_at__isnull=False).values_list("giving__version_id", flat=True).order_by()
    for version in brought.distinct():
        longest = timedelta(days=gifts.days_open(version_of(version))) + GRACE
        longer = rows.filter(giving__version=version, giving__lapses_at__gt=F("brought_at") + longest)
        wrong |= set(longer.values_list("pk", flat=True))
    held = [State.WAITING, State.PAID]
    open_ = [Stands.KEPT_BACK, Stands.BROUGHT]
    wrong |= set(
        rows.exclude(gift__stands__in=open_, gift__order__state__in=held).values_list("pk", flat=True)
    )
    sent = (
        Message.objects.filter(template="purchases.gift")
        .values("giving")
        .annotate(letters=Rows("pk"))
        .order_by()
    )
    twice = sent.filter(letters__gt=1).count()
    taken = Gift.objects.filter(stands=Stands.TAKEN).count()
    return Count(missed=len(wrong) + twice, of=rows.count() + taken)


@evidence.check(
    words=_("%(missed)s of %(of)s invoices are missing in their series, changed, or outstay their day."),
    mend=_("Restore the database from a backup that still has them: the law wants them whole."),
)
def invoices_are_whole() -> Count:
    """Count the numbers that were given, those among them without an invoice, invoices past their day, and
    orders that come to something else than their invoices."""
    missed = of = 0
    today = timezone.now().date()
    written = Invoice.objects.filter(number__isnull=False)
    for series in Series.objects.filter(pk__startswith="invoices-"):
        year = int(series.pk.rpartition("-")[2])
        if invoicing.kept_until(date(year, 12, 31)) < today:
            continue  # their time is over, and they are gone as was said
        # Each invoice of a year has a number of its series, and no two the same one.
        of += series.last
        missed += max(0, series.last - written.filter(day__year=year).count())
    missed += Invoice.objects.filter(until__lt=today - timedelta(days=1)).count()
    # One question for the sums and one for the orders; correlated, they took seconds for ten thousand.
    sums = dict(written.order_by().values_list("order_number").annotate(gross=Sum("gross")))
    owed = Order.objects.filter(gross__gt=0).order_by()
    for number, state, stands in owed.values_list("number", "state", F("gross") - F("back") - F("spared")):
        missed += sums.get(number) not in (None, 0 if state == State.ENDED else stands)
    return Count(missed=missed, of=of)


@evidence.check(
    words=_("%(missed)s of %(of)s payments by card stand otherwise than their orders, or wait too long."),
    mend=_(
        "Look at “Payments” beside the orders: it says what the processor refused. See whether it answers."
    ),
    stops="collection",
)
def payments_stand() -> Count:
    """Count the payments by card, and among them those that were taken while their order is not paid, those
    of a paid order that were not taken, those whose hour is long over, and what a day could not give back."""
    now = timezone.now()
    rows = Payment.objects.all()
    paid = Q(order__state__in=(State.PAID, State.REFUNDED))
    wrong = set(rows.filter(~paid, state=Payment.State.PAID).values_list("pk", flat=True))
    wrong |= set(rows.filter(paid).exclude(state=Payment.State.PAID).values_list("pk", flat=True))
    late = Q(state__in=(Payment.State.OPEN, Payment.State.DOING), until__lt=now - timedelta(days=7))
    wrong |= set(rows.filter(late).values_list("pk", flat=True))
    stuck = Repayment.objects.exclude(state=Repayment.State.SENT).filter(at__lt=now - timedelta(days=1))
    wrong |= set(stuck.values_list("payment", flat=True))
    return Count(missed=len(wrong), of=rows.count())
