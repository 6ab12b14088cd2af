"""The steps of an order: a row each that says who, when and why; what follows is in the same transaction.

waiting > paid > (paid back in part) > refunded; waiting > ended, and back to paid when the money came late.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, statement, vault
from leadrush.gate.versions import version_of
from leadrush.purchases import (
    closing,
    deliverables,
    gifts,
    holding,
    instalments,
    invoicing,
    letters,
    offering,
    parcels,
)
from leadrush.purchases.deliverables import Buyer, SoldOut
from leadrush.purchases.gift_models import Stands
from leadrush.purchases.models import Access, Line, Move, Order, Part, Payment, State
from leadrush.purchases.money import Money
from leadrush.purchases.sums import Line as Charged
from leadrush.purchases.sums import give_back
from leadrush.vault.models import Giving
from leadrush.vault.turns import begins_again

USE = "purchases.serve"
WITHDRAWAL = timedelta(days=14)
"""How long what was bought at a distance may be sent back; what is digital opens after it, unless the buyer
wants it at once."""


class CannotMove(ValueError):
    """A step that an order cannot take; the message says why, to the member of staff."""


def held(pk: int) -> Order:
    """Return an order whose row is held until the transaction ends, with its giving and person."""
    rows = Order.objects.select_for_update(of=("self",)).select_related("giving__person")
    found: Order = rows.get(pk=pk)
    return found


def _step(order: Order, after: str, by: str, why: str, amount: int = 0) -> None:
    said = vault.seal(order.person_id, why, Move.CONTEXT, giving=order.giving) if why else b""
    Move.objects.create(
        person=order.giving.person,
        giving=order.giving,
        order=order,
        before=order.state,
        after=after,
        by=by,
        sealed=said,
        amount=amount,
    )
    order.state = after


def note(order: Order, by: str, why: str) -> None:
    """Write down something that leaves an order as it is, in the transaction at hand, which holds it."""
    _step(order, order.state, by, why)


@begins_again
def ask_back(order: Order, why: str) -> bool:
    """Note that the buyer asks for their money back, and why; return whether that is new. Twice is once,
    until staff have paid something back. Whoever paid nothing asks for nothing."""
    with transaction.atomic():
        mine = held(order.pk)
        if mine.state != State.PAID or mine.wants_back_at is not None or not mine.gross:
            return False
        mine.wants_back_at = timezone.now()
        mine.save(update_fields=["wants_back_at"])
        note(mine, Move.By.PERSON, " ".join((_("Asked for the money back."), why)).strip())
    return True


@begins_again
def pay(order: Order, *, by: str, why: str = "") -> bool:
    """Note that an order is paid, and give what it gives; return whether that is new. Paid twice is once.

    Money that comes after the order ended opens it again while there is enough left; otherwise, and for one
    that was paid back, `CannotMove` is raised.
    """
    with transaction.atomic():
        now = timezone.now()
        mine = held(order.pk)
        if mine.state == State.PAID:
            return False
        if mine.state == State.REFUNDED:
            raise CannotMove(_("This order was paid back. What came after that is no payment of it."))
        lines = list(mine.lines.select_related("offer"))
        if mine.way == "card":
            if mine.state == State.ENDED:
                raise CannotMove(_("It was to be paid by card, and has ended. What comes now goes back."))
            invoicing.write_open(mine)
        elif mine.state == State.ENDED:
            for line in sorted(lines, key=lambda one: one.offer_id or 0):
                if line.offer_id and not offering.take(line.offer_id, line.count):
                    raise CannotMove(_("There is not enough left of “%(title)s”.") % {"title": line.title})
            known = Buyer(vault.meet(person=mine.giving.person), "", mine.giving.confirmed)
            try:
                holding.again(lines, known)
            except SoldOut as none:
                raise CannotMove(str(none)) from None
            _lapse(mine, None)
            invoicing.again(mine, lines)
        again = mine.state == State.ENDED
        _step(mine, State.PAID, by, why)
        if mine.way == "bank":
            instalments.first_paid(mine)
        mine.paid_at, mine.due_at = now, None
        mine.save(update_fields=["state", "paid_at", "due_at"])
        gift = gifts.of(mine)
        if gift is None or gift.stands == Stands.OWN:
            _grant(mine, lines, again=again)
        letters.paid(mine, lines)
        if gift is not None:
            gifts.paid(gift, mine)
        order.state, order.paid_at = mine.state, mine.paid_at
    return True


def grant(order: Order) -> None:
    """Give what a paid order gives to its own person, in the transaction at hand, which holds it."""
    _grant(order, list(order.lines.select_related("offer")), again=True)


def _grant(order: Order, lines: list[Line], *, again: bool) -> None:
    """Give what an order gives; `again`: some of it may have been given before, and taken back."""
    now = timezone.now()
    parts: dict[int, list[Part]] = {}
    for part in Part.objects.filter(offer__in=[line.offer_id for line in lines if line.offer_id]):
        parts.setdefault(part.offer_id, []).append(part)
    had = Access.objects.filter(line__order=order) if again else []
    known = {(one.line_id, one.deliverable, one.key): one for one in had}
    for line in lines:
        for part in parts.get(line.offer_id or 0, []):
            one = deliverables.of(part.deliverable)
            later = one is not None and one.digital and not order.at_once and order.gross > 0
            access = known.get((line.pk, part.deliverable, part.key)) or Access(
                person=order.giving.person,
                giving=order.giving,
                line=line,
                deliverable=part.deliverable,
                key=part.key,
                from_at=now + WITHDRAWAL if later else now,
            )
            access.ended_at = None
            access.save()
            if one is not None:
                one.granted(access)


@begins_again
def end(order: Order, *, by: str, why: str = "") -> bool:
    """End an order that is not paid: what it held is free again, its invoice gets a credit note, and it goes
    on the day that the statement says. Twice is once; return whether anything changed."""
    with transaction.atomic():
        mine = held(order.pk)
        if mine.state != State.WAITING:
            return False
        for line in sorted(mine.lines.all(), key=lambda one: one.offer_id or 0):
            offering.put_back(line.offer_id, line.count)
        holding.free(mine, mine.lines.all())
        gifts.over(mine)
        closing.coupon_back(mine)
        _step(mine, State.ENDED, by, why)
        mine.due_at = None
        mine.save(update_fields=["state", "due_at"])
        if mine.way == "card":
            invoicing.drop_open(mine)
        else:
            invoicing.credit(mine, [(line, line.gross, line.tax) for line in mine.lines.all()])
        version = version_of(mine.giving.version_id)
        force = gate.force()
        needs = [("lr:Order", "purchases.sell")]
        days = statement.kept(given=version, force=force, needs=needs).get("end", 0)
        _lapse(mine, timezone.now() + timedelta(days=days))
        letters.ended(mine)
        order.state = mine.state
    return True


def _lapse(order: Order, at: datetime | None) -> None:
    """Let an order go on a day, with where its parcel would have gone; None where it stays after all."""
    givings = [order.giving_id]
    with gate.using(parcels.USE, what="purchases.end"):
        parcel = parcels.of(order)
        if parcel is not None:
            givings.append(parcel.giving_id)
    with gate.using("purchases.charge", what="purchases.end"):
        givings += Payment.objects.filter(order=order).values_list("giving_id", flat=True)
    Giving.objects.filter(pk__in=givings).update(lapses_at=at)


@begins_again
def refund(order: Order, amount: Money, *, before: Money, by: str, why: str) -> None:
    """Note that some or all was paid back. `before` is what the page said was given back already, so that the
    same form sent twice pays back once. All of it ends what the order gave.

    Raises `CannotMove` for more than is left, another currency, and an order that is not paid.
    """
    with transaction.atomic():
        mine = held(order.pk)
        if mine.state != State.PAID:
            raise CannotMove(_("Only what was paid can be paid back."))
        if amount.currency != mine.currency or before != mine.given_back:
            raise CannotMove(_("Something was paid back meanwhile. Look once more before you go on."))
        lines = list(mine.lines.all())
        charged = [_charged(line) for line in lines]
        gone = [Money(line.back, mine.currency) for line in lines]
        paid = instalments.paid_of(mine) - mine.given_back
        try:
            if amount > paid:
                raise ValueError(amount)
            parts = give_back(charged, amount, gone)
        except ValueError:
            raise CannotMove(_("At most %(left)s can be paid back.") % {"left": paid}) from None
        for line, (one, _tax) in zip(lines, parts, strict=True):
            line.back += one.amount
            line.save(update_fields=["back"])
        mine.back += amount.amount
        whole = amount == paid
        if whole:
            # What was not paid of it is not owed any more.
            mine.spared = mine.gross - mine.back
        _step(mine, State.REFUNDED if whole else State.PAID, by, why, amount.amount)
        mine.wants_back_at = None
        mine.save(update_fields=["state", "back", "spared", "wants_back_at"])
        credited = [(line, one.amount, tax.amount) for line, (one, tax) in zip(lines, parts, strict=True)]
        if mine.spared:
            rest = give_back(
                charged, Money(mine.spared, mine.currency), [Money(one.back, mine.currency) for one in lines]
            )
            credited = [
                (line, gross + one.amount, tax + more.amount)
                for (line, gross, tax), (one, more) in zip(credited, rest, strict=True)
            ]
        invoicing.credit(mine, credited)
        if whole:
            _take_back(mine)
        letters.refunded(mine, amount)
        order.state, order.back = mine.state, mine.back


def _charged(line: Line) -> Charged:
    currency = line.order.currency
    return Charged(
        Money(line.full, currency),
        Money(line.off, currency),
        Money(line.gross, currency),
        Money(line.tax, currency),
        line.rate,
    )


def _take_back(order: Order) -> None:
    now, given = timezone.now(), gifts.given(order)
    if given is not None:
        gift = held(given)
        _step(gift, State.REFUNDED, Move.By.PROGRAM, _("Whoever gave it was paid back."))
        gift.save(update_fields=["state"])
        _take_back(gift)
        letters.gift_gone(gift)
    elif gifts.waits(order):
        holding.free(order, order.lines.all())
    gifts.over(order)
    for access in Access.objects.filter(line__order=order, ended_at=None):
        access.ended_at = now
        access.save(update_fields=["ended_at"])
        one = deliverables.of(access.deliverable)
        if one is not None and not (one.one_each and holding.has_beside(order, one.code, access.key)):
            one.taken_back(access)


@begins_again
def send(order: Order, *, tracking: str) -> bool:
    """Note that an order's parcel was sent, and write to its person; once. Raises `CannotMove` where there is
    no parcel, or nothing was paid."""
    with transaction.atomic():
        mine = held(order.pk)
        if mine.state != State.PAID:
            raise CannotMove(_("It is not paid. Nothing was sent."))
        with gate.using(parcels.USE, what="purchases.send"):
            parcel = parcels.of(mine)
            if parcel is None:
                raise CannotMove(_("There is no parcel in this order."))
            if parcel.sent_at is not None:
                return False
            parcels.sent(parcel, tracking)
        letters.sent(mine, tracking)
    return True


def end_overdue() -> int:
    """End the orders that were not paid in the days that the seller gives: those to pay in, and some more,
    which transfers take; return how many. Those that wait for a card end where its processor is asked."""
    seller = offering.seller()
    over = timezone.now() - timedelta(days=max(0, seller.days_held - seller.days_to_pay))
    due = Order.objects.filter(state=State.WAITING, due_at__lt=over).exclude(way="card").order_by("pk")[:100]
    return sum(end(order, by=Move.By.PROGRAM, why=_("It was not paid in time.")) for order in due)
