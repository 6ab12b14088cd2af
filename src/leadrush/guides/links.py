"""The pages that links in letters lead to: the copy, and “this wasn’t me”."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from leadrush.guides import asking, handing
from leadrush.guides.models import Guide
from leadrush.mailbox import links
from leadrush.mailbox.models import Link


def _guide(link: Link) -> Guide | None:
    key = link.about.rpartition(":")[2]
    return Guide.objects.filter(pk=key).first() if key.isdecimal() else None


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "guides/links/over.html", status=410)


@links.scope("guides.copy")
def copy(request: HttpRequest, link: Link) -> HttpResponseBase:
    """Give the newest edition, while the copy is known."""
    guide, giving = _guide(link), link.giving
    if guide is None or giving is None or giving.ended_at is not None:
        return _over(request)
    try:
        edition = asking.current(guide)
    except asking.NotOpen:
        return _over(request)
    return render(request, "guides/here.html", handing.shown(guide, edition))


@links.scope("guides.not_me")
def not_me(request: HttpRequest, link: Link) -> HttpResponseBase:
    """This wasn't me: erase what the form gave."""
    guide, giving = _guide(link), link.giving
    if guide is None or giving is None:
        return _over(request)
    if request.method == "POST":
        asking.it_was_not_me(giving=giving)
    context = {"guide": guide, "done": giving.ended_at is not None}
    return render(request, "guides/links/not_me.html", context)
