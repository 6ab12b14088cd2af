"""What letters lead to: the page of an order, and “this wasn’t me”."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from leadrush import gate
from leadrush.mailbox import links
from leadrush.mailbox.models import Link
from leadrush.purchases import ordering, showing
from leadrush.purchases.models import Order

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
