"""Correcting: the name, the addresses, and two records that are one person's."""

from __future__ import annotations

import time
import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from leadrush import gate, vault
from leadrush.gate import limits
from leadrush.people import changing, joining, proving, sign_ins, ways
from leadrush.people.changing import Outcome
from leadrush.people.forms import AddressForm, CodeForm, NameForm
from leadrush.people.proving import ADD, AGAIN, CHANGE, Proof, recently, signed_in
from leadrush.people.views.me import USE, whose
from leadrush.people.views.sign_in import code_context, refuse
from leadrush.vault import addresses, merging
from leadrush.vault.giving import EMAIL, NAME
from leadrush.vault.models import Giving

JOIN = "people.join"


@signed_in
@gate.door(USE, what="people.name")
@require_http_methods(["GET", "HEAD", "POST"])
def name(request: HttpRequest) -> HttpResponse:
    """Add, change or take out the name somebody goes by."""
    person = whose(request)
    held = vault.value_of(person.pk, NAME, what="people.name")
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": held})
    if request.method == "POST" and form.is_valid():
        value = form.cleaned_data["name"]
        if value != held:
            changing.name(person=person, value=value)
        said = _("Your name is written down.") if value else _("We hold no name of yours.")
        messages.success(request, said)
        return HttpResponseRedirect(reverse("people:me"))
    status = 422 if form.errors else 200
    return render(request, "people/name.html", {"form": form, "held": held}, status=status)


# --- addresses ----------------------------------------------------------------------------------------


@recently
@gate.door(USE, what="people.addresses")
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest) -> HttpResponse:
    """List a person's addresses; have a code sent to another one. Every address is answered alike."""
    person = whose(request)
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        limits.check(request, "people.address", "10/10m", what=str(person.pk))
        if form.is_valid():
            what = ADD if request.POST.get("what") == ADD else CHANGE
            try:
                giving = changing.propose(person=person, address=form.cleaned_data["address"])
            except ValidationError as fault:
                form.add_error("address", fault)
            else:
                then = reverse("people:address")
                Proof.start(request, person, what=what, to=merging.PENDING, giving=giving, then=then)
                return HttpResponseRedirect(reverse("people:prove"))
    held = changing.held(person)
    context = {
        "form": form,
        "main": held.pop(EMAIL, ""),
        "also": held,
        "full": len(held) + 1 >= len(merging.ADDRESSES),
    }
    return render(request, "people/address.html", context, status=422 if form.errors else 200)


@recently
@gate.door(USE, what="people.addresses")
@require_POST
def place(request: HttpRequest) -> HttpResponse:
    """Let mail go to another of one's addresses, or take one out."""
    person, which = whose(request), request.POST.get("place", "")
    if request.POST.get("act") == "prefer":
        changing.prefer(person=person, place=which)
        messages.success(request, _("Your mail goes there from now on."))
    elif request.POST.get("act") == "drop":
        changing.drop(person=person, place=which)
        messages.success(request, _("It was taken out, and signs nobody in here."))
    return HttpResponseRedirect(reverse("people:address"))


@signed_in
@gate.door(USE, what="people.again")
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """Ask for one more code before something that cannot be taken back."""
    person = whose(request)
    then = ways.then(request, reverse("people:me"))
    if request.method == "POST":
        limits.check(request, "people.again", "10/10m", what=str(person.pk))
        giving = sign_ins.account_giving(person)
        Proof.start(request, person, what=AGAIN, to=EMAIL, giving=giving, then=then)
        return HttpResponseRedirect(reverse("people:prove"))
    return render(request, "people/again.html", {"next": then})


@signed_in
@gate.door(USE, what="people.prove")
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: HttpRequest) -> HttpResponseBase:
    """Take the six figures that prove an address."""
    person = whose(request)
    proof = Proof.waiting(request)
    giving = proof.giving if proof else None
    if proof is None or giving is None:
        messages.info(request, _("No code waits in this browser: it was used, or its time is over."))
        return HttpResponseRedirect(reverse("people:me"))
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act == "cancel" or (act == "again" and not proof.send(person, giving)):
        proof.drop()
        return HttpResponseRedirect(proof.then)
    if act == "again":
        return HttpResponseRedirect(reverse("people:prove"))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        limits.check(request, "people.code", "30/10m")
        if form.is_valid():
            if not proof.over and proof.fits(form.cleaned_data["code"]):
                return _proven(request, proof)
            if not refuse(form, proof):
                messages.error(request, _("Five times the wrong figures: that code is over."))
                return HttpResponseRedirect(proof.then)
    context = {**code_context(form, proof, ""), "what": proof.what}
    return render(request, "people/prove.html", context, status=422 if form.errors else 200)


def _proven(request: HttpRequest, proof: Proof) -> HttpResponse:
    person, giving = whose(request), proof.giving
    proof.drop()
    if proof.what == AGAIN or giving is None:
        proving.proven(request)
        return HttpResponseRedirect(proof.then)
    try:
        outcome = changing.take(person=person, giving=giving, instead=proof.what == CHANGE)
    except merging.TooMany:
        messages.error(request, _("Five addresses are the most. Take one out first."))
        return HttpResponseRedirect(reverse("people:address"))
    if outcome is Outcome.ELSEWHERE:
        request.session[JOIN] = {"giving": str(giving.pk), "what": proof.what, "at": time.time()}
        return HttpResponseRedirect(reverse("people:join"))
    if outcome is Outcome.OVER:
        messages.error(request, _("That address is held no more: have a code sent to it once more."))
        return HttpResponseRedirect(reverse("people:address"))
    messages.success(
        request,
        _("Your mail goes to the new address from now on. We told the old one.")
        if proof.what == CHANGE
        else _("The address is yours here as well: it signs you in."),
    )
    return HttpResponseRedirect(reverse("people:address"))


# --- two records --------------------------------------------------------------------------------------


@recently
@gate.door(USE, what="people.join")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Ask before two records become one; both addresses were proven a moment ago."""
    person = whose(request)
    proven = request.session.get(JOIN)
    address = changing.proposed(person, uuid.UUID(proven["giving"])) if proven else ""
    gone = addresses.whose(address) if address else None
    if not proven or gone in (None, person.pk) or time.time() - proven["at"] > proving.FRESH.total_seconds():
        request.session.pop(JOIN, None)
        messages.info(request, _("There is nothing to join: have the code sent once more."))
        return HttpResponseRedirect(reverse("people:address"))
    if request.method != "POST":
        return render(request, "people/join.html", {"address": address})
    assert gone is not None
    del request.session[JOIN]
    if request.POST.get("answer") != "yes":
        _drop_proposed(proven["giving"])
        return HttpResponseRedirect(reverse("people:address"))
    try:
        joining.join(person, gone)
    except merging.TooMany:
        messages.error(request, _("Together you would have more than five addresses. Take one out first."))
        return HttpResponseRedirect(reverse("people:address"))
    _drop_proposed(proven["giving"])
    if proven["what"] == CHANGE:
        places = {value: kind for kind, value in changing.held(person).items()}
        changing.prefer(person=person, place=places.get(address, ""))
    messages.success(request, _("The two records are one now. Where the answers differed, the no counts."))
    return HttpResponseRedirect(reverse("people:me"))


def _drop_proposed(giving: str) -> None:
    for row in Giving.objects.filter(pk=giving, confirmed_at__isnull=True):
        vault.end(row)
