"""Passkeys: another way in, added and taken out; the device holds the secret half."""

from __future__ import annotations

import json
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from leadrush import gate
from leadrush.gate import limits
from leadrush.people import sign_ins, ways
from leadrush.people.proving import recently, signed_in
from leadrush.people.views.sign_in import on

MOST = 10
"""More passkeys than a person has devices are somebody's mistake."""


def options(made: dict[str, Any]) -> JsonResponse:
    """Return what the device is asked, as JSON; allauth's WebAuthn code kept the challenge in the session."""
    return JsonResponse(json.loads(json.dumps(made)))


@gate.door("account.sign_in", what="people.passkey")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def use(request: HttpRequest) -> HttpResponseBase:
    """Say what the device is asked (GET, when the button was pressed), and let in with its answer (POST)."""
    limits.check(request, "people.passkey", "60/10m", methods=("GET", "POST"))
    then = ways.then(request, reverse("people:me"))
    if request.user.is_authenticated:
        return HttpResponseRedirect(then)
    if request.method != "POST":
        request.session.set_expiry(int(sign_ins.PENDING.total_seconds()))
        return options(auth.begin_authentication(None))
    form = LoginWebAuthnForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["credential"].user.is_active:
        path = on(reverse("people:sign_in"), then)
        return HttpResponseRedirect(f"{path}{'&' if '?' in path else '?'}why=passkey")
    key: Authenticator = form.cleaned_data["credential"]
    # allauth's own way would also note when the passkey was last used; nobody needs to know.
    record_authentication(request, key.user, "mfa", id=key.pk, type=key.type, passwordless=True)
    response: HttpResponseBase = perform_login(request, Login(user=key.user, redirect_url=then))
    return response


@signed_in
@gate.door("rights.own", what="people.passkeys")
@require_http_methods(["GET", "HEAD"])
def passkeys(request: HttpRequest) -> HttpResponse:
    """List a person's passkeys by the day they were added."""
    return render(request, "people/passkeys.html", {"passkeys": _own(request), "most": MOST})


@recently
@gate.door("rights.own", what="people.passkeys")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponseBase:
    """Say what the device is asked (GET with `Accept: application/json`), and keep its public half (POST)."""
    if request.method != "POST":
        if "application/json" in request.headers.get("Accept", ""):
            return options(auth.begin_registration(request.user, True))
        return render(request, "people/passkey_add.html")
    form = AddWebAuthnForm(request.POST, user=request.user)
    if not form.is_valid() or len(_own(request)) >= MOST:
        messages.error(request, _("No passkey was added: the window was closed, or it took too long."))
        return HttpResponseRedirect(reverse("people:passkeys"))
    auth.WebAuthn.add(request.user, "", form.cleaned_data["credential"])
    messages.success(request, _("Your passkey was added. It signs you in without a code."))
    return HttpResponseRedirect(reverse("people:passkeys"))


@recently
@gate.door("rights.own", what="people.passkeys")
@require_POST
def remove(request: HttpRequest, which: int) -> HttpResponse:
    """Take out one passkey: it lets nobody in from now on."""
    if Authenticator.objects.filter(pk=which, user=request.user).delete()[0]:
        messages.success(request, _("The passkey was taken out. It lets nobody in any more."))
    return HttpResponseRedirect(reverse("people:passkeys"))


def _own(request: HttpRequest) -> list[Authenticator]:
    return list(Authenticator.objects.filter(user=request.user).order_by("created_at"))
