"""What purchases take, and the tables that hold nothing about anybody."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from leadrush import vault
from leadrush.look import times as home
from leadrush.purchases import gifts, invoicing, parcels
from leadrush.purchases.models import (
    Access,
    Gift,
    Instalment,
    Invoice,
    Line,
    Move,
    Order,
    Parcel,
    Payment,
    Receiver,
    Repayment,
)
from leadrush.purchases.money import Money
from leadrush.vault.collects import KEPT, Collects, Sealed


def _order(rows: list[Order]) -> Mapping[Any, str]:
    return {
        row.pk: said("%(number)s of %(when)s, %(total)s: %(state)s")
        % {
            "number": invoicing.reference(row),
            "when": home.day(row.at),
            "total": row.total,
            "state": row.get_state_display(),
        }
        for row in rows
    }


def _line(rows: list[Line]) -> Mapping[Any, str]:
    return {row.pk: f"{row.count} x {row.title}, {Money(row.gross, row.order.currency)}" for row in rows}


def _move(rows: list[Move]) -> Mapping[Any, str]:
    said = [row for row in rows if row.sealed]
    texts = vault.unseal(
        [(row.person_id, row.sealed) for row in said],
        context=Move.CONTEXT,
        category="lr:Order",
        what="rights.see",
    )
    why = {row.pk: text for row, text in zip(said, texts, strict=True)}
    return {
        row.pk: " ".join((home.when(row.at), str(row.get_by_display()), why.get(row.pk, ""))).strip()
        for row in rows
    }


def _access(rows: list[Access]) -> Mapping[Any, str]:
    return {
        row.pk: said("%(title)s, from %(day)s on") % {"title": row.line.title, "day": home.day(row.from_at)}
        for row in rows
    }


def _payment(rows: list[Payment]) -> Mapping[Any, str]:
    return {row.pk: f"{row.total}, {row.get_state_display()}" for row in rows}


def _repayment(rows: list[Repayment]) -> Mapping[Any, str]:
    return {row.pk: f"{Money(row.amount, row.payment.currency)}, {row.get_state_display()}" for row in rows}


def _parcel(rows: list[Parcel]) -> Mapping[Any, str]:
    texts = vault.unseal(
        [(row.person_id, row.sealed) for row in rows],
        context=Parcel.CONTEXT,
        category="lr:Destination",
        what="rights.see",
    )
    return {row.pk: _said(text) for row, text in zip(rows, texts, strict=True)}


def _said(text: str) -> str:
    try:
        return ", ".join(str(value) for value in json.loads(text).values())
    except (ValueError, AttributeError):
        return text  # it was lost in a restore, and says so


def _part(rows: list[Instalment]) -> Mapping[Any, str]:
    return {row.pk: f"{row.nth}: {row.total}, {home.day(row.due_at)}" for row in rows}


def _gift(rows: list[Gift]) -> Mapping[Any, str]:
    texts = vault.unseal(
        [(row.person_id, row.sealed) for row in rows],
        context=Gift.CONTEXT,
        category=gifts.CATEGORY,
        what="rights.see",
    )
    return {
        row.pk: ", ".join((str(row.get_stands_display()), _said(text)))
        for row, text in zip(rows, texts, strict=True)
    }


def _receiver(rows: list[Receiver]) -> Mapping[Any, str]:
    named = [row for row in rows if row.sealed]
    texts = vault.unseal(
        [(row.person_id, row.sealed) for row in named],
        context=Receiver.CONTEXT,
        category=gifts.RECEIVER,
        what="rights.see",
    )
    names = {row.pk: text for row, text in zip(named, texts, strict=True)}
    return {
        row.pk: said("%(name)s, brought on %(day)s")
        % {"name": names.get(row.pk, said("somebody")), "day": home.day(row.brought_at)}
        if row.brought_at
        else names.get(row.pk, said("A gift that has not been brought yet"))
        for row in rows
    }


def _invoice(rows: list[Invoice]) -> Mapping[Any, str]:
    return {
        row.pk: said("%(kind)s %(number)s of %(day)s, %(total)s")
        % {
            "kind": row.get_kind_display(),
            "number": row.number or said("not written yet"),
            "day": home.day(row.day),
            "total": row.total,
        }
        for row in rows
    }


# In the order in which they rest on each other: erasing goes backwards.
COLLECTS = [
    Collects(
        model=Order,
        categories=("lr:Order",),
        clause="purchase-order",
        title=_("An order"),
        fields={
            "number": _("Its number"),
            "once": _("The number of its form"),
            "state": _("How it stands"),
            "way": _("How it is paid"),
            "currency": _("In which currency"),
            "gross": _("What it comes to, in the smallest unit"),
            "tax": _("The tax in it"),
            "back": _("What was paid back"),
            "spared": _("What need not be paid any more"),
            "wants_back_at": _("When you asked for your money back"),
            "coupon": _("The coupon"),
            "buyer_state": _("Your country, where tax asks for it"),
            "reversed": _("Whether you owe the tax as a business"),
            "at_once": _("Whether it was to open at once"),
            "at": _("When you ordered"),
            "due_at": _("When it is to be paid"),
            "paid_at": _("When it was paid"),
        },
        loses=_("What you bought cannot be had again. Its invoice stays, as the law wants it."),
        shows=_order,
    ),
    Collects(
        model=Line,
        categories=("lr:Order",),
        clause="purchase-order",
        title=_("A line of an order"),
        fields={
            "order": _("Of which order"),
            "offer": _("Which offer"),
            "title": _("What"),
            "count": _("How many"),
            "full": _("Before the discount"),
            "off": _("The discount"),
            "gross": _("What it comes to"),
            "tax": _("The tax in it"),
            "rate": _("At which rate"),
            "back": _("What was paid back"),
        },
        shows=_line,
        related=("order",),
    ),
    Collects(
        model=Move,
        categories=("lr:Order",),
        clause="purchase-order",
        title=_("A step of an order"),
        fields={
            "order": _("Of which order"),
            "before": _("From"),
            "after": _("To"),
            "by": _("By whom"),
            "amount": _("How much"),
            "sealed": _("Why, sealed"),
            "at": _("When"),
        },
        sealed=(Sealed("sealed", Move.CONTEXT),),
        shows=_move,
    ),
    Collects(
        model=Access,
        categories=("lr:Order",),
        clause="purchase-order",
        title=_("What you may have"),
        fields={
            "line": _("For which line"),
            "deliverable": _("Of what kind"),
            "key": _("Which"),
            "from_at": _("From when on"),
            "ended_at": _("When it ended"),
            "paused_at": _("Since when it is paused"),
        },
        shows=_access,
        related=("line",),
    ),
    Collects(
        model=Payment,
        categories=("lr:Payment",),
        clause="card-payment",
        title=_("A payment by card"),
        fields={
            "order": _("Of which order"),
            "number": _("The order’s number"),
            "once": _("The number under which it was asked for"),
            "name": _("What the processor calls it"),
            "currency": _("In which currency"),
            "amount": _("How much"),
            "state": _("How it stands"),
            "at": _("When it was to be taken"),
            "until": _("How long the card had time"),
            "asked_at": _("When the processor was asked last"),
        },
        loses=_("What was paid cannot be given back to the card by this site any more."),
        shows=_payment,
    ),
    Collects(
        model=Repayment,
        categories=("lr:Payment",),
        clause="card-payment",
        title=_("Money that goes back to a card"),
        fields={
            "payment": _("Of which payment"),
            "once": _("The number under which it was sent"),
            "amount": _("How much"),
            "state": _("How it stands"),
            "tries": _("How often it was sent"),
            "word": _("Why the processor refused it"),
            "at": _("When"),
        },
        shows=_repayment,
        related=("payment",),
    ),
    Collects(
        model=Instalment,
        categories=("lr:Order",),
        clause="purchase-order",
        title=_("A part of what you pay"),
        fields={
            "order": _("Of which order"),
            "nth": _("Which part"),
            "amount": _("How much"),
            "due_at": _("When it is due"),
            "paid_at": _("When it was paid"),
            "reminded_at": _("When you were reminded"),
        },
        shows=_part,
        related=("order",),
    ),
    Collects(
        model=Parcel,
        categories=("lr:Destination",),
        clause="purchase-parcel",
        title=_("Where a parcel goes"),
        fields={
            "order": _("Of which order"),
            "sealed": _("Name and address, sealed"),
            "sent_at": _("When it was sent"),
            "tracking": _("How it is followed, sealed"),
        },
        sealed=(Sealed("sealed", Parcel.CONTEXT, lost=parcels.lost), Sealed("tracking", Parcel.TRACKING)),
        loses=_("A parcel that was not sent cannot be sent any more."),
        shows=_parcel,
    ),
    Collects(
        model=Gift,
        categories=("lr:Gift",),
        clause="purchase-gift",
        title=_("A gift of yours"),
        fields={
            "order": _("Of which order"),
            "stands": _("How it stands"),
            "sealed": _("Your name and words, sealed"),
            "day": _("On which day"),
            "taken": _("The number of the order by which it was taken"),
        },
        sealed=(Sealed("sealed", Gift.CONTEXT),),
        loses=_("A gift that was not taken cannot be taken any more."),
        shows=_gift,
    ),
    Collects(
        model=Receiver,
        categories=("lr:Receiver",),
        clause="purchase-gift",
        title=_("A gift for you"),
        fields={
            "gift": _("Which gift"),
            "sealed": _("Your name as the giver wrote it, sealed"),
            "brought_at": _("When its letter was written"),
        },
        sealed=(Sealed("sealed", Receiver.CONTEXT),),
        loses=_("The gift cannot be taken any more."),
        shows=_receiver,
    ),
    Collects(
        model=Invoice,
        categories=("lr:SalesInvoice",),
        clause="purchase-invoice",
        title=_("An invoice"),
        fields={
            "number": _("Its number"),
            "kind": _("Invoice or credit note"),
            "order_number": _("Of which order"),
            "currency": _("In which currency"),
            "gross": _("What it comes to"),
            "tax": _("The tax in it"),
            "day": _("Of which day"),
            "until": _("Kept until"),
            "sealed": _("What stands on it, sealed"),
        },
        sealed=(Sealed("sealed", Invoice.CONTEXT, lost=invoicing.lost),),
        erase=KEPT,
        law=_("the law on keeping books"),
        until=lambda row: row.until,
        itself=("number",),
        shows=_invoice,
    ),
]

NOTHING = {
    "purchases.Seller": "who sells: the business's own facts",
    "purchases.Offer": "what is sold",
    "purchases.Price": "what it costs",
    "purchases.Part": "what is in it",
    "purchases.Coupon": "a word that takes something off; who used it is said by their order",
    "purchases.Series": "the last number that was given",
}
