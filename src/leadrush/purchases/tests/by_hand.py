"""The promises of purchases, broken by hand in the database."""

from __future__ import annotations

from leadrush import gate
from leadrush.purchases.models import Invoice, Order, Parcel, Payment, State
from leadrush.vault.models import Giving


def a_step_that_nobody_took() -> None:
    """An order is paid, and no step says who saw the money."""
    with gate.using("house.keep"):
        order = Order.objects.filter(state=State.WAITING).order_by("pk").first()
        assert order is not None
        Order.objects.filter(pk=order.pk).update(state=State.PAID)


def a_parcel_without_an_end() -> None:
    """The day on which a sent parcel's destination goes is lost."""
    with gate.using("house.keep"):
        parcel = Parcel.objects.filter(sent_at__isnull=False).order_by("pk").first()
        assert parcel is not None
        Giving.objects.filter(pk=parcel.giving_id).update(lapses_at=None)


def a_number_that_is_missing() -> None:
    """An invoice is taken out of its series."""
    with gate.using("house.keep"):
        invoice = Invoice.objects.order_by("pk").first()
        assert invoice is not None
        Invoice.objects.filter(pk=invoice.pk).delete()


def a_card_that_paid_for_nothing() -> None:
    """A card has paid, and the order waits all the same."""
    with gate.using("house.keep"):
        order = Order.objects.filter(state=State.WAITING).order_by("pk").first()
        assert order is not None
        Payment.objects.create(
            person_id=order.person_id,
            giving_id=order.giving_id,
            order=order,
            number=order.number,
            name="pi_of_nothing",
            currency=order.currency,
            amount=order.gross,
            state=Payment.State.PAID,
            until=order.at,
        )


def a_receiver_without_an_end() -> None:
    """The day on which somebody who was given something is forgotten is lost."""
    Giving.objects.filter(clause="purchase-gift", ended_at__isnull=True).update(lapses_at=None)


WAYS = {
    "purchase-order": a_step_that_nobody_took,
    "purchase-parcel": a_parcel_without_an_end,
    "purchase-gift": a_receiver_without_an_end,
    "purchase-invoice": a_number_that_is_missing,
    "card-payment": a_card_that_paid_for_nothing,
}
