"""What staff read of sales: parcels to send, months in figures. Sums of orders, never whose they are."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date
from django.db.models import F, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as said

from leadrush import gate, look
from leadrush.look import locales, times
from leadrush.look.charts import Bar, Bars
from leadrush.purchases import invoicing, offering, parcels
from leadrush.purchases.models import Order, Parcel, State
from leadrush.purchases.money import Money

MONTHS = 12


@dataclass(frozen=True)
class ToSend:
    """A parcel that waits: its order's key and number, its reference, and since when it is paid."""

    pk: int
    number: int
    reference: str
    paid_at: object


def to_send() -> list[ToSend]:
    """Return the paid orders whose parcel waits, oldest first. Opens its own use."""
    with gate.using(parcels.USE, what="purchases.desk"):
        waiting = list(Parcel.objects.filter(sent_at=None).values_list("order_id", flat=True)[:500])
    orders = Order.objects.filter(pk__in=waiting, state=State.PAID).order_by("paid_at")
    return [ToSend(one.pk, one.number, invoicing.reference(one), one.paid_at) for one in orders]


LABEL = ("name", "street", "more", "postcode", "town", "state", "phone", "note")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute; an apostrophe before it makes it words."""


def labels() -> str:
    """Return the parcels to send as CSV, an address a line. Opens them under `purchases.ship`."""
    waiting = {one.pk: one.reference for one in to_send()}
    with gate.using(parcels.USE, what="purchases.parcel"):
        by_order = {parcel.order_id: parcel for parcel in Parcel.objects.filter(order__in=waiting)}
        found = [by_order[pk] for pk in waiting if pk in by_order]
        places = parcels.destinations(found, "purchases.parcel")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["order", *LABEL])
    for parcel, place in zip(found, places, strict=True):
        cells = [waiting[parcel.order_id], *(place.get(name, "") for name in LABEL)]
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return out.getvalue()


def months() -> Bars | None:
    """Return what was sold in each of the last twelve months, less what was paid back, in the seller's
    currency; None while nothing was."""
    currency = offering.seller().currency
    zone = look.business().zone
    rows = (
        Order.objects.filter(currency=currency, paid_at__isnull=False)
        .annotate(month=TruncMonth("paid_at", tzinfo=zone))
        .values_list("month")
        .annotate(sold=Sum(F("gross") - F("back")))
        .order_by()
    )
    sold = {month.date().replace(day=1): int(amount) for month, amount in rows}
    if not sold:
        return None
    listed = _last(times.today(), MONTHS)
    values = [sold.get(month, 0) for month in listed]
    best = max(range(MONTHS), key=lambda at: values[at])
    locale = locales.in_use()

    def name(month: date, form: str) -> str:
        return format_date(month, form, locale=locale)

    return Bars(
        sentence=said("Sold in each of the last twelve months; most in %(month)s: %(amount)s.")
        % {"month": name(listed[best], "MMMM y"), "amount": Money(values[best], currency)},
        what=said("Month"),
        unit=said("Sold, in %(currency)s") % {"currency": currency},
        bars=[
            Bar(
                name(month, "MMM"),
                float(Money(value, currency).decimal),
                strong=at == best,
                note=str(Money(value, currency)) if at == best else "",
                open=at == MONTHS - 1,
            )
            for at, (month, value) in enumerate(zip(listed, values, strict=True))
        ],
    )


def _last(day: date, count: int) -> list[date]:
    found, month = [], day.replace(day=1)
    for _one in range(count):
        found.append(month)
        month = (month - timedelta(days=1)).replace(day=1)
    return found[::-1]
