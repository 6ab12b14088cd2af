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
from leadrush.purchases.instalment_models import Instalment
from leadrush.purchases.models import Line, Order
from leadrush.purchases.money import Money

USE = "purchases.serve"
LASTS = timedelta(days=3650)
"""How long a letter's link to an order works; erasing the order ends it sooner."""


def to_pay(order: Order, suffix: str = "", *, by_staff: bool = False) -> None:
    """Write how an order is paid; `by_staff` that it was written for them."""
    assert order.due_at is not None
    first = order.instalments.first()
    parts = order.instalments.count() if first else 0
    _post(
        order,
        "to_pay",
        suffix,
        bank=bank(order, first),
        day=home.day(order.due_at),
        parts=parts,
        by_staff=by_staff,
    )


def paid(order: Order, lines: Sequence[Line] | None = None, suffix: str = "") -> None:
    """Write that it is paid, and where what was bought is; once for each time that it is paid."""
    assert order.paid_at is not None
    _post(order, "paid", f":{order.paid_at.timestamp()}{suffix}", lines=lines)


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


def gift_taken(order: Order) -> None:
    """Write to a giver that their gift was taken."""
    _post(order, "gift_taken", kind=Kind.NOTICE)


def gift_back(order: Order, suffix: str) -> None:
    """Write to a giver that their gift was not taken, and what they can do; `suffix` tells one time from the
    next."""
    _post(order, "gift_back", suffix)


def gift_gone(order: Order) -> None:
    """Write to somebody that what they were given was taken back by whoever gave it."""
    _post(order, "gift_gone")


def instalment(order: Order, name: str, part: Instalment, following: Instalment | None) -> None:
    """Write of one part of an order: that it is due, missing, or here; and which is the next."""
    more: dict[str, Any] = {
        "nth": part.nth,
        "count": order.instalments.count(),
        "bank": bank(order, part),
        "following": str(following.total) if following else "",
        "due": home.day(following.due_at) if following else "",
    }
    _post(order, name, f":{part.nth}", **more)


def to_pay_by_card(order: Order, suffix: str) -> None:
    """Write until when an order waits for its card, for whoever lost its page."""
    assert order.due_at is not None
    _post(order, "to_pay_by_card", suffix, until=home.when(order.due_at))


def titles(order: Order, lines: Sequence[Line] | None = None) -> list[str]:
    """Return what is in an order, a line each."""
    return [f"{line.count} x {line.title}" for line in lines or order.lines.all()]


def bank(order: Order, part: Instalment | None = None) -> dict[str, str]:
    """Return what somebody needs who pays an order, or one part of it, by bank transfer."""
    seller = offering.seller()
    return {
        "name": seller.account_name or seller.name,
        "account": seller.account,
        "bank": seller.bank,
        "amount": str(part.total if part else order.total),
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
            "titles": titles(order, lines),
            "business": look.business().name,
            "order": made["purchases.order"],
            "not_me": made.get("purchases.not_me", ""),
            **more,
        },
    )
