"""The back office's page about cards: how they are taken, what was refused, what belongs to nobody."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from leadrush import console, gate
from leadrush.purchases import charging, processor, straying
from leadrush.purchases.models import Repayment
from leadrush.purchases.processor import Refused, Unreachable


@console.staff("owner")
@gate.door(charging.USE, staff=True, what="purchases.strays")
@require_http_methods(["GET", "HEAD", "POST"])
def payments(request: HttpRequest) -> HttpResponseBase:
    """Show how cards are taken here; with a press, look for payments without an order, or give one back."""
    context: dict[str, Any] = {
        "set_up": processor.current() if processor.is_set_up() else None,
        "said": gate.force().number_of(processor.CLAUSE) is not None,
        "test": not settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_")),
        "hook": settings.SITE_URL + reverse("purchases:heard"),
        "refused": Repayment.objects.filter(state=Repayment.State.REFUSED)
        .select_related("payment")
        .order_by("-pk")[:50],
        "strays": None,
    }
    if request.method == "POST" and context["set_up"]:
        try:
            if name := request.POST.get("give_back", ""):
                return _given_back(request, name)
            context["strays"] = straying.strays()
        except Unreachable:
            messages.error(request, _("The processor does not answer just now. Nothing was done."))
        except Refused as no:
            messages.error(request, _("The processor refused it: %(word)s.") % {"word": no})
    return TemplateResponse(request, "purchases/console/payments.html", context)


def _given_back(request: HttpRequest, name: str) -> HttpResponseBase:
    if straying.give_back_stray(name[:80]):
        messages.success(request, _("It is on its way to the card."))
    else:
        messages.error(request, _("Nothing was done: nothing of this is left to give back."))
    return HttpResponseRedirect(reverse("purchases:payments"))
