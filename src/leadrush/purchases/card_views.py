"""The page with the frame for a card, the way back from it, the processor's messages. Clause `card-payment`.

This is the only page on which a browser may talk to somebody else, so it holds nothing about anybody but the
number of an order and its sum. Whoever has its address can pay that order, and see no more of it than this.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leadrush import gate
from leadrush.gate import limits
from leadrush.purchases import charging, invoicing, moving, processor, showing
from leadrush.purchases.models import Order, Payment
from leadrush.purchases.processor import Refused, Unreachable

log = logging.getLogger(__name__)

DAY = 24 * 3600
RATE = "60/h"
LARGEST = 200_000
"""The most bytes of a message that are read."""
WORDS = {
    "card_declined": _("The bank refused this card. Try another, or ask the bank."),
    "expired_card": _("This card has expired. Try another."),
    "incorrect_cvc": _("The three digits on the back are not right. Look once more."),
    "insufficient_funds": _("There is not enough on this card. Try another."),
    "payment_intent_authentication_failure": _("The bank could not make sure that it is you. Try once more."),
    "amount_too_small": _("This is too little for a card. Pay by transfer."),
}


def _payment(word: str) -> Payment | None:
    try:
        key = signing.loads(word, salt=showing.CARD, max_age=DAY)
    except signing.BadSignature:
        raise Http404 from None
    found: Payment | None = Payment.objects.filter(order=key).select_related("giving__person").first()
    return found


@gate.door(charging.USE, what="purchases.card")
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest, word: str) -> HttpResponseBase:
    """Show the frame in which a card is written; or let the order be paid by transfer instead."""
    payment = _payment(word)
    if payment is None:
        return render(request, "purchases/links/over.html", status=410)
    limits.check(request, "purchases.card", RATE)
    if request.method == "POST":
        return _by_transfer(request, payment, word)
    intent, fault = None, ""
    try:
        intent = charging.begin(payment)
    except Unreachable as none:
        log.warning("The processor of cards gives no answer (%s).", none)
        fault = str(_("The company that takes cards does not answer just now. Nothing was taken."))
    except Refused as no:
        fault = str(WORDS.get(str(no), _("This cannot be paid by card. Nothing was taken.")))
    if not fault and (intent is None or intent.state != processor.OPEN):
        return _went_on(payment, word)
    context = {
        "number": invoicing.reference_of(payment.number),
        "total": str(payment.total),
        "until": payment.until,
        "intent": intent,
        "fault": fault,
        "said": WORDS.get(intent.word, "") if intent else "",
        "processor": processor.current() if processor.is_set_up() else None,
        "back": settings.SITE_URL + reverse("purchases:card_back", args=[word]),
    }
    response = TemplateResponse(request, "purchases/card.html", context, status=503 if fault else 200)
    response["Cache-Control"] = "private, no-store"
    if intent is not None:
        response._csp_update = processor.current().allows  # type: ignore[attr-defined]  # as its decorator does
    return response


def _by_transfer(request: HttpRequest, payment: Payment, word: str) -> HttpResponseBase:
    with gate.using("purchases.serve", what="purchases.card"):
        order = Order.objects.select_related("giving__person").get(pk=payment.order_id)
        try:
            charging.by_transfer(order)
        except moving.CannotMove as cannot:
            return render(
                request, "purchases/card_waits.html", {"fault": str(cannot), "word": word}, status=503
            )
    return HttpResponseRedirect(showing.ordered_url(order))


@gate.door(charging.USE, what="purchases.card")
@require_safe
def back(request: HttpRequest, word: str) -> HttpResponseBase:
    """Come back from the frame: ask how the payment stands, and show it. Asking twice changes nothing."""
    payment = _payment(word)
    if payment is None:
        return render(request, "purchases/links/over.html", status=410)
    limits.check(request, "purchases.card", RATE)
    try:
        charging.settle(payment)
    except Unreachable:
        context = {"word": word, "fault": ""}
        return render(request, "purchases/card_waits.html", context, status=503)
    if payment.state == Payment.State.OPEN:
        return HttpResponseRedirect(reverse("purchases:card", args=[word]))
    return _went_on(payment, word)


def _went_on(payment: Payment, word: str) -> HttpResponseBase:
    try:
        charging.settle(payment)
    except Unreachable:
        log.info("A payment is shown as it was known last.")
    with gate.using("purchases.serve", what="purchases.card"):
        order = Order.objects.get(pk=payment.order_id)
    return HttpResponseRedirect(showing.ordered_url(order))


@csrf_exempt
@gate.door(charging.USE, what="purchases.heard")
@require_POST
def heard(request: HttpRequest) -> HttpResponseBase:
    """Take a message of the processor: it is signed, or it is refused. It says only after what to ask."""
    if not processor.is_set_up():
        raise Http404
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > LARGEST:
        return HttpResponse("too long", status=413, content_type="text/plain")
    try:
        name = processor.current().heard(request.body, request.headers.get("Stripe-Signature", ""))
    except processor.Forged:
        return HttpResponse("not signed as it should be", status=400, content_type="text/plain")
    if name:
        try:
            charging.heard(name)
        except Unreachable:
            return HttpResponse("come back later", status=503, content_type="text/plain")
    return HttpResponse("taken", content_type="text/plain")
