"""The public doors: what is sold, paying, the page of an order, its papers, and a person's own."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from leadrush import gate, vault
from leadrush.gate import evidence, limits
from leadrush.look import proofs
from leadrush.purchases import (
    baskets,
    gift_forms,
    holding,
    instalments,
    invoicing,
    offering,
    ordering,
    processor,
    showing,
    taxes,
)
from leadrush.purchases.baskets import Basket
from leadrush.purchases.forms import Paying
from leadrush.purchases.gifts import Wish
from leadrush.purchases.models import Access, Offer, Order, State
from leadrush.purchases.money import Money
from leadrush.purchases.taxes import Where
from leadrush.vault.giving import EMAIL
from leadrush.vault.models import Item, Person
from leadrush.visits import reach

RATES = ("10/m", "60/h")
"""How many forms one place may send."""
JUST_NOW = 24 * 3600
ORDERED = "purchases.ordered"


def _currency(request: HttpRequest) -> str:
    return request.GET.get("currency", "")[:3].upper()


@gate.door(None, why="lists offers, which are about nobody")
@require_safe
def shop(request: HttpRequest) -> HttpResponseBase:
    """Show what can be bought, newest first, each with its price."""
    seller = offering.seller()
    offers = [
        (offer, offering.price(offer, seller.currency) or _first_price(offer), holding.left(offer))
        for offer in offering.public()[:200]
    ]
    return TemplateResponse(request, "purchases/shop.html", {"offers": offers})


def _first_price(offer: Offer) -> Money | None:
    common = offering.currencies([offer])
    return offering.price(offer, common[0]) if common else None


@gate.door(None, why="shows an offer, which is about nobody")
@require_safe
def offer_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Show an offer, what it costs in which currencies, and how to buy it."""
    public = offering.complete(Offer.objects.exclude(state=Offer.State.DRAFT))
    offer = get_object_or_404(public, slug=slug)
    return TemplateResponse(request, "purchases/offer.html", shown(offer, _currency(request)))


def shown(offer: Offer, currency: str = "") -> dict[str, Any]:
    """Return what the page of an offer is drawn with."""
    seller, common = offering.seller(), offering.currencies([offer])
    chosen = next((one for one in (currency, seller.currency, *common) if one in common), "")
    price = next((one for one in offer.prices.all() if one.currency == chosen), None)
    today = offering.price(offer, chosen) if chosen else None
    left = holding.left(offer)
    early = price is not None and today is not None and today.amount != price.amount
    return {
        "offer": offer,
        "price": today,
        "before": str(Money(price.amount, chosen)) if early and price else "",
        "until": price.early_until if early and price else None,
        "currency": chosen,
        "currencies": common,
        "open": offer.state == Offer.State.OPEN and today is not None and left != 0,
        "left": left,
        "rate": taxes.priced_with(offer.tax, Where(seller.state, owes=seller.owes)),
        "by_post": offering.by_post(offer),
        "code": baskets.code([(offer.slug, 1)]),
    }


