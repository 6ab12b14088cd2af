"""What whoever sees the page of their order may do there, with no more than its address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leadrush import gate
from leadrush.gate import evidence, limits
from leadrush.look import proofs
from leadrush.purchases import accepting, by_hand, moving, showing
from leadrush.purchases.forms import Back
from leadrush.purchases.gift_forms import Whom
from leadrush.purchases.models import Order

RATES = ("10/m", "40/h")


@gate.door("purchases.serve", what="purchases.order")
@require_POST
def act(request: HttpRequest, word: str) -> HttpResponseBase:
    """Send the letter again, a gift elsewhere, have it oneself, ask for money back; then show the order."""
    for rate in RATES:
        limits.check(request, f"purchases.act {rate}", rate)
    found = showing.acted_on(word)
    if found is None:
        return render(request, "purchases/links/over.html", status=410)
    asked, said = request.POST.get("do", ""), ""
    form: Whom | Back = Whom()
    if asked == "gift":
        form = Whom(request.POST)
        if form.is_valid():
            said = _correct(found, form)
            form = Whom()
    elif asked == "again":
        done = by_hand.again(found)
        said = _("It goes out again, at most once an hour.") if done else _("The order is over.")
    elif asked == "back":
        form = Back(request.POST)
        if form.is_valid():
            done = moving.ask_back(found, form.cleaned_data["why"])
            said = _("We have it. Somebody here answers, and you get a letter when money goes back.")
            said = said if done else _("You have asked already, or there is nothing to pay back.")
        else:
            found.refresh_from_db()
            return shown(request, found, {"back_form": form}, 422)
    elif asked == "own":
        done = accepting.keep(found)
        said = _("It is yours now.") if done else _("It was taken meanwhile, or is not paid.")
    found.refresh_from_db()
    return shown(request, found, {"gift_form": form, "said": said}, 422 if form.errors else 200)


def shown(request: HttpRequest, found: Order, more: dict[str, Any], status: int = 200) -> HttpResponseBase:
    """Draw the page of an order."""
    return TemplateResponse(request, "purchases/order.html", showing.order(found) | more, status=status)


def _correct(found: Order, form: Whom) -> str:
    try:
        done = accepting.correct(found, form.cleaned_data["address"], form.cleaned_data["name"])
    except evidence.Stopped as stopped:
        return proofs.refusal(stopped.clause)
    return _("It goes to this address now.") if done else _("It was taken meanwhile.")
