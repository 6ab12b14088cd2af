"""Taking a gift: what was paid by one becomes an order of another's own, in one transaction."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, vault
from leadrush.gate import evidence
from leadrush.purchases import gifts, holding, moving, numbering, offering
from leadrush.purchases.deliverables import Buyer, SoldOut
from leadrush.purchases.gift_models import Gift, Receiver, Stands
from leadrush.purchases.models import Line, Move, Offer, Order, State
from leadrush.vault.models import Giving
from leadrush.vault.turns import begins_again

ORDER_CLAUSE = "purchase-order"
GIVEN = "gift"
"""The way in which the receiver's order is paid: by somebody else."""


class CannotTake(ValueError):
    """The gift cannot be taken now; the message says why, to whoever pressed the button."""


@begins_again
def take(receiver: Receiver) -> Order:
    """Make what was given somebody's own, who has its letter; twice is once.

    Raises `CannotTake` where it was taken back, goes to another address now, or what it gives is over, and
    `evidence.Stopped` while a clause under which it would be taken is broken.
    """
    with transaction.atomic(), gate.using(moving.USE, what="purchases.gift"):
        paid = moving.held(_gift(receiver).order_id)
        gift = _gift(receiver)
        evidence.demand_open(ORDER_CLAUSE)
        if gift.stands != Stands.BROUGHT or paid.state != State.PAID:
            raise CannotTake(_("This gift cannot be taken any more."))
        gift.order = paid
        made = _own(paid, receiver)
        gifts.taken(gift, made.number)
        vault.end(receiver.giving)
    return made


def _gift(receiver: Receiver) -> Gift:
    rows = Gift.objects.filter(pk=receiver.gift_id).select_related("giving__person", "order")
    found: Gift | None = rows.first()
    if found is None:
        raise CannotTake(_("This gift cannot be taken any more."))
    return found


def _own(paid: Order, receiver: Receiver) -> Order:
    """Write the receiver's own order: the same lines at no price, paid by somebody else."""
    met = vault.meet(person=receiver.giving.person)
    number, now = numbering.following("orders"), timezone.now()
    (giving,) = vault.receive(
        met,
        [vault.Part(clause=ORDER_CLAUSE)],
        where="purchases.take",
        about=f"purchases.number:{number}",
        confirmed=True,
    )
    lines = list(paid.lines.filter(offer__isnull=False))
    offers = list(offering.complete(Offer.objects.filter(pk__in=[line.offer_id for line in lines])))
    holding.free(paid, lines)
    try:
        holding.demand(offers)
    except SoldOut as none:
        raise CannotTake(str(none)) from None
    made = Order(
        person=giving.person,
        giving=giving,
        number=number,
        once=uuid.uuid4(),
        way=GIVEN,
        currency=paid.currency,
        gross=0,
        tax=0,
        at_once=True,
        at=now,
    )
    made.save()
    for line in lines:
        nothing = {"full": 0, "off": 0, "gross": 0, "tax": 0, "rate": 0, "back": 0}
        own = {"person": giving.person, "giving": giving, "order": made, "offer_id": line.offer_id}
        Line(**own, title=line.title, count=line.count, **nothing).save()
    holding.hold(offers, Buyer(replace(met, new=False), "", confirmed=True))
    Move.objects.create(person=made.person, giving=giving, order=made, after=State.WAITING, by=Move.By.PERSON)
    moving.pay(made, by=Move.By.PERSON)
    return made


@begins_again
def refuse(giving: Giving) -> None:
    """It is not for me: erase the address, and tell the giver no more than that it was not taken."""
    with transaction.atomic(), gate.using(moving.USE, what="purchases.gift"):
        with gate.using(gifts.USE, what="purchases.gift"):
            receiver = Receiver.objects.filter(giving=giving).first()
        if receiver is None:
            vault.end(giving)
        else:
            moving.held(_gift(receiver).order_id)
            gifts.not_taken(_gift(receiver))


@begins_again
def correct(order: Order, address: str, name: str) -> bool:
    """Let a gift that nobody took go to another address; return whether it still could."""
    with transaction.atomic(), gate.using(moving.USE, what="purchases.gift"):
        held = moving.held(order.pk)
        gift = gifts.of(held)
        if gift is None or gift.stands in (Stands.TAKEN, Stands.OWN):
            return False
        if held.state not in (State.WAITING, State.PAID):
            return False
        gift.order = held
        gifts.correct(gift, address, name)
    return True


@begins_again
def keep(order: Order) -> bool:
    """Let the giver have what nobody took; twice is once. Return whether it is theirs now."""
    with transaction.atomic(), gate.using(moving.USE, what="purchases.gift"):
        held = moving.held(order.pk)
        gift = gifts.of(held)
        if gift is None or gift.stands == Stands.TAKEN or held.state != State.PAID:
            return False
        if gift.stands != Stands.OWN:
            gift.order = held
            gifts.own(gift)
            moving.grant(held)
    return True


def go_on() -> int:
    """Bring the gifts whose day has come, and end those that nobody took; return how many."""
    count = 0
    for pk in Gift.objects.filter(stands=Stands.KEPT_BACK, order__state=State.PAID).values_list(
        "pk", flat=True
    ):
        count += _next(pk)
    with gate.using(gifts.USE, what="purchases.gift"):
        now = timezone.now()
        late = list(Receiver.objects.filter(giving__lapses_at__lte=now).values_list("gift", flat=True)[:100])
        gone = Gift.objects.filter(stands=Stands.BROUGHT, receiver=None).values_list("pk", flat=True)
        late += list(gone[:100])
    for pk in late:
        count += _ended(pk)
    return count


@begins_again
def _next(pk: int) -> bool:
    with transaction.atomic():
        gift = _held(pk)
        return gift is not None and gifts.bring(gift)


@begins_again
def _ended(pk: int) -> bool:
    with transaction.atomic():
        gift = _held(pk)
        if gift is None or gift.stands not in (Stands.KEPT_BACK, Stands.BROUGHT):
            return False
        gifts.not_taken(gift)
        return True


def _held(pk: int) -> Gift | None:
    order = Gift.objects.filter(pk=pk).values_list("order", flat=True).first()
    if order is None:
        return None
    held = moving.held(order)
    gift = gifts.of(held)
    if gift is not None:
        gift.order = held
    return gift
