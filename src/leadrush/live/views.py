"""A room for those whose sockets fail: the same state, asked for every five seconds."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leadrush import gate
from leadrush.live import polled, slides, tickets
from leadrush.live.answering import NotLetIn
from leadrush.live.telling import write

HEADER = "Live-Ticket"


@require_safe
@gate.door(None, why="slides are about nobody; their address is given in the room alone")
def slide(request: HttpRequest, word: str, number: int) -> HttpResponse:
    """Give a page of a room's slides as a picture."""
    drawn = slides.page(word, number)
    if drawn is None:
        raise Http404
    response = HttpResponse(drawn, content_type="image/webp")
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


@require_safe
@never_cache
@gate.door("live.room", what="live.state")
def state(request: HttpRequest, about: str) -> HttpResponse:
    """Return what a socket would have told, and a new ticket, for the ticket in the header `Live-Ticket`."""
    try:
        ticket = tickets.read(request.headers.get(HEADER, ""), about)
        actor = gate.Actor("staff" if ticket.hosts else "person", str(ticket.person))
        with gate.using("live.room", actor=actor, what="live.state"):
            said = write("state", **polled.look(ticket))
    except NotLetIn as word:
        said = write("no", code=word.code, words=word.words)
        return HttpResponse(said, status=403, content_type="application/json")
    return HttpResponse(said, content_type="application/json")
