"""Ordering: from a form to an order, once however often the form is sent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, vault
from leadrush.gate import evidence
from leadrush.look import times
from leadrush.purchases import (
    charging,
    gifts,
    holding,
    instalments,
    invoicing,
    letters,
    moving,
    numbering,
    offering,
    parcels,
    processor,
    taxes,
)
from leadrush.purchases.baskets import Basket
from leadrush.purchases.deliverables import Buyer, SoldOut
from leadrush.purchases.models import Coupon, Line, Move, Order, State
from leadrush.purchases.money import Money
from leadrush.purchases.sums import Sum
from leadrush.purchases.taxes import Where
from leadrush.vault.models import Giving, Person
from leadrush.vault.turns import begins_again

USE = "purchases.serve"
FORM = "purchases.order"
CLAUSE, PARCEL, INVOICE = "purchase-order", "purchase-parcel", "purchase-invoice"
BANK, FREE, CARD = "bank", "free", charging.CARD


class CannotOrder(ValueError):
    """Nothing was ordered; the message says why and what to do, to the person."""


class PriceChanged(CannotOrder):
    """It costs another amount than the page showed."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a form said. `shown` is what the page said that it comes to, `once` the form's own number.

    `gift` says that it is for somebody else. `destination` and `billing` map field names to what was typed:
    name, street, town, ... ; `number` is the buyer's VAT number, read already. `parts`: in how many payments.
    `off` is what staff take off, and `by_staff` that they wrote the order down for somebody.
    """

    basket: Basket
    once: uuid.UUID
    shown: Money
    way: str = BANK
    address: str = ""
    person: Person | None = None
    coupon: Coupon | None = None
    at_once: bool = False
    destination: Mapping[str, str] = field(default_factory=dict)
    billing: Mapping[str, str] = field(default_factory=dict)
    buyer_state: str = ""
    number: str = ""
    gift: gifts.Wish | None = None
    parts: int = 1
    off: Money | None = None
    by_staff: bool = False

    @property
    def where(self) -> Where:
        """Who sells and who buys, as far as tax asks for it."""
        seller = self.basket.seller
        return Where(
            seller.state,
            self.buyer_state,
            owes=seller.owes,
            one_stop=seller.one_stop,
            number=self.number,
        )


def clauses(wanted: Wanted) -> list[str]:
    """Return the clauses under which something is taken for an order."""
    more = [PARCEL] * wanted.basket.by_post + [processor.CLAUSE] * (wanted.way == CARD)
    for_other = [gifts.CLAUSE] if wanted.gift is not None else []
    return [*for_other, CLAUSE, INVOICE, *more, *holding.clauses(wanted.basket.offers)]


@begins_again
def order(wanted: Wanted) -> Order:
    """Write an order down, and write to its person; the same form twice is one order.

    One that comes to nothing is paid at once. Raises `CannotOrder` (sold out, changed price, used-up coupon),
    `ValidationError` for an address that is none, and `evidence.Stopped` while one of its clauses is broken.
    """
    with gate.using(USE, what=FORM):
        same = Order.objects.filter(once=wanted.once).select_related("giving__person")
        known: Order | None = same.first()
        if known is not None:
            return known
        for clause in clauses(wanted):
            evidence.demand_open(clause)
        try:
            with transaction.atomic():
                return _order(wanted)
        except IntegrityError:
            # The same form, sent twice at once: the other one was quicker.
            quicker: Order | None = same.first()
            if quicker is None:
                raise
            return quicker


def _order(wanted: Wanted) -> Order:
    basket = wanted.basket
    less = wanted.coupon
    if less is None and wanted.off:
        less = Coupon(amount=wanted.off.amount, currency=wanted.off.currency)
    found = basket.add_up(wanted.where, less)
    if not basket.entries:
        raise CannotOrder(_("There is nothing in the basket. Nothing was ordered."))
    if found.gross != wanted.shown:
        raise PriceChanged(
            _("It comes to %(now)s now, and not to %(shown)s. Nothing was ordered; look once more.")
            % {"now": found.gross, "shown": wanted.shown}
        )
    _demand_parts(wanted, found.gross)
    _take(wanted)
    now = timezone.now()
    met = vault.meet(address=wanted.address, person=wanted.person)
    made = Order(
        number=numbering.following("orders"),
        once=wanted.once,
        way=wanted.way if found.gross else FREE,
        currency=basket.currency,
        gross=found.gross.amount,
        tax=found.tax.amount,
        coupon=wanted.coupon.word if wanted.coupon else "",
        buyer_state=wanted.buyer_state,
        reversed=taxes.is_reversed(wanted.where),
        at_once=wanted.at_once,
        at=now,
    )
    if made.way != FREE:
        made.due_at = _due(basket, now, charging.TIME if made.way == CARD else None)
    until = invoicing.kept_until(times.today())
    last = datetime.combine(until + timedelta(days=1), time(), tzinfo=UTC)
    about, confirmed = f"purchases.number:{made.number}", wanted.person is not None
    (giving,) = vault.receive(
        met,
        [vault.Part(clause=CLAUSE)],
        address=wanted.address,
        where=FORM,
        about=about,
        confirmed=confirmed,
    )

    def beside(clause: str, lapses_at: datetime | None = None) -> Giving:
        # The address rests on the order alone: neither the parcel nor the books keep it.
        given = vault.give(
            person=met.person,
            where=FORM,
            clause=clause,
            about=about,
            confirmed=confirmed,
            lapses_at=lapses_at,
        )
        met.writes_on(given)
        return given

    made.person, made.giving = giving.person, giving
    made.save()
    lines = _lines(made, basket, found)
    holding.hold(basket.offers, Buyer(replace(met, new=False), wanted.address, confirmed))
    Move.objects.create(
        person=made.person,
        giving=made.giving,
        order=made,
        after=State.WAITING,
        by=Move.By.STAFF if wanted.by_staff else Move.By.PERSON,
    )
    if wanted.gift is not None:
        gifts.begin(made, wanted.gift)
    if basket.by_post:
        parcels.keep(made, beside(PARCEL), wanted.destination)
    if found.gross:
        if wanted.parts > 1:
            instalments.begin(made, wanted.parts)
        invoicing.issue(made, lines, beside(INVOICE, last), until, wanted.billing, wanted.number)
        if made.way == CARD:
            charging.keep(made, beside(processor.CLAUSE))
        else:
            letters.to_pay(made, by_staff=wanted.by_staff)
    else:
        moving.pay(made, by=Move.By.PROGRAM)
    return made


def _demand_parts(wanted: Wanted, total: Money) -> None:
    """Raise `CannotOrder` where it cannot be paid in the parts that were asked for."""
    if wanted.parts == 1:
        return
    if wanted.gift is not None:
        raise CannotOrder(_("A gift is paid at once. Nothing was ordered; choose one of the two."))
    if wanted.way != BANK or wanted.parts != instalments.allowed(wanted.basket.offers):
        raise CannotOrder(_("This cannot be paid in parts any more. Nothing was ordered; look once more."))
    if total.amount < wanted.parts:
        raise CannotOrder(_("It is too little to be paid in parts. Nothing was ordered."))


def _due(basket: Basket, now: datetime, time: timedelta | None) -> datetime:
    """Return until when an order is to be paid: in that time, or the days that the seller gives, and before
    what it gives is of no use."""
    due, over = now + (time or timedelta(days=basket.seller.days_to_pay)), holding.until(basket.offers)
    return due if over is None else min(due, over)


def _take(wanted: Wanted) -> None:
    # In one order for everybody, so that two who want the same things never wait for each other in a ring.
    for entry in sorted(wanted.basket.entries, key=lambda one: one.offer.pk):
        if not offering.take(entry.offer.pk, entry.count):
            raise CannotOrder(
                _("There are not so many of “%(title)s” left. Nothing was ordered; take fewer or none.")
                % {"title": entry.offer.title}
            )
    twice = holding.one_each(one.offer for one in wanted.basket.entries for _each in range(one.count))
    if twice:
        raise CannotOrder(
            _("“%(title)s” is for one person, who has it once. Nothing was ordered; take one of it.")
            % {"title": twice[0]}
        )
    try:
        holding.demand(wanted.basket.offers)
    except SoldOut as none:
        raise CannotOrder(str(none)) from None
    if wanted.coupon is not None:
        live = Coupon.objects.filter(pk=wanted.coupon.pk).filter(Q(left=None) | Q(left__gt=0))
        if not live.update(left=F("left") - 1):
            raise CannotOrder(
                _("The coupon was used by somebody else a moment ago. Nothing was ordered; go on without it.")
            )


def _lines(made: Order, basket: Basket, found: Sum) -> list[Line]:
    titles = [(entry.offer, entry.offer.title, entry.count) for entry in basket.entries]
    if basket.posted:
        titles.append((None, basket.seller.post_name or _("Post"), 1))  # type: ignore[arg-type]
    lines = [
        Line(
            person=made.person,
            giving=made.giving,
            order=made,
            offer=offer,
            title=title,
            count=count,
            full=line.full.amount,
            off=line.off.amount,
            gross=line.gross.amount,
            tax=line.tax.amount,
            rate=line.rate,
        )
        for (offer, title, count), line in zip(titles, found.lines, strict=True)
    ]
    for line in lines:
        line.save()
    return lines


@begins_again
def it_was_not_me(*, giving: Giving) -> None:
    """End an order that somebody else wrote this address into: what waits for payment ends, all is erased but
    what the law keeps. What was paid stays: somebody paid for it."""
    with transaction.atomic(), gate.using(USE, what="purchases.not_me"):
        made = Order.objects.filter(giving=giving).first()
        if made is None:
            vault.end(giving)
        elif made.state == State.WAITING:
            _end(made, _("This was not me."))
            with gate.using(charging.USE, what="purchases.not_me"):
                payment = charging.of(made)
            if payment is not None:
                vault.end(payment.giving)
            with gate.using(parcels.USE, what="purchases.not_me"):
                parcel = parcels.of(made)
            if parcel is not None:
                vault.end(parcel.giving)
            vault.end(giving)


def _end(made: Order, why: str) -> None:
    """End an order that waits, whoever is asked for it. While the card's processor does not answer, it ends
    all the same: what a card still pays then is found among the strays, and goes back."""
    try:
        if made.way == CARD:
            charging.end(made, by=Move.By.PERSON, why=why)
            return
    except moving.CannotMove:
        pass
    moving.end(made, by=Move.By.PERSON, why=why)
