"""The back office's doors: orders and their steps, offers, who sells, coupons."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leadrush import console, gate
from leadrush.purchases import (
    charging,
    instalments,
    invoicing,
    money,
    moving,
    offering,
    parcels,
    selling,
    showing,
)
from leadrush.purchases.models import Coupon, Move, Offer, Order, Repayment, State
from leadrush.purchases.money import Money
from leadrush.purchases.staff_forms import CouponForm, OfferForm, RefundForm, SellerForm
from leadrush.purchases.views import shown
from leadrush.vault.cards import CardNumber

ROWS = 50


@console.staff("host")
@gate.door("purchases.sell", staff=True, what="purchases.desk")
@require_safe
def desk(request: HttpRequest) -> HttpResponseBase:
    """Show orders, newest first, by state; whose they are is not needed here."""
    wanted = request.GET.get("state", "")
    orders = Order.objects.order_by("-pk")
    if wanted in State.values:
        orders = orders.filter(state=wanted)
    page = Paginator(orders, ROWS).get_page(request.GET.get("page"))
    rows = [
        {"order": one, "number": invoicing.reference(one), "total": str(one.total)}
        for one in page.object_list
    ]
    context = {
        "rows": rows,
        "page": page,
        "state": wanted,
        "states": State.choices,
        "to_send": selling.to_send(),
        "wanted_back": [
            (one, invoicing.reference(one))
            for one in Order.objects.filter(wants_back_at__isnull=False).order_by("wants_back_at")[:100]
        ],
        "overdue": [(part, invoicing.reference(part.order)) for part in instalments.overdue()],
        "sold": selling.months(),
    }
    return TemplateResponse(request, "purchases/console/desk.html", context)


@console.staff("host")
@gate.door("purchases.sell", staff=True, what="purchases.desk")
@require_POST
def labels(request: HttpRequest) -> HttpResponseBase:
    """Give the addresses of the parcels to send as CSV. Each is written down; each person sees the look."""
    response = HttpResponse(selling.labels(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="labels.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _order(number: int) -> Order:
    found: Order = get_object_or_404(Order.objects.select_related("giving__person"), number=number)
    return found


@console.staff("host")
@gate.door("purchases.sell", staff=True, what="purchases.desk")
@require_safe
def order(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show an order and what can be done with it."""
    return _shown(request, _order(number))


