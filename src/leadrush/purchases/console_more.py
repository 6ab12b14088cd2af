"""More doors of the back office: an order written for somebody, a letter again, where buyers came from."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leadrush import console, gate
from leadrush.gate import evidence
from leadrush.look import proofs, times
from leadrush.purchases import books, by_hand, ordering
from leadrush.purchases.models import Order
from leadrush.purchases.views import ORDERED
from leadrush.visits import reading, reports
from leadrush.visits.asking import Asked

DAYS = 30


@console.staff("host")
@gate.door("purchases.sell", staff=True, what="purchases.act")
@require_http_methods(["GET", "HEAD", "POST"])
def write_order(request: HttpRequest) -> HttpResponseBase:
    """Write an order for somebody who phoned or wrote; they are told, and may say that it was not them."""
    form = by_hand.ByHand(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = ordering.order(form.wanted)
            except ordering.CannotOrder as cannot:
                form.add_error(None, str(cannot))
            except evidence.Stopped as stopped:
                form.add_error(None, proofs.refusal(stopped.clause))
            else:
                messages.success(request, _("It is ordered. The letter about it is on its way."))
                return HttpResponseRedirect(reverse("purchases:order", args=[made.number]))
    return TemplateResponse(request, "purchases/console/by_hand.html", {"form": form}, status=status)


@console.staff("host")
@gate.door("purchases.sell", staff=True, what="purchases.act")
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponseBase:
    """Write the newest letter about an order once more."""
    if by_hand.again(get_object_or_404(Order, number=number)):
        messages.success(request, _("The letter goes out again, at most once an hour."))
    else:
        messages.error(request, _("There is no letter to send again: the order is over."))
    return HttpResponseRedirect(reverse("purchases:order", args=[number]))


@console.staff("host")
@gate.door("visits.monitor", staff=True, what="visits.table")
@require_safe
def sources(request: HttpRequest) -> HttpResponseBase:
    """Show where the visits came from in which something was ordered, in the last thirty days."""
    today = times.today()
    asked = Asked(today - timedelta(days=DAYS - 1), today, beside="nothing", words=(("goal", ORDERED),))
    try:
        rows, fault = reports.table(asked, "source"), ""
    except (reading.TooMuch, reading.Unreadable) as wrong:
        rows, fault = [], str(wrong)
    context = {"rows": rows, "fault": fault, "days": DAYS, "all": sum(row.visits for row in rows)}
    return TemplateResponse(request, "purchases/console/sources.html", context)


@console.staff("host")
@gate.door("purchases.account", staff=True, what=books.WHAT)
@require_http_methods(["GET", "HEAD", "POST"])
def for_the_books(request: HttpRequest) -> HttpResponseBase:
    """Show the years in which invoices were written; give some of one year's as PDF files in an archive."""
    if request.method != "POST":
        return TemplateResponse(request, "purchases/console/books.html", {"years": books.years()})
    year, number = request.POST.get("year", ""), request.POST.get("part", "")
    known = any(str(one.year) == year for one in books.years()) and number.isdecimal()
    invoices = books.part(int(year), int(number[:6])) if known and int(number[:6]) else []
    if not invoices:
        raise Http404
    response = HttpResponse(books.archive(invoices), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="invoices-{year}-{int(number)}.zip"'
    response["Cache-Control"] = "private, no-store"
    return response
