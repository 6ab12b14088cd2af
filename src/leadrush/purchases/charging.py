"""Payments by card: asked for, followed, called off, given back. Nothing else speaks to the processor.

What the processor knows of a payment is asked for, never taken from a message: a message that comes twice,
late, in another order or not at all changes nothing but how soon we ask. No transaction spans the network:
what is to be sent is written down first, under a word of its own that makes sending it twice one.
"""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, vault
from leadrush.purchases import invoicing, letters, moving, offering, processor
from leadrush.purchases.models import Move, Order, Payment, Repayment, State
from leadrush.purchases.money import Money
from leadrush.purchases.processor import Intent, Refused, Unreachable
from leadrush.vault.models import Giving
from leadrush.vault.turns import begins_again

log = logging.getLogger(__name__)

USE = "purchases.charge"
CATEGORY = "lr:Payment"
CARD = "card"
TIME = timedelta(hours=1)
"""How long an order waits for its card."""
ASKED_EVERY = timedelta(seconds=60)


def keep(order: Order, giving: Giving) -> Payment:
    """Write down, in the order's transaction, that it is to be paid by card. Nothing is sent yet."""
    assert order.due_at is not None
    with gate.using(USE, what="purchases.card"):
        made: Payment = Payment.objects.create(
            person=giving.person,
            giving=giving,
            order=order,
            number=order.number,
            currency=order.currency,
            amount=order.gross,
            until=order.due_at,
        )
    return made


def begin(payment: Payment) -> Intent | None:
    """Return the payment as the processor has it, open to be paid; it is asked for where it was not yet.

    None where it can be paid no more. Under `purchases.charge`; what is handed over is written down before.
    Raises `Unreachable` and `Refused`.
    """
    if payment.state not in (Payment.State.OPEN, Payment.State.DOING):
        return None
    at = processor.current()
    if payment.name:
        return at.ask(payment.name)
    _note(payment, "purchases.card")
    number = invoicing.reference_of(payment.number)
    intent = at.open(payment.once, Money(payment.amount, payment.currency), number)
    # Ended meanwhile: nobody has its secret yet, so it can never be paid.
    live = Payment.objects.filter(pk=payment.pk, state=Payment.State.OPEN)
    if not live.update(name=intent.name, asked_at=timezone.now()):
        at.cancel(intent.name)
        return None
    payment.name = intent.name
    return intent


def _note(payment: Payment, what: str) -> None:
    vault.note(
        subject=payment.person_id,
        categories=[CATEGORY],
        what=what,
        about=f"purchases.order:{payment.order_id}",
    )


def settle(payment: Payment, intent: Intent | None = None) -> str:
    """Ask how a payment stands and do what follows; return its state here. Twice is once.

    Raises `Unreachable`. Under `purchases.charge`.
    """
    if not payment.name:
        return payment.state
    try:
        intent = intent or processor.current().ask(payment.name)
    except Refused:
        log.error("The processor does not know a payment that it gave us.")
        return payment.state
    if intent.state == processor.PAID:
        _paid(payment, intent)
    elif intent.state == processor.GONE:
        _stands(payment, Payment.State.GONE)
    elif payment.state in (Payment.State.OPEN, Payment.State.DOING):
        _stands(payment, Payment.State.DOING if intent.state == processor.DOING else Payment.State.OPEN)
    return payment.state


def _stands(payment: Payment, state: str) -> None:
    """Write down how an open payment stands. An answer that was overtaken changes nothing any more."""
    still = Payment.objects.filter(pk=payment.pk, state__in=(Payment.State.OPEN, Payment.State.DOING))
    if still.update(state=state, asked_at=timezone.now()):
        payment.state = state
    else:
        payment.refresh_from_db(fields=["state"])


@begins_again
def _paid(payment: Payment, intent: Intent) -> None:
    """A card paid: the order is paid; where it cannot be any more, the money goes back."""
    right = (intent.currency, intent.taken) == (payment.currency, payment.amount)
    with transaction.atomic():
        paid = right and _pay(payment)
        fresh = Payment.objects.filter(pk=payment.pk).exclude(
            state__in=(Payment.State.PAID, Payment.State.STRAY)
        )
        state = Payment.State.PAID if paid else Payment.State.STRAY
        if fresh.update(state=state, asked_at=timezone.now()):
            payment.state = state
            if not paid:
                _stray(payment, Money(intent.taken, intent.currency))
        if intent.back:
            _outside(payment, intent)


def _pay(payment: Payment) -> bool:
    """Pay the order, whose row is held from here on; False where it can be paid no more, or was erased."""
    with gate.using("purchases.serve", what="purchases.card"):
        try:
            moving.pay(Order(pk=payment.order_id), by=Move.By.PROGRAM)
        except (moving.CannotMove, Order.DoesNotExist):
            return False
    return True


def _stray(payment: Payment, taken: Money) -> None:
    Repayment.objects.create(
        person=payment.giving.person, giving=payment.giving, payment=payment, amount=taken.amount
    )
    with gate.using("purchases.serve", what="purchases.card"):
        order = Order.objects.select_related("giving__person").filter(pk=payment.order_id).first()
        if order is not None:
            letters.came_late(order, taken)