def _shown(
    request: HttpRequest,
    found: Order,
    form: RefundForm | None = None,
    destination: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponseBase:
    with gate.using(parcels.USE, what="purchases.parcel"):
        parcel = parcels.of(found)
        tracking = parcels.followed(parcel, "purchases.parcel") if parcel else ""
    left = instalments.paid_of(found) - found.given_back
    initial = {"before": found.back, "amount": left.decimal}
    with gate.using("purchases.serve", what="purchases.desk"):
        context = showing.order(found, own=False)
    context |= {
        "refused": any(one.state == Repayment.State.REFUSED for one in context["gone_back"]),
        "parcel": parcel,
        "destination": destination,
        "tracking": tracking,
        "form": form or RefundForm(initial=initial),
        "left": str(left) if found.state == State.PAID and left else "",
    }
    return TemplateResponse(request, "purchases/console/order.html", context, status=status)


@console.staff("host")
@gate.door("purchases.sell", staff=True, what="purchases.act")
@require_POST
def act(request: HttpRequest, number: int) -> HttpResponseBase:
    """Take a step: paid, ended, sent, paid back; or look where the parcel goes."""
    found, asked = _order(number), request.POST.get("do", "")
    try:
        if asked == "paid" and found.way == charging.CARD:
            messages.error(request, _("A card pays it, and its processor says when. Nothing was done."))
        elif asked == "paid":
            new = moving.pay(found, by=Move.By.STAFF, why=request.POST.get("why", "")[:200])
            messages.success(request, _("It is paid, and open.") if new else _("It was paid already."))
        elif asked == "part":
            nth = request.POST.get("nth", "")
            if nth.isdecimal() and instalments.pay(found, int(nth[:4]), by=Move.By.STAFF):
                messages.success(request, _("The payment is noted. The buyer is told."))
            else:
                messages.error(request, _("Nothing was done: it is paid already, or not open."))
        elif asked == "end":
            end = charging.end if found.way == charging.CARD else moving.end
            if end(found, by=Move.By.STAFF, why=request.POST.get("why", "")[:200]):
                messages.success(request, _("It has ended. What it held is free again."))
            else:
                messages.error(request, _("Nothing was done: it does not wait for payment any more."))
        elif asked == "sent":
            moving.send(found, tracking=" ".join(request.POST.get("tracking", "").split())[:200])
            messages.success(request, _("The buyer is told that it is on its way."))
        elif asked == "again":
            if charging.send_again(found):
                messages.success(request, _("It is sent to the card once more, within a minute."))
            else:
                messages.error(request, _("Nothing was done: nothing was refused."))
        elif asked == "where":
            with gate.using(parcels.USE, what="purchases.parcel"):
                parcel = parcels.of(found)
                where = parcels.destination(parcel, "purchases.parcel") if parcel else None
            return _shown(request, found, destination=where)
        elif asked == "refund":
            return _refund(request, found)
        else:
            messages.error(request, _("Nothing was done. Press one of the buttons."))
    except moving.CannotMove as cannot:
        messages.error(request, str(cannot))
    except CardNumber as card:
        messages.error(request, " ".join(card.messages))
    return HttpResponseRedirect(reverse("purchases:order", args=[number]))


def _refund(request: HttpRequest, found: Order) -> HttpResponseBase:
    form = RefundForm(request.POST)
    if form.is_valid():
        try:
            amount = money.read(form.cleaned_data["amount"], found.currency)
        except ValueError:
            form.add_error("amount", _("Write the amount like 94 or 94.50."))
        else:
            try:
                before = Money(form.cleaned_data["before"], found.currency)
                why = form.cleaned_data["why"]
                by_card = found.way == charging.CARD
                refund = charging.refund if by_card else moving.refund
                refund(found, amount, before=before, by=Move.By.STAFF, why=why)
            except moving.CannotMove as cannot:
                form.add_error("amount", str(cannot))
            else:
                said = _("%(amount)s is noted as paid back. Send it now: no money moves by itself.")
                if by_card:
                    said = _("%(amount)s goes back to the card. It is sent within a minute.")
                messages.success(request, said % {"amount": amount})
                return HttpResponseRedirect(reverse("purchases:order", args=[found.number]))
    return _shown(request, found, form=form, status=422)


@console.staff("host")
@gate.door(None, why="lists offers, which are about nobody")
@require_safe
def offers(request: HttpRequest) -> HttpResponseBase:
    """Show every offer with its prices."""
    rows = [
        {
            "offer": one,
            "prices": ", ".join(str(price.on(price.early_until or _today())) for price in one.prices.all()),
        }
        for one in offering.complete(Offer.objects.all())
    ]
    context = {"rows": rows, "seller": offering.seller()}
    return TemplateResponse(request, "purchases/console/offers.html", context)


def _today() -> Any:
    from leadrush.look import times

    return times.today()


@console.staff("host")
@gate.door(None, why="makes an offer, which is about nobody")
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponseBase:
    """Write an offer; it begins as a draft."""
    return _written(request, Offer())


@console.staff("host")
@gate.door(None, why="changes an offer, which is about nobody")
@require_http_methods(["GET", "HEAD", "POST"])
def write_one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change an offer; what was bought stays as it was bought."""
    return _written(request, get_object_or_404(offering.complete(Offer.objects.all()), pk=pk))


def _written(request: HttpRequest, offer: Offer) -> HttpResponseBase:
    form = OfferForm(request.POST or None, instance=offer)
    if request.method == "POST" and form.is_valid():
        saved = form.keep()
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("purchases:write_one", args=[saved.pk]))
    context = {"form": form, "offer": offer} | (shown(offer) if offer.pk else {})
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "purchases/console/write.html", context, status=status)


@console.staff("host")
@gate.door(None, why="opens and closes offers, which are about nobody")
@require_POST
def act_on(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Open or close an offer."""
    offer = get_object_or_404(Offer, pk=pk)
    try:
        if request.POST.get("do") == "open":
            offering.open_to_all(offer)
            messages.success(request, _("It is open. Everybody can buy it."))
        elif request.POST.get("do") == "close":
            offering.close(offer)
            messages.success(request, _("It is sold no more. What was bought stays bought."))
        else:
            messages.error(request, _("Nothing was done. Press one of the buttons."))
    except offering.CannotChange as cannot:
        messages.error(request, str(cannot))
    return HttpResponseRedirect(reverse("purchases:write_one", args=[pk]))


@console.staff("owner")
@gate.door(None, why="says who sells; the business's own facts")
@require_http_methods(["GET", "HEAD", "POST"])
def seller(request: HttpRequest) -> HttpResponseBase:
    """Say who sells, how tax is owed, and where the money goes."""
    form = SellerForm(request.POST or None, instance=offering.seller())
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. It stands on invoices from now on."))
        return HttpResponseRedirect(reverse("purchases:seller"))
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "purchases/console/seller.html", {"form": form}, status=status)


@console.staff("host")
@gate.door(None, why="makes coupons, which are about nobody")
@require_http_methods(["GET", "HEAD", "POST"])
def coupons(request: HttpRequest) -> HttpResponseBase:
    """List coupons, make one, take one away."""
    if request.method == "POST" and request.POST.get("take_away", "").isdecimal():
        Coupon.objects.filter(pk=int(request.POST["take_away"][:15])).delete()
        messages.success(request, _("The coupon is gone. Orders that used it stay as they are."))
        return HttpResponseRedirect(reverse("purchases:coupons"))
    form = CouponForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The coupon works from now on."))
        return HttpResponseRedirect(reverse("purchases:coupons"))
    rows = [{"coupon": one, "takes": _takes(one)} for one in Coupon.objects.all()]
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "rows": rows}
    return TemplateResponse(request, "purchases/console/coupons.html", context, status=status)


def _takes(coupon: Coupon) -> str:
    if coupon.percent:
        return f"{coupon.percent}%"
    return str(Money(coupon.amount or 0, coupon.currency))
