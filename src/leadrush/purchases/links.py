"""What letters lead to: the page of an order, and “this wasn’t me”."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from leadrush import gate
from leadrush.gate import evidence
from leadrush.look import proofs
from leadrush.mailbox import links
from leadrush.mailbox.models import Link
from leadrush.purchases import accepting, gifts, ordering, showing
from leadrush.purchases.models import Gift, Order, Receiver

USE = "purchases.serve"


def _order(link: Link) -> Order | None:
    key = link.about.rpartition(":")[2]
    if not key.isdecimal():
        return None
    return Order.objects.filter(pk=key, person=link.person).select_related("giving__person").first()


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "purchases/links/over.html", status=410)


@links.scope("purchases.order")
def order(request: HttpRequest, link: Link) -> HttpResponseBase:
    """Show an order to whoever has its letter."""
    with gate.using(USE, actor=gate.Actor("person", str(link.person_id)), what="purchases.order"):
        found = _order(link)
        if found is None:
            return _over(request)
        return render(request, "purchases/order.html", showing.order(found) | {"linked": True})


@links.scope("purchases.not_me")
def not_me(request: HttpRequest, link: Link) -> HttpResponseBase:
    """This wasn't me: end what waits for payment, and erase it."""
    giving = link.giving
    if giving is None:
        return _over(request)
    if request.method == "POST":
        ordering.it_was_not_me(giving=giving)
        giving.refresh_from_db()
    return render(
        request,
        "purchases/links/not_me.html",
        {"done": giving.ended_at is not None, "tried": request.method == "POST"},
    )


@links.scope("purchases.gift")
def gift(request: HttpRequest, link: Link) -> HttpResponseBase:
    """Show what somebody was given; the button makes it theirs."""
    receiver = _receiver(link)
    if receiver is None:
        return render(request, "purchases/links/gift_over.html", status=410)
    fault = ""
    if request.method == "POST":
        try:
            made = accepting.take(receiver)
        except accepting.CannotTake as cannot:
            fault = str(cannot)
        except evidence.Stopped as stopped:
            fault = proofs.refusal(stopped.clause)
        else:
            with gate.using(USE, actor=gate.Actor("person", str(made.person_id)), what="purchases.order"):
                return render(request, "purchases/order.html", showing.order(made) | {"received": True})
    with gate.using(gifts.USE, actor=gate.Actor("person", str(link.person_id)), what="purchases.gift"):
        context = showing.gift(receiver) | {"fault": fault}
        return render(request, "purchases/links/gift.html", context, status=422 if fault else 200)


@links.scope("purchases.not_mine")
def not_mine(request: HttpRequest, link: Link) -> HttpResponseBase:
    """This is not for me: erase the address that somebody typed."""
    giving = link.giving
    if giving is None:
        return render(request, "purchases/links/gift_over.html", status=410)
    if request.method == "POST":
        accepting.refuse(giving)
        giving.refresh_from_db()
    return render(request, "purchases/links/not_mine.html", {"done": giving.ended_at is not None})


def _receiver(link: Link) -> Receiver | None:
    with gate.using(gifts.USE, actor=gate.Actor("person", str(link.person_id)), what="purchases.gift"):
        mine = Receiver.objects.filter(giving=link.giving, person=link.person)
        found: Receiver | None = mine.select_related("giving__person").first()
    if found is not None:
        # The giver's order is read as orders are.
        with gate.using(USE, what="purchases.gift"):
            found.gift = Gift.objects.select_related("order", "giving__person").get(pk=found.gift_id)
    return found
