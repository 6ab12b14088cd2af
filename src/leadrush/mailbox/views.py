"""The doors of links in mails: exchange, then the page of the link's scope."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from leadrush import gate
from leadrush.mailbox import links

ONE_CLICK = "One-Click"


@csrf_exempt  # a mail provider presses the button for its reader (RFC 8058), from elsewhere
@gate.door("rights.own", what="mailbox.link")
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Exchange a link for a short-lived address; a one-click POST of a mail provider acts at once."""
    found = links.by_token(token)
    if found is None:
        return render(request, "mailbox/link_over.html", status=410)
    if request.method == "POST":
        if request.POST.get("List-Unsubscribe") != ONE_CLICK:
            return HttpResponse(status=400)
        return links.page_of(found)(request, found)
    return HttpResponseRedirect(reverse("mailbox:word", args=[links.exchange(found)]))


@gate.door("rights.own", what="mailbox.link")
@require_http_methods(["GET", "HEAD", "POST"])
def word(request: HttpRequest, word: str) -> HttpResponseBase:
    """Show the page of a link's scope, or do what it says when its button was pressed."""
    found = links.by_word(word)
    if found is None:
        return render(request, "mailbox/link_over.html", status=410)
    response = links.page_of(found)(request, found)
    response.headers["Cache-Control"] = "no-store"
    return response
