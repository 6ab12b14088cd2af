"""The pages that links in mails lead to: each shows on GET what its button will do, and does it on POST."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render

from leadrush import gate
from leadrush.live import seats
from leadrush.mailbox import links
from leadrush.mailbox.models import Link
from leadrush.webinars import announcing, registering
from leadrush.webinars.models import Registration, Seat, Webinar


def _webinar(link: Link) -> Webinar | None:
    key = link.about.rpartition(":")[2]
    return Webinar.objects.filter(pk=key).first() if key.isdecimal() else None


def _page(request: HttpRequest, link: Link, page: str, *, done: bool, status: int = 200) -> HttpResponse:
    context = {"webinar": _webinar(link), "done": done, "giving": link.giving}
    return render(request, f"webinars/links/{page}.html", context, status=status)


@links.scope("webinars.enter")
def enter(request: HttpRequest, link: Link) -> HttpResponseBase:
    """Come in: lead to their place in the room, which asks whether they still have a seat."""
    webinar = _webinar(link)
    if webinar is None:
        return render(request, "webinars/links/over.html", status=410)
    return HttpResponseRedirect(seats.path(webinar.about, link.person_id))


@links.scope("webinars.cannot_come")
def cannot_come(request: HttpRequest, link: Link) -> HttpResponseBase:
    """I can't come: free the seat."""
    webinar = _webinar(link)
    if webinar is None:
        return render(request, "webinars/links/over.html", status=410)
    if request.method == "POST":
        registering.give_up(webinar=webinar, person=link.person)
        return _page(request, link, "cannot_come", done=True)
    with gate.using("webinars.serve", what="webinars.link"):
        live = Registration.objects.filter(webinar=webinar, person=link.person).exclude(state=Seat.GIVEN_UP)
        has_seat = live.exists()
    return _page(request, link, "cannot_come", done=not has_seat)


@links.scope("webinars.it_was_me")
def it_was_me(request: HttpRequest, link: Link) -> HttpResponseBase:
    """Yes, it was me: confirm the form."""
    webinar, giving = _webinar(link), link.giving
    if webinar is None or giving is None or giving.ended_at is not None:
        return render(request, "webinars/links/over.html", status=410)
    if request.method == "POST":
        registering.it_was_me(webinar=webinar, giving=giving)
    return _page(request, link, "it_was_me", done=giving.confirmed)


@links.scope("webinars.not_me")
def not_me(request: HttpRequest, link: Link) -> HttpResponseBase:
    """This wasn't me: erase what the form gave."""
    webinar, giving = _webinar(link), link.giving
    if webinar is None or giving is None:
        return render(request, "webinars/links/over.html", status=410)
    if request.method == "POST":
        registering.it_was_not_me(webinar=webinar, giving=giving)
    return _page(request, link, "not_me", done=giving.ended_at is not None)


@links.scope("webinars.no_more")
def no_more(request: HttpRequest, link: Link) -> HttpResponseBase:
    """No more news of webinars; also what a mail program's own button does (RFC 8058)."""
    if request.method == "POST":
        announcing.no_more(person=link.person, where="webinars.no_more")
    return _page(request, link, "no_more", done=request.method == "POST")
