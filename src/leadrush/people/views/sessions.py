"""Where somebody is signed in, ended one by one or all at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from leadrush import gate
from leadrush.people import sign_ins
from leadrush.people.proving import signed_in
from leadrush.people.views.me import USE, whose


@signed_in
@gate.door(USE, what="people.sessions")
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """List sign-ins; end one, or all of them."""
    person = whose(request)
    here = sign_ins.here(request)
    if request.method != "POST":
        rows = [(row, row.session == here) for row in sign_ins.of(person)]
        return render(request, "people/sessions.html", {"rows": rows, "days": sign_ins.days_of(person)})
    which = request.POST.get("which", "")
    if which == "all":
        sign_ins.end(person)
        sign_ins.sign_out(request)
        return HttpResponseRedirect(reverse("people:sign_in"))
    ends_here = any(str(row.pk) == which and row.session == here for row in sign_ins.of(person))
    if which.isdecimal() and len(which) < 19:
        sign_ins.end(person, int(which))
    if ends_here:
        sign_ins.sign_out(request)
        return HttpResponseRedirect(reverse("people:sign_in"))
    messages.success(request, _("That sign-in has ended."))
    return HttpResponseRedirect(reverse("people:sessions"))