def _outside(payment: Payment, intent: Intent) -> None:
    """Note what the business gave back at the processor's own pages, beside this program."""
    with gate.using("purchases.serve", what="purchases.card"):
        if not Order.objects.select_for_update().filter(pk=payment.order_id, state=State.PAID).exists():
            return
    ours = payment.repayments.exclude(state=Repayment.State.REFUSED).aggregate(all=Sum("amount"))["all"] or 0
    more = intent.back - ours
    if more <= 0:
        return
    with gate.using("purchases.serve", what="purchases.card"):
        order = Order.objects.get(pk=payment.order_id)
        if more > order.gross - order.back:
            return
        why = _("Paid back on the pages of %(processor)s.") % {"processor": processor.current().title}
        moving.refund(
            order,
            Money(more, order.currency),
            before=order.given_back,
            by=Move.By.STAFF,
            why=why,
        )
    Repayment.objects.create(
        person=payment.person,
        giving=payment.giving,
        payment=payment,
        amount=more,
        state=Repayment.State.SENT,
    )


def of(order: Order) -> Payment | None:
    """Return the payment of an order, under the use in force."""
    return Payment.objects.filter(order=order).select_related("giving__person").first()


def end(order: Order, *, by: str, why: str = "") -> bool:
    """End an order that was to be paid by card: at the processor first, so that no card pays it after that.

    Return whether it ended; one that was paid a moment ago is paid. Raises `CannotMove` while the processor
    does not answer.
    """
    if not _called_off(order):
        return False
    with gate.using("purchases.serve", what="purchases.end"):
        return moving.end(order, by=by, why=why)


def _called_off(order: Order) -> bool:
    with gate.using(USE, what="purchases.card"):
        payment = of(order)
        if payment is None:
            return True
        try:
            # From here on none begins; one that is being asked for just now finds that, and is cancelled.
            if Payment.objects.filter(pk=payment.pk, name=None).update(state=Payment.State.GONE):
                return True
            payment.refresh_from_db()
            if payment.name and payment.state in (Payment.State.OPEN, Payment.State.DOING):
                settle(payment, processor.current().cancel(payment.name))
        except Unreachable:
            raise moving.CannotMove(
                _("The card’s processor does not answer just now. Try again in some minutes.")
            ) from None
        except Refused:
            return False
        return payment.state == Payment.State.GONE


@begins_again
def by_transfer(order: Order) -> bool:
    """Let an order that waits for a card be paid by transfer instead; return whether it waits for that now.

    Raises `CannotMove` while the processor does not answer.
    """
    if not _called_off(order):
        return False
    with transaction.atomic():
        mine = moving.held(order.pk)
        if mine.state != State.WAITING or mine.way != CARD:
            return mine.state == State.WAITING
        mine.way = "bank"
        mine.due_at = timezone.now() + timedelta(days=offering.seller().days_to_pay)
        mine.save(update_fields=["way", "due_at"])
        invoicing.write_open(mine)
        letters.to_pay(mine)
        with gate.using(USE, what="purchases.card"):
            Payment.objects.filter(order=mine).delete()
    return True


@begins_again
def refund(order: Order, amount: Money, *, before: Money, by: str, why: str) -> None:
    """Note that some or all goes back, and send it to the card. Raises what `moving.refund` raises."""
    with transaction.atomic():
        moving.refund(order, amount, before=before, by=by, why=why)
        with gate.using(USE, what="purchases.refund"):
            payment = Payment.objects.get(order=order)
            Repayment.objects.create(
                person_id=payment.person_id,
                giving_id=payment.giving_id,
                payment=payment,
                amount=amount.amount,
            )


def send_again(order: Order) -> int:
    """Let what the processor refused to give back be sent once more; return how many."""
    with gate.using(USE, what="purchases.refund"):
        sent = 0
        for one in Repayment.objects.filter(payment__order=order, state=Repayment.State.REFUSED):
            sent += Repayment.objects.filter(pk=one.pk, state=Repayment.State.REFUSED).update(
                state=Repayment.State.WAITING, once=uuid.uuid4(), tries=0, word=""
            )
        return sent


def pay_back() -> int:
    """Send what waits to go back; return how many. What got no answer is sent again, and goes once."""
    waiting = Repayment.objects.filter(state=Repayment.State.WAITING).select_related("payment")
    sent = 0
    for one in waiting.order_by("pk")[:50]:
        name = one.payment.name
        assert name is not None  # only what was paid is given back
        Repayment.objects.filter(pk=one.pk).update(tries=F("tries") + 1)
        _note(one.payment, "purchases.refund")
        amount = Money(one.amount, one.payment.currency)
        try:
            processor.current().give_back(one.once, name, amount, again=one.tries > 0)
        except Unreachable:
            return sent
        except Refused as no:
            state, word = Repayment.State.REFUSED, str(no)[:60]
        else:
            state, word = Repayment.State.SENT, ""
            sent += 1
        Repayment.objects.filter(pk=one.pk, once=one.once).update(state=state, word=word)
    return sent


def follow() -> None:
    """Ask after the payments that are open, and end the orders whose hour is over."""
    now = timezone.now()
    open_ones = Payment.objects.filter(state__in=(Payment.State.OPEN, Payment.State.DOING))
    stale = Q(asked_at=None) | Q(asked_at__lt=now - ASKED_EVERY)
    for payment in open_ones.filter(stale, name__isnull=False).order_by("asked_at")[:50]:
        settle(payment)
    with gate.using("purchases.serve", what="purchases.end"):
        over = list(
            Order.objects.filter(state=State.WAITING, way=CARD, due_at__lt=now).order_by("due_at")[:50]
        )
    for order in over:
        try:
            end(order, by=Move.By.PROGRAM, why=_("It was not paid in time."))
        except moving.CannotMove:
            return


def heard(name: str) -> None:
    """Somebody said that something happened to this payment: ask. One that is not of here is passed over."""
    payment = Payment.objects.filter(name=name).select_related("giving__person").first()
    if payment is not None:
        settle(payment)
