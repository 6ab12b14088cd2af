"""Signing in by code, and out again."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from leadrush import gate, vault
from leadrush.gate import limits
from leadrush.look import times
from leadrush.people import asking, letting_in, sign_ins, ways
from leadrush.people.codes import Code
from leadrush.people.forms import CodeForm, SignInForm
from leadrush.people.proving import Proof
from leadrush.vault import addresses, losing
from leadrush.vault.models import Person

USE = "account.sign_in"
WORDS = {
    # Said on the first page when there is no code to type figures for.
    "cookie": lambda: _(
        "Your browser kept no cookie, so the figures have nowhere to go. Signing in needs one: allow it for "
        "this site and have a new code sent."
    ),
    "none": lambda: _(
        "No code waits in this browser: it was used, or its time is over. Have a new one sent."
    ),
    "tries": lambda: _("Five times the wrong figures: that code is over. Have a new one sent."),
    "passkey": lambda: _(
        "The passkey was not used. The window was closed, or this device holds none for this site. "
        "Try again, or have a code sent."
    ),
}


def on(path: str, then: str) -> str:
    """Return a path of ours that remembers where to go next."""
    return f"{path}?next={quote(then)}" if then != reverse("people:me") else path


@gate.door(USE, what="people.sign_in")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for an address and send it a code. Every address is answered alike."""
    then = ways.then(request, reverse("people:me"))
    if request.user.is_authenticated:
        return HttpResponseRedirect(then)
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        limits.check(request, "people.ask", "20/10m")
        if form.is_valid():
            return _send(request, form.cleaned_data["address"], then)
    why = WORDS.get(request.GET.get("why", ""))
    context = {"form": form, "next": then, "why": why() if why else "", "days": sign_ins.days()}
    return render(request, "people/sign_in.html", context, status=422 if form.errors else 200)


def _send(request: HttpRequest, address: str, then: str) -> HttpResponse:
    return _code(request, asking.whose(address), address, then)


def send_to(request: HttpRequest, person: Person, then: str) -> HttpResponse:
    """Send a code to a person's own address, which a link of theirs led here, and go on to `then` with it.

    Runs under any use; the address is opened under that of signing in, and shown to nobody.
    """
    limits.check(request, "people.ask", "20/10m")
    with gate.using(USE, what="people.sign_in"):
        address = vault.address_of(person.pk)
    return _code(request, person.pk, address, then)


def _code(request: HttpRequest, person_id: uuid.UUID, address: str, then: str) -> HttpResponse:
    limits.check(request, "people.ask.address", "4/10m", what=str(person_id))
    limits.check(request, "people.ask.day", "30/d", what=str(person_id))
    losing.find_again(person_id, address)
    Code.start(request, person_id, addresses.digest(address))
    return HttpResponseRedirect(on(reverse("people:code"), then))


@gate.door(USE, what="people.sign_in")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponseBase:
    """Take the six figures; send others; give up."""
    then = ways.then(request, reverse("people:me"))
    if request.user.is_authenticated:
        return HttpResponseRedirect(then)
    waiting = Code.waiting(request)
    if waiting is None:
        kept = settings.SESSION_COOKIE_NAME in request.COOKIES
        return _begin_again(then, "none" if kept else "cookie")
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act == "cancel":
        waiting.abort()
        return HttpResponseRedirect(on(reverse("people:sign_in"), then))
    if act == "again":
        limits.check(request, "people.ask", "20/10m")
        if not waiting.again():
            waiting.abort()
            return _begin_again(then, "none")
        return HttpResponseRedirect(on(reverse("people:code"), then))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        limits.check(request, "people.code", "30/10m")
        if form.is_valid():
            if not waiting.over and waiting.fits(form.cleaned_data["code"]):
                return waiting.let_in(then)
            if not refuse(form, waiting):
                return _begin_again(then, "tries")
    context = code_context(form, waiting, then)
    return render(request, "people/code.html", context, status=422 if form.errors else 200)


def refuse(form: CodeForm, waiting: Code | Proof) -> bool:
    """Say in the form why these figures do not do; return whether there are tries left."""
    typed = form.cleaned_data["code"]
    if waiting.over:
        word = _("This code ended at %(time)s. Have a new one sent.") % {"time": times.clock(waiting.until)}
    elif waiting.is_older(typed):
        word = _("These figures are from an earlier letter. Look for the newest one.")
    else:
        left = waiting.failed()
        if not left:
            return False
        word = _("These are not the figures we sent to this browser. Look for the newest letter.")
        word += " " + ngettext("%(count)s try left.", "%(count)s tries left.", left) % {"count": left}
    form.add_error("code", ValidationError(word, code="wrong"))
    return True


def code_context(form: CodeForm, waiting: Code | Proof, then: str) -> dict[str, Any]:
    """Return what the page of a code needs."""
    return {
        "form": form,
        "next": then,
        "until": waiting.until,
        "over": waiting.over,
        "more": waiting.more,
    }


def _begin_again(then: str, why: str) -> HttpResponse:
    path = on(reverse("people:sign_in"), then)
    return HttpResponseRedirect(f"{path}{'&' if '?' in path else '?'}why={why}")


@gate.door(USE, what="people.sign_out")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this browser's sign-in."""
    sign_ins.sign_out(request)
    return HttpResponseRedirect("/")


@gate.door(None, why="exchanges a link; its page opens the use it needs")
@require_http_methods(["GET", "HEAD"])
def with_link(request: HttpRequest, token: str) -> HttpResponse:
    """Exchange the address that `leadrush sign-in` printed."""
    return letting_in.exchange(request, token)