@gate.door("purchases.serve", what="purchases.pay")
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show a basket and ask for what it needs; order it. No way of paying is chosen beforehand."""
    basket = baskets.read(code, _currency(request))
    person = request.user if isinstance(request.user, Person) else None
    own = _own(person) if person and basket.entries else None
    whole = basket.add_up()
    data = request.POST or None
    form = Paying(data, basket=basket, free=not whole.gross, signed_in=own is not None)
    gift = gift_forms.of(data, basket, own=request.POST.get("email", ""))
    status, found = 200, whole
    if request.method == "POST" and basket.entries:
        for rate in RATES:
            limits.check(request, f"purchases.order {rate}", rate)
        valid = all([form.is_valid(), gift is None or gift.is_valid()])
        where = _where(basket, form)
        found = basket.add_up(where, form.applied)
        if valid and "look" not in request.POST:
            try:
                made = _order(form, person if own else None, gift.wish if gift else None)
            except ordering.CannotOrder as cannot:
                form.add_error(None, str(cannot))
            except evidence.Stopped as stopped:
                form.add_error(None, proofs.refusal(stopped.clause))
            except ValidationError:
                # Their address went a moment ago, with the last thing that it was given for.
                own, form = None, Paying(data, basket=basket, free=not whole.gross, signed_in=False)
            else:
                reach(request, ORDERED)
                if made.way == ordering.CARD and made.state == State.WAITING:
                    return HttpResponseRedirect(showing.card_url(made))
                return HttpResponseRedirect(showing.ordered_url(made))
        status = 422 if not (valid and "look" in request.POST) else 200
    context = {
        "basket": basket,
        "form": form,
        "gift": gift,
        "sum": found,
        "rows": list(zip(basket.entries, found.lines, strict=False)),
        "postage": found.lines[-1] if basket.posted and found.lines else None,
        "address": _opened(own) if own else "",
        "others": [one for one in offering.public()[:40] if one not in [e.offer for e in basket.entries]][:6],
        "currencies": offering.currencies([entry.offer for entry in basket.entries]),
        "proof": proofs.of(ordering.CLAUSE),
        "by_card": processor.takes(basket.currency) and processor.current(),
    }
    return TemplateResponse(request, "purchases/pay.html", context, status=status)


def _where(basket: Basket, form: Paying) -> Where:
    seller = basket.seller
    said = form.cleaned_data if form.is_bound else {}
    number = str(said.get("number") or "")
    return Where(seller.state, form.buyer_state, owes=seller.owes, one_stop=seller.one_stop, number=number)


def _order(form: Paying, person: Person | None, gift: Wish | None) -> Order:
    said = form.cleaned_data
    basket = form.basket
    return ordering.order(
        ordering.Wanted(
            basket=basket,
            once=said["once"],
            shown=Money(said.get("shown") or 0, basket.currency),
            way=said.get("way", ordering.FREE),
            address="" if person else said["email"],
            person=person,
            coupon=form.applied,
            at_once=bool(said.get("at_once")),
            destination=form.destination,
            billing=form.billing,
            buyer_state=form.buyer_state,
            number=str(said.get("number") or ""),
            gift=gift,
            parts=instalments.allowed(basket.offers) if said.get("parts") else 1,
        )
    )


def _own(person: Person) -> Item | None:
    """Return the address of whoever is signed in, sealed: their form needs to know only that there is one."""
    with gate.using("rights.own", actor=gate.Actor("person", str(person.pk)), what="purchases.form"):
        return Item.objects.filter(person=person, kind=EMAIL).first()


def _opened(own: Item) -> str:
    """Return the address of whoever is signed in, to show it to them; written down like every opening."""
    with gate.using("rights.own", actor=gate.Actor("person", str(own.person_id)), what="purchases.form"):
        return vault.open_items([own])[own.pk]


@gate.door("purchases.serve", what="purchases.order")
@require_safe
def ordered(request: HttpRequest, word: str) -> HttpResponseBase:
    """Show an order to the browser that has just sent its form."""
    try:
        key = signing.loads(word, salt=showing.ORDERED, max_age=JUST_NOW)
    except signing.BadSignature:
        raise Http404 from None
    found = Order.objects.filter(pk=key).select_related("giving__person").first()
    if found is None:
        return render(request, "purchases/links/over.html", status=410)
    return TemplateResponse(request, "purchases/order.html", showing.order(found) | {"new": True})


@gate.door("purchases.serve", what="purchases.paper")
@require_safe
def paper(request: HttpRequest, word: str, name: str) -> HttpResponseBase:
    """Give an invoice as PDF to whoever has just seen its order."""
    invoice = showing.paper(word)
    if invoice is None:
        return render(request, "purchases/links/over.html", status=410)
    response = HttpResponse(invoicing.pdf(invoice, "purchases.paper"), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{invoice.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@gate.door("purchases.serve", what="purchases.own")
@login_required
@require_safe
def own(request: HttpRequest) -> HttpResponseBase:
    """Show whoever is signed in what they bought: what they have, and their orders."""
    assert isinstance(request.user, Person)
    mine = Access.objects.filter(person=request.user).select_related("line")
    orders = list(Order.objects.filter(person=request.user).order_by("-pk")[:100])
    return TemplateResponse(
        request, "purchases/own.html", {"had": showing.having(mine), "orders": _listed(orders)}
    )


def _listed(orders: list[Order]) -> list[dict[str, Any]]:
    return [{"order": one, "number": invoicing.reference(one), "total": str(one.total)} for one in orders]


@gate.door("purchases.serve", what="purchases.own")
@login_required
@require_safe
def own_order(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show whoever is signed in one of their orders."""
    assert isinstance(request.user, Person)
    mine = Order.objects.filter(person=request.user).select_related("giving__person")
    found = get_object_or_404(mine, number=number)
    return TemplateResponse(request, "purchases/order.html", showing.order(found))
