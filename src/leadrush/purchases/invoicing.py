"""Invoices and credit notes: numbered without a gap, kept as the law wants it, set as PDF when they are read.

What stands on one is sealed as it was when it was written: it never changes after that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leadrush import gate, statement, vault
from leadrush.look import times
from leadrush.media import typesetting
from leadrush.purchases import numbering, offering
from leadrush.purchases.models import Invoice, Line, Order, Seller
from leadrush.purchases.money import Money
from leadrush.vault import cards
from leadrush.vault.models import Giving

CATEGORY = "lr:SalesInvoice"
BILLING = ("company", "name", "street", "more", "postcode", "town", "state")


def kept_until(day: date) -> date:
    """Return the last day on which an invoice of a day is kept. Clause `purchase-invoice`."""
    force = gate.force()
    days = statement.kept(given=force, force=force, needs=[(CATEGORY, "purchases.account")]).get("year", 0)
    return date(day.year, 12, 31) + timedelta(days=days)


def issue(
    order: Order, lines: Sequence[Line], giving: Giving, until: date, billing: Mapping[str, str], number: str
) -> Invoice:
    """Write the invoice of an order, in its transaction. Of one that is paid by card it is laid open: it gets
    its number and its day with the payment, so that who never pays leaves no gap and no credit note."""
    cards.refuse_all(billing.values())
    seller = offering.seller()
    rows = [(line, line.gross, line.tax) for line in lines]
    facts = _facts(order, seller, rows, dict(billing), number)
    facts["notes"] = _notes(order)
    written = order.way != "card"
    return _write(order, Invoice.Kind.INVOICE, giving, until, facts, order.gross, order.tax, written=written)


def write_open(order: Order) -> bool:
    """Number the invoice that was laid open, as of today; return whether there was one. It says how the order
    is paid by now."""
    day = times.today()
    open_one = Invoice.objects.filter(order_number=order.number, number=None)
    with gate.using("purchases.account", what="purchases.credit"):
        changes: dict[str, Any] = {"day": day, "until": kept_until(day)}
        if notes := _notes(order):
            found = open_one.select_related("giving__person").first()
            if found is None:
                return False
            facts = opened(found, "purchases.credit") | {"notes": notes}
            changes["sealed"] = _sealed(facts, found.giving)
        try:
            with transaction.atomic():
                if not open_one.update(number=numbering.of_invoice(day), **changes):
                    raise Invoice.DoesNotExist
        except Invoice.DoesNotExist:
            return False  # and the number that was taken for it is free again
    return True


def drop_open(order: Order) -> None:
    """Drop the invoice that was laid open for an order that was not paid, with what it was given for."""
    with gate.using("purchases.account", what="purchases.credit"):
        for one in Invoice.objects.select_related("giving").filter(order_number=order.number, number=None):
            one.delete()
            vault.end(one.giving)


def credit(order: Order, rows: Sequence[tuple[Line, int, int]]) -> Invoice | None:
    """Write the credit note for what is given back of lines (amount and tax of each), for the books; None for
    an order that has no invoice, since it came to nothing or its invoice is over or lost."""
    if not order.gross:
        return None
    with gate.using("purchases.account", what="purchases.credit"):
        return _credit(order, rows)


def again(order: Order, lines: Sequence[Line]) -> Invoice | None:
    """Write an order's invoice anew, for the same buyer: the first was taken back when the order ended."""
    with gate.using("purchases.account", what="purchases.credit"):
        first = _newest(order)
        if first is None:
            return None
        said = opened(first, "purchases.credit")
        rows = [(line, line.gross, line.tax) for line in lines]
        facts = _facts(order, offering.seller(), rows, said["billing"], said["buyer_number"])
        return _write(order, Invoice.Kind.INVOICE, first.giving, first.until, facts, order.gross, order.tax)


def _newest(order: Order) -> Invoice | None:
    invoices = Invoice.objects.filter(order_number=order.number, kind=Invoice.Kind.INVOICE)
    found: Invoice | None = invoices.select_related("giving__person").order_by("-pk").first()
    return found


def _credit(order: Order, rows: Sequence[tuple[Line, int, int]]) -> Invoice | None:
    invoice = _newest(order)
    if invoice is None:
        return None
    said = opened(invoice, "purchases.credit")
    seller = offering.seller()
    less = [(line, -gross, -tax) for line, gross, tax in rows if gross]
    facts = _facts(order, seller, less, said["billing"], said["buyer_number"])
    facts["of"] = invoice.number
    gross, tax = sum(gross for _line, gross, _tax in less), sum(tax for _line, _gross, tax in less)
    return _write(order, Invoice.Kind.CREDIT, invoice.giving, invoice.until, facts, gross, tax)


def _write(
    order: Order,
    kind: str,
    giving: Giving,
    until: date,
    facts: dict[str, Any],
    gross: int,
    tax: int,
    *,
    written: bool = True,
) -> Invoice:
    day = times.today()
    made = Invoice(
        person=giving.person,
        giving=giving,
        number=numbering.of_invoice(day) if written else None,
        kind=kind,
        order_number=order.number,
        currency=order.currency,
        gross=gross,
        tax=tax,
        day=day,
        until=until,
    )
    made.sealed = _sealed(facts, giving)
    made.save()
    return made


def _sealed(facts: dict[str, Any], giving: Giving) -> bytes:
    text = json.dumps(facts, ensure_ascii=False)
    return vault.seal(giving.person_id, text, Invoice.CONTEXT, giving=giving, ours=True)


