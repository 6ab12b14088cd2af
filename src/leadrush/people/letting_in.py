"""A link that lets one person in once, for the first start: printed on the terminal, never mailed.

Random, stored as a digest, good for 15 minutes. Opening it does nothing; the button on its page signs in.
"""

from __future__ import annotations

from datetime import timedelta

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from leadrush import gate
from leadrush.gate import limits
from leadrush.mailbox import links
from leadrush.mailbox.models import Link
from leadrush.vault.models import Person

SCOPE = "people.let_in"
GOOD_FOR = timedelta(minutes=15)


def make_link(person: Person, base: str = "") -> str:
    """Return a one-time address that lets this person in; `base` like `http://localhost:8000`."""
    mailed = links.make(person=person, giving=None, scope=SCOPE, expires_at=timezone.now() + GOOD_FOR)
    token = mailed.rstrip("/").rpartition("/")[2]
    return (base or settings.SITE_URL).rstrip("/") + reverse("people:with_link", args=[token])


def exchange(request: HttpRequest, token: str) -> HttpResponse:
    """Exchange the printed address for a short-lived one, so that it stays out of histories and referrers."""
    limits.check(request, "people.link", "30/m", methods=("GET", "HEAD", "POST"))
    found = links.by_token(token)
    if found is None or found.scope != SCOPE:
        return render(request, "mailbox/link_over.html", status=410)
    return HttpResponseRedirect(reverse("mailbox:word", args=[links.exchange(found)]))


@links.scope(SCOPE)
def page(request: HttpRequest, link: Link) -> HttpResponseBase:
    """Show who would be let in; on POST, use the link up and sign in."""
    if request.method != "POST":
        return render(request, "people/with_link.html", {"role": link.person.get_role_display()})
    with gate.using("account.sign_in", what="people.link"), transaction.atomic():
        # Whoever deletes the row was first; two presses at once are one sign-in.
        if not Link.objects.filter(pk=link.pk).delete()[0] or not link.person.is_active:
            return render(request, "mailbox/link_over.html", status=410)
        record_authentication(request, link.person, method="link")
        then = reverse("people:me")
        response = perform_login(request, Login(user=link.person, redirect_url=then))
    return response  # type: ignore[no-any-return]
