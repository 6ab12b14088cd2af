"""What pages show of orders: lines, steps, papers, and how what was bought is had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.urls import reverse
from django.utils import timezone

from leadrush import gate, vault
from leadrush.purchases import (
    charging,
    deliverables,
    gifts,
    instalments,
    invoicing,
    letters,
    ordering,
    processor,
)
from leadrush.purchases.deliverables import Opened
from leadrush.purchases.forms import Back
from leadrush.purchases.gift_forms import Whom
from leadrush.purchases.gift_models import Receiver, Stands
from leadrush.purchases.models import Access, Invoice, Move, Order, State
from leadrush.purchases.money import Money

SALT = "leadrush.purchases.paper"
ORDERED, CARD = "leadrush.purchases.ordered", "leadrush.purchases.card"
ACT = "leadrush.purchases.act"
HOUR = 3600


@dataclass(frozen=True)
class Had:
    """One thing that an order gives: what it is, whether it can be had now, and from when on."""

    title: str
    opened: Opened | None
    access: Access
    now: bool


@dataclass(frozen=True)
class Paper:
    """An invoice or a credit note, and where its PDF is, for an hour."""

    invoice: Invoice
    url: str


def order(found: Order, *, own: bool = True) -> dict[str, Any]:
    """Return what the page of an order is drawn with, under the use in force; `own` for its buyer, who alone
    reads what they wrote to somebody."""
    currency = found.currency
    lines = [
        {
            "title": line.title,
            "count": line.count,
            "full": str(Money(line.full, currency)),
            "back": str(Money(line.back, currency)) if line.back else "",
        }
        for line in found.lines.all()
    ]
    off = sum(line.off for line in found.lines.all())
    parts = instalments.of(found)
    following = next((part for part in parts if part.paid_at is None), None)
    papers = Invoice.objects.filter(order_number=found.number, person=found.person_id, number__isnull=False)
    by_card = charging.of(found) if found.way == ordering.CARD else None
    waits = by_card is not None and by_card.state == "open" and found.state == State.WAITING
    return {
        "order": found,
        "number": invoicing.reference(found),
        "lines": lines,
        "off": str(Money(-off, currency)) if off else "",
        "total": str(found.total),
        "tax": str(Money(found.tax, currency)) if found.tax else "",
        "back": str(found.given_back) if found.back else "",
        "moves": steps(found),
        "gift": given(found) if own else None,
        "next_nth": following.nth if following else 0,
        "parts": parts,
        "paid": str(instalments.paid_of(found)) if parts else "",
        "next_bank": letters.bank(found, following) if following and found.state == State.PAID else None,
        "paused": Access.objects.filter(line__order=found, paused_at__isnull=False).exists()
        if parts
        else False,
        "gift_form": Whom(),
        "act": act_url(found),
        "had": having(Access.objects.filter(line__order=found).select_related("line")),
        "papers": [Paper(one, paper_url(one)) for one in papers.order_by("pk")],
        "payment": by_card,
        "back_form": Back(),
        "card": card_url(found) if waits and processor.is_set_up() else "",
        "gone_back": list(by_card.repayments.all()) if by_card is not None else [],
        "bank": letters.bank(found, following)
        if found.state == State.WAITING and found.way == "bank"
        else None,
    }


def given(found: Order) -> dict[str, Any] | None:
    """Return what the page of an order says of the gift that it is; None where it is none."""
    gift = gifts.of(found)
    if gift is None:
        return None
    gift.order = found
    open_to = gift.stands not in (Stands.TAKEN, Stands.OWN) and found.state in (State.WAITING, State.PAID)
    leaves = gifts.leaves_at(gift) if gift.stands == Stands.KEPT_BACK else None
    return {
        "stands": gift.stands,
        "said": gifts.words(gift, "purchases.order"),
        "day": gift.day,
        "leaves": leaves,
        "open": open_to,
        "own": open_to and found.state == State.PAID,
    }


def gift(receiver: Receiver) -> dict[str, Any]:
    """Return what the page of a gift is drawn with, for whoever it is for. Under `purchases.give`."""
    said = gifts.words(receiver.gift, "purchases.gift")
    with gate.using("purchases.serve", what="purchases.gift"):
        titles = letters.titles(receiver.gift.order)
    return {
        "name": gifts.name(receiver, "purchases.gift"),
        "sender": said["sender"],
        "words": said["words"],
        "titles": titles,
        "until": receiver.giving.lapses_at,
    }


def act_url(found: Order) -> str:
    """Return a path to which whoever sees an order's page may send its buttons, for an hour."""
    return reverse("purchases:act_own", args=[signing.dumps(found.pk, salt=ACT)])


def acted_on(word: str) -> Order | None:
    """Return the order of such a path, or None where it is over or was not written here."""
    try:
        key = signing.loads(word, salt=ACT, max_age=HOUR)
    except signing.BadSignature:
        return None
    return Order.objects.filter(pk=key).select_related("giving__person").first()


def steps(found: Order) -> list[Move]:
    """Return the steps of an order, each with its reason opened."""
    moves = list(Move.objects.filter(order=found))
    said = [move for move in moves if move.sealed]
    texts = vault.unseal(
        [(move.person_id, move.sealed) for move in said],
        context=Move.CONTEXT,
        category="lr:Order",
        what="purchases.order",
    )
    for move, text in zip(said, texts, strict=True):
        move.why = text
    return moves


def having(accesses: Any) -> list[Had]:
    """Return how each of some accesses is had; what was taken back is left out."""
    now = timezone.now()
    found = []
    for access in accesses.filter(ended_at=None).order_by("pk"):
        one = deliverables.of(access.deliverable)
        opened = one.opens(access.key) if one is not None and one.opens is not None else None
        title = opened.title if opened else access.line.title
        found.append(Had(title, opened, access, access.is_open(now)))
    return found


def ordered_url(found: Order) -> str:
    """Return a path under which whoever has just ordered sees the order, for a day."""
    return reverse("purchases:ordered", args=[signing.dumps(found.pk, salt=ORDERED)])


def card_url(found: Order) -> str:
    """Return the path of the page with the frame for a card; it names the order and nobody."""
    return reverse("purchases:card", args=[signing.dumps(found.pk, salt=CARD)])


def paper_url(invoice: Invoice) -> str:
    """Return a path under which whoever sees this page has the PDF, for an hour."""
    word = signing.dumps(invoice.pk, salt=SALT)
    return reverse("purchases:paper", args=[word, f"{invoice.number}.pdf"])


def paper(word: str) -> Invoice | None:
    """Return the invoice of such a path, or None where it is over or was not written here."""
    try:
        key = signing.loads(word, salt=SALT, max_age=HOUR)
    except signing.BadSignature:
        return None
    return Invoice.objects.filter(pk=key).first()