def _facts(
    order: Order,
    seller: Seller,
    rows: Sequence[tuple[Line, int, int]],
    billing: dict[str, str],
    number: str,
) -> dict[str, Any]:
    taxes: dict[Decimal, int] = {}
    for line, _gross, tax in rows:
        taxes[Decimal(line.rate)] = taxes.get(Decimal(line.rate), 0) + tax
    return {
        "seller": {"name": seller.name, "address": seller.address, "number": seller.number},
        "billing": billing,
        "buyer_number": number,
        "lines": [
            {"title": line.title, "count": line.count, "rate": str(Decimal(line.rate)), "gross": gross}
            for line, gross, _tax in rows
        ],
        "taxes": {str(rate): tax for rate, tax in sorted(taxes.items(), reverse=True) if rate},
        "reversed": order.reversed,
        "owes": seller.owes,
        "notes": [],
        "of": "",
    }


def _notes(order: Order) -> list[str]:
    if order.way != "bank":
        return []
    seller = offering.seller()
    until = times.day(order.at + timedelta(days=seller.days_to_pay))
    account = ", ".join(part for part in (seller.account_name, seller.account, seller.bank) if part)
    plan = [f"{part.total}: {times.day(part.due_at)}" for part in order.instalments.order_by("nth")]
    if plan:
        pay = [_("Payable in %(count)d parts: %(plan)s.") % {"count": len(plan), "plan": "; ".join(plan)}]
        pay.append(_("To: %(account)s.") % {"account": account})
    else:
        pay = [_("Please pay by %(day)s to: %(account)s.") % {"day": until, "account": account}]
    return [
        *pay,
        _("Write as the reason: %(reference)s.") % {"reference": reference(order)},
    ]


def reference(order: Order) -> str:
    """Return what a transfer is found again by: the order's number and a digit that tells slips."""
    digits = f"{order.number:05}"
    check = sum(int(digit) * weight for weight, digit in enumerate(digits, 2)) % 10
    return f"{digits}-{check}"


def opened(invoice: Invoice, what: str) -> dict[str, Any]:
    """Open what stands on an invoice, under the use in force; written down like every opening."""
    (text,) = vault.unseal(
        [(invoice.person_id, invoice.sealed)], context=Invoice.CONTEXT, category=CATEGORY, what=what
    )
    return read(text)


def read(text: str) -> dict[str, Any]:
    """Return what stands on an invoice from its opened text."""
    return dict(json.loads(text))


def lost(words: str) -> str:
    """Return what stands in the place of an invoice's text that was lost in a restore; its sums are left."""
    facts: dict[str, Any] = {"seller": {"name": "", "address": "", "number": ""}, "billing": {"name": words}}
    facts |= {"buyer_number": "", "lines": [], "taxes": {}, "notes": [], "of": ""}
    return json.dumps(facts | {"reversed": False, "owes": True}, ensure_ascii=False)


def pdf(invoice: Invoice, what: str) -> bytes:
    """Set an invoice as PDF, from what stood on it when it was written."""
    return set_as_pdf(invoice, opened(invoice, what))


def set_as_pdf(invoice: Invoice, said: dict[str, Any]) -> bytes:
    """Set an invoice as PDF from what was opened of it."""
    currency = invoice.currency
    buyer = [said["billing"].get(name, "") for name in BILLING]
    if said["buyer_number"]:
        buyer.append(said["buyer_number"])
    net = Money(invoice.gross - invoice.tax, currency)
    sums = [{"title": _("Without tax"), "amount": exact(net)}] if said["taxes"] else []
    sums += [
        {"title": _("VAT %(rate)s%%") % {"rate": _rate(rate)}, "amount": exact(Money(tax, currency))}
        for rate, tax in said["taxes"].items()
    ]
    notes = list(said["notes"])
    if said["reversed"]:
        notes.append(_("Reverse charge: the tax is owed by the buyer."))
    elif not said["owes"]:
        notes.append(_("No value-added tax is charged."))
    return typesetting.pdf(
        "leadrush.purchases.papers",
        "invoice.typ",
        {
            "lang": (get_language() or "en")[:2],
            "title": str(Invoice.Kind(invoice.kind).label),
            "number": invoice.number,
            "order": reference_of(invoice.order_number),
            "of": said["of"],
            "day": times.day(invoice.day),
            "seller": said["seller"],
            "buyer": "\n".join(part for part in buyer if part),
            "lines": [
                {
                    "title": line["title"],
                    "count": str(line["count"]),
                    "rate": f"{_rate(line['rate'])}%" if Decimal(line["rate"]) else "",
                    "amount": exact(Money(line["gross"], currency)),
                }
                for line in said["lines"]
            ],
            "sums": sums,
            "total": exact(invoice.total),
            "notes": notes,
            "words": {
                "number": _("VAT number"),
                "day": _("Of"),
                "order": _("Order"),
                "of": _("For invoice"),
                "what": _("What"),
                "count": _("How many"),
                "rate": _("VAT"),
                "amount": _("Amount"),
                "total": _("Total"),
            },
        },
    )


def reference_of(number: int) -> str:
    """Return the reference of an order by its number."""
    return reference(Order(number=number))


def exact(money: Money) -> str:
    """Return an amount with all its decimals, as papers show it."""
    return f"{money.decimal} {money.currency}"


def _rate(rate: str) -> str:
    return f"{Decimal(rate).normalize():f}"
