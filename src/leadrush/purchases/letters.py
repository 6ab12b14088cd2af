"""The letters about an order: to pay, paid, sent, ended, paid back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from leadrush import look, mailbox
from leadrush.look import times as home
from leadrush.mailbox import links
from leadrush.mailbox.models import Kind
from leadrush.purchases import invoicing, offering
from leadrush.purchases.models import Line, Order
from leadrush.purchases.money import Money

USE = "purchases.serve"
LASTS = timedelta(days=3650)
"""How long a letter's link to an order works; erasing the order ends it sooner."""


def to_pay(order: Order) -> None:
    """Write how an order is paid."""
    assert order.due_at is not None
    _post(order, "to_pay", bank=bank(order), day=home.day(order.due_at))


def paid(order: Order, lines: Sequence[Line]) -> None:
    """Write that it is paid, and where what was bought is; once for each time that it is paid."""
    assert order.paid_at is not None
    _post(order, "paid", f":{order.paid_at.timestamp()}", lines=lines)


def sent(order: Order, tracking: str) -> None:
    """Write that the parcel is on its way."""
    _post(order, "sent", kind=Kind.NOTICE, tracking=tracking)


def ended(order: Order) -> None:
    """Write that an order ended unpaid."""
    _post(order, "ended")


def refunded(order: Order, amount: Money) -> None:
    """Write that something was paid back."""
    _post(order, "refunded", f":{order.back}", amount=str(amount))


def came_late(order: Order, taken: Money) -> None:
    """Write that a card paid for an order that had ended, and that it goes back."""
    _post(order, "came_late", amount=str(taken))


def bank(order: Order) -> dict[str, str]:
    """Return what somebody needs who pays by bank transfer."""
    seller = offering.seller()
    return {
        "name": seller.account_name or seller.name,
        "account": seller.account,
        "bank": seller.bank,
        "amount": str(order.total),
        "reference": invoicing.reference(order),
    }


def _post(
    order: Order,
    name: str,
    suffix: str = "",
    *,
    kind: str = Kind.NEEDED,
    lines: Sequence[Line] | None = None,
    **more: Any,
) -> None:
    """Write a letter, the only one of its name and suffix; without one, the only one at this step."""
    giving = order.giving
    scopes = ["purchases.order"] if giving.confirmed else ["purchases.order", "purchases.not_me"]
    made = links.make_all(
        person=giving.person,
        giving=giving,
        scopes=scopes,
        about=order.about,
        expires_at=timezone.now() + LASTS,
    )
    mailbox.post(
        person=giving.person,
        giving=giving,
        use=USE,
        kind=kind,
        template=f"purchases.{name}",
        key=f"purchases.{name}:{order.pk}{suffix or f':{order.moves.count()}'}",
        about=order.about,
        context={
            "number": invoicing.reference(order),
            "total": str(order.total),
            "titles": [f"{line.count} x {line.title}" for line in lines or order.lines.all()],
            "business": look.business().name,
            "order": made["purchases.order"],
            "not_me": made.get("purchases.not_me", ""),
            **more,
        },
    )
