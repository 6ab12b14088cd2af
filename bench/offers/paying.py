"""A card has paid: what it takes until the order is paid, against the same rows on plain tables.

The plain twin reads and writes what the site does, with Django's own engine and nothing else: no gate, no
masks, nothing sealed, no letter composed.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connections, transaction
from django.db.models import F, Model
from django.utils import timezone

from bench.house.counting import asked
from bench.measuring import CPU, Figure, counted, figure, ratios
from bench.offers import AREA, buying
from leadrush import gate
from leadrush.mailbox.models import Link, Message
from leadrush.purchases import charging, processor
from leadrush.purchases.models import (
    Access,
    Invoice,
    Line,
    Move,
    Offer,
    Order,
    Part,
    Payment,
    Price,
    Seller,
    Series,
    State,
)

ROUNDS = 40
QUERIES, RATIO = 15, 1.2
TABLES: tuple[type[Model], ...] = (
    Seller, Offer, Price, Part, Order, Line, Move, Access, Invoice, Series, Payment, Message, Link,
)  # fmt: skip
LETTER = os.urandom(2600)
"""About as long as a sealed letter."""


def figures() -> Iterator[Figure]:
    """Measure on SQLite."""
    Seller.objects.get_or_create(pk=1, defaults=buying.SELLER)
    _be_set_up()
    offer = buying.sell("an-hour-by-card", None)
    made = iter([_by_card(offer) for _one in range(ROUNDS + 12)])
    twins = iter(_twins(offer, ROUNDS + 12))

    def pays() -> None:
        payment = next(made)
        with gate.using(charging.USE, what="bench"):
            assert charging.settle(payment, _paid(payment)) == Payment.State.PAID

    questions = asked(pays)
    yield counted("queries from “pay” to “paid”, by card", questions, "queries", QUERIES, area=AREA)
    (ratio,) = ratios(lambda: plain(next(twins)), pays, rounds=ROUNDS, clock=CPU)
    yield figure("from “pay” to “paid”, over the same rows on plain tables", ratio, "", RATIO, area=AREA)


def _be_set_up() -> None:
    from django.conf import settings

    # Nobody is spoken to: what the processor would say is handed in.
    settings.STRIPE_SECRET_KEY = settings.STRIPE_PUBLIC_KEY = settings.STRIPE_SIGNING_SECRET = "sk_test_none"


def _by_card(offer: Offer) -> Payment:
    from dataclasses import replace

    from leadrush.purchases import ordering

    order = ordering.order(replace(buying.wanted(offer), way=charging.CARD))
    with gate.using(charging.USE, what="bench"):
        payment = charging.of(order)
        assert payment is not None
        Payment.objects.filter(pk=payment.pk).update(name=f"pi_{payment.pk}")
        payment.name = f"pi_{payment.pk}"
    return payment


def _paid(payment: Payment) -> processor.Intent:
    assert payment.name is not None
    return processor.Intent(
        name=payment.name,
        state=processor.PAID,
        currency=payment.currency,
        amount=payment.amount,
        taken=payment.amount,
    )


def _new(row: Model) -> Any:
    # As a manager would: no mask is folded, and nothing is looked at again.
    row.save_base(raw=True, using="plain", force_insert=True)
    return row


def _twins(offer: Offer, count: int) -> list[int]:
    """Make the tables on the plain side, and as many orders there."""
    plain = connections["plain"]
    plain.disable_constraint_checking()  # whom the rows are about has no row there
    with plain.schema_editor() as editor:
        for model in TABLES:
            editor.create_model(model)
    plain.disable_constraint_checking()
    _new(offer)
    for part in Part.objects.filter(offer=offer):
        _new(part)
    _new(Series(name="invoices", last=0))
    return [_twin(offer, number) for number in range(1, count + 1)]


def _twin(offer: Offer, number: int) -> int:
    about = {"person_id": uuid.uuid4(), "giving_id": uuid.uuid4()}
    order = _new(Order(number=number, way="card", currency="GBP", gross=4500, tax=0, **about))
    _new(Line(order=order, offer=offer, title="an hour", count=1, full=4500, gross=4500, tax=0, **about))
    today = timezone.now().date()
    _new(
        Invoice(
            kind="invoice", order_number=number, currency="GBP", gross=4500, tax=0, day=today, until=today,
            sealed=os.urandom(500), **about,
        )
    )  # fmt: skip
    _new(
        Payment(
            order=order, number=number, name=f"pi_{number}", currency="GBP", amount=4500,
            until=timezone.now(), **about,
        )
    )  # fmt: skip
    return int(order.pk)


def plain(pk: int) -> None:
    """Do what a plain site would do for the same rows."""
    now = timezone.now()
    with transaction.atomic(using="plain"):
        order = Order.objects.using("plain").get(pk=pk)
        about = {"person_id": order.person_id, "giving_id": order.giving_id}
        lines = list(Line.objects.using("plain").filter(order=order).select_related("offer"))
        Series.objects.using("plain").filter(pk="invoices").update(last=F("last") + 1)
        number = Series.objects.using("plain").values_list("last", flat=True).get(pk="invoices")
        open_one = Invoice.objects.using("plain").filter(order_number=order.number, number=None)
        open_one.update(number=f"R2026-{number:04}", day=now.date(), until=now.date())
        _new(Move(order=order, before=order.state, after=State.PAID, by="program", sealed=b"", **about))
        order.state, order.paid_at, order.due_at = State.PAID, now, None
        order.save_base(raw=True, using="plain", update_fields=["state", "paid_at", "due_at"])
        for part in Part.objects.using("plain").filter(offer__in=[line.offer_id for line in lines]):
            _new(Access(line=lines[0], deliverable=part.deliverable, key=part.key, **about))
        _new(
            Link(
                digest=uuid.uuid4().hex, scope="purchases.order", about=f"{pk}",
                expires_at=now + timedelta(days=1), **about,
            )
        )  # fmt: skip
        Message.objects.using("plain").filter(key=f"paid:{pk}").first()
        _new(
            Message(
                key=f"paid:{pk}", use="purchases.serve", kind="needed", template="paid", about=f"{pk}",
                to="email", sealed=LETTER, due_at=now, next_at=now, **about,
            )
        )  # fmt: skip
        Payment.objects.using("plain").filter(order=order).update(state="paid", asked_at=now)
