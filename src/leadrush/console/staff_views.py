"""The screen of the owner: who works here, in which role."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from leadrush import gate
from leadrush.console import staffing
from leadrush.console.access import ROLES, role_words, staff
from leadrush.console.forms import InviteForm, RoleForm
from leadrush.gate import evidence
from leadrush.look import proofs
from leadrush.vault.models import Person, Role


@staff("owner")
@gate.door("console.staff", staff=True)
@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Show who works here."""
    return _page(request, InviteForm(initial={"role": "reader"}))


@staff("owner")
@gate.door("console.staff", staff=True)
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Give somebody a role by their address."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    given = form.cleaned_data
    try:
        staffing.invite(address=given["address"], name=given["name"], role=given["role"])
    except staffing.LastOwner:
        return _last_owner(request)
    except evidence.Stopped as stopped:
        form.add_error(None, proofs.refusal(stopped.clause))
        return _page(request, form, status=422)
    messages.success(request, _("Invited. Tell them to sign in with that address; no message is sent."))
    return HttpResponseRedirect(reverse("console:staff"))


@staff("owner")
@gate.door("console.staff", staff=True)
@require_POST
def appoint(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Give a colleague another role; somebody without one is invited, not appointed."""
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the roles shown."))
        return HttpResponseRedirect(reverse("console:staff"))
    try:
        if staffing.appoint(person=_colleague(person), role=form.cleaned_data["role"]):
            role = role_words(form.cleaned_data["role"])
            messages.success(request, _("The role is now “%(role)s”.") % {"role": role})
    except staffing.LastOwner:
        return _last_owner(request)
    return HttpResponseRedirect(reverse("console:staff"))


@staff("owner")
@gate.door("console.staff", staff=True)
@require_POST
def remove(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Take a colleague's role away."""
    try:
        staffing.remove(person=_colleague(person))
    except staffing.LastOwner:
        return _last_owner(request)
    messages.success(request, _("Taken out. Their sign-ins have ended, and their invitation is erased."))
    return HttpResponseRedirect(reverse("console:staff"))


def _colleague(person: uuid.UUID) -> Person:
    return get_object_or_404(Person.objects.exclude(role=Role.NONE), pk=person)


def _last_owner(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("There is one owner. Make somebody else an owner first."))
    return HttpResponseRedirect(reverse("console:staff"))


def _page(request: HttpRequest, form: InviteForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "team": staffing.team(),
        "roles": [(role, role_words(role)) for role in ROLES],
    }
    return TemplateResponse(request, "console/staff.html", context, status=status)
