"""The doors of sound and picture: JSON in, JSON out, for the ticket in the header `Live-Ticket`.

Whatever is refused is answered by a code and words: `{"code": "nobody", "words": "..."}`. 403: they may not;
409: not now; 410: it is gone and may be made anew; 503: there is no media server, or it gives no answer.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from leadrush import gate
from leadrush.gate.evidence import Stopped
from leadrush.live import connecting, crowding, entering, media, tickets
from leadrush.live.answering import NotLetIn, NotTaken
from leadrush.live.plane.crowd import NAME, PLAYLIST
from leadrush.live.plane.machine import NotSet
from leadrush.live.plane.provider import Gone, Offer, Picture, Unreachable
from leadrush.live.views import HEADER
from leadrush.vault.turns import Erased

LARGEST = 100_000
"""Bytes of a body; browsers describe a connection in some 10,000."""
DESCRIPTION = 64_000
USE = "live.room"
STATUS = {
    "body": 400,
    "sdp": 400,
    "soon": 404,
    "method": 405,
    "gone": 410,
    "long": 413,
    "off": 503,
    "unreachable": 503,
}

Sdp = Annotated[str, msgspec.Meta(min_length=1, max_length=DESCRIPTION)]
Body = TypeVar("Body", bound=msgspec.Struct)
View = Callable[..., HttpResponseBase]


class Publish(msgspec.Struct, frozen=True):
    """A browser's offer; `recorded` is its person's yes to be in the recording of a recorded room, `shown` to
    being seen in it by others than those with a seat. `program` says that it is no browser, and brings in
    what OBS sends."""

    sdp: Sdp
    what: Literal["camera", "screen"]
    recorded: bool = False
    shown: bool = False
    program: bool = False


class Size(msgspec.Struct, frozen=True):
    """How much of the pictures somebody wants: `whole`, `small` or `none`."""

    size: Picture


class Answer(msgspec.Struct, frozen=True):
    """A browser's answer to an offer."""

    sdp: Sdp


def reply(status: int, **facts: Any) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(facts), status=status, content_type="application/json")


def _no(word: NotTaken, status: int = 0) -> HttpResponse:
    status = status or STATUS.get(word.code, 403 if isinstance(word, NotLetIn) else 409)
    return reply(status, code=word.code, words=word.words, **word.more)


def spoken(*methods: str) -> Callable[[View], View]:
    """Answer these methods, and whatever is refused by a code and words."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def through(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
            if request.method not in methods:
                answer = _no(NotTaken("method", _("This door does not take that.")))
                answer.headers["Allow"] = ", ".join(methods)
                return answer
            try:
                return view(request, *args, **named)
            except NotTaken as word:
                return _no(word)
            except Gone:
                return _no(NotTaken("gone", _("The connection is gone. You come back by yourself.")))
            except NotSet:
                words = _(
                    "There is no sound and picture on this site: its owner has to install a media server."
                )
                return _no(NotTaken("off", words))
            except Unreachable:
                words = _("Sound and picture do not answer just now. You come back by yourself in a moment.")
                return _no(NotTaken("unreachable", words))
            except (Stopped, gate.Closed):
                words = _("Nothing is taken here at the moment: see the statement for what is being mended.")
                return _no(NotTaken("stopped", words), 403)
            except Erased:
                return _no(NotLetIn("seat", _("You have no seat here any more.")))
            except ValidationError as fault:
                return _no(NotTaken("body", " ".join(fault.messages)))

        return through

    return decorate


def ticket_of(request: HttpRequest, about: str) -> tickets.Ticket:
    return tickets.read(request.headers.get(HEADER, "")[:1000], about)


def body_of(request: HttpRequest, kind: type[Body]) -> Body:
    """Return what a body says. Raises `NotTaken`."""
    try:
        if len(request.body) > LARGEST:
            raise RequestDataTooBig
        return msgspec.json.decode(request.body, type=kind)
    except RequestDataTooBig:
        raise NotTaken("long", _("That is larger than a connection’s description.")) from None
    except (msgspec.MsgspecError, UnreadablePostError, UnicodeError):
        raise NotTaken("body", _("That cannot be read. Load the page again.")) from None


def acting(ticket: tickets.Ticket, verb: Callable[..., Any], **named: Any) -> Any:
    """Run a verb behind the door, as who holds the ticket."""
    actor = gate.Actor("staff" if ticket.hosts else "person", str(ticket.person))
    with gate.using(USE, actor=actor, what="live.media"):
        return verb(ticket=ticket, **named)


def _offered(offer: Offer) -> dict[str, Any]:
    return {"sdp": offer.sdp, "tracks": connecting.shown(offer)}


@spoken("POST")
@never_cache
@gate.door(USE, what="live.media")
def publish(request: HttpRequest, about: str) -> HttpResponseBase:
    """Take somebody's offer to be seen and heard: 201 with the connection and the SDP that answers."""
    ticket, said = ticket_of(request, about), body_of(request, Publish)
    connection, sdp = acting(ticket, connecting.publish, **msgspec.structs.asdict(said))
    return reply(201, connection=connection, sdp=sdp)


@spoken("POST")
@never_cache
@gate.door(USE, what="live.media")
def watch(request: HttpRequest, about: str) -> HttpResponseBase:
    """Offer somebody all that is published: 201 with the connection and an offer to answer by PATCH."""
    ticket = ticket_of(request, about)
    connection, offer = acting(ticket, connecting.watch)
    return reply(201, connection=connection, **_offered(offer), ice=media.ice(ticket.guest))


@spoken("PATCH", "DELETE")
@never_cache
@gate.door(USE, what="live.media")
def connection(request: HttpRequest, about: str, connection: int) -> HttpResponseBase:
    """Take the answer to an offer (PATCH), or end a connection (DELETE): 204."""
    ticket = ticket_of(request, about)
    if request.method == "DELETE":
        acting(ticket, connecting.leave, connection=connection)
    else:
        acting(ticket, connecting.answer, connection=connection, sdp=body_of(request, Answer).sdp)
    return HttpResponse(status=204)


@spoken("POST")
@never_cache
@gate.door(USE, what="live.media")
def picture(request: HttpRequest, about: str, connection: int) -> HttpResponseBase:
    """Send whole pictures over a connection, small ones, or sound alone: 204."""
    ticket = ticket_of(request, about)
    acting(ticket, connecting.picture, connection=connection, size=body_of(request, Size).size)
    return HttpResponse(status=204)


@spoken("POST")
@never_cache
@gate.door(USE, what="live.media")
def ping(request: HttpRequest, about: str, connection: int) -> HttpResponseBase:
    """Keep a connection, and say how it does, with a new ticket, and an offer where others publish now."""
    ticket = ticket_of(request, about)
    done: connecting.Pinged = acting(ticket, connecting.ping, connection=connection)
    health = done.health
    return reply(
        200,
        up=health.up,
        kbits=done.kbits,
        quality=health.quality,
        slow=health.slow,
        ticket=tickets.issue(done.guest),
        publishing=[connecting.whose(word) for word in done.words],
        offer=_offered(done.offer) if done.offer else None,
    )


@spoken("GET", "HEAD")
@never_cache
@gate.door(USE, what="live.media")
def facts(request: HttpRequest, about: str) -> HttpResponseBase:
    """Say whether there is sound and picture, and how a browser reaches it, with a new ticket.

    Whoever watches by HLS asks here instead of pinging: their seat is asked for again.
    """
    ticket = ticket_of(request, about)
    guest = acting(ticket, entering.still_in)
    said = {"ready": media.ready(), "ice": media.ice(guest.pk), "ticket": tickets.issue(guest)}
    return reply(200, **said, hls=crowding.address(guest))


@spoken("GET", "HEAD")
@gate.door(USE, what="live.hls")
def asked(request: HttpRequest, about: str, word: str) -> HttpResponseBase:
    """Tell nginx whether the player of this word may have a room's pieces, and where they lie."""
    place = crowding.find(about, word, PLAYLIST).parent
    return HttpResponse(status=204, headers={"Live-Room": place.name})


@spoken("GET", "HEAD")
@gate.door(USE, what="live.hls")
def hls(request: HttpRequest, about: str, word: str, name: str) -> HttpResponseBase:
    """Give a player the playlist or a segment, for the word in the path; 404 until it is there."""
    if not NAME.fullmatch(name):
        raise NotTaken("soon", _("There is no such piece of it."))
    file = crowding.find(about, word, name)
    try:
        content = file.open("rb")
    except FileNotFoundError:
        raise NotTaken("soon", _("It begins in some seconds.")) from None
    if name == PLAYLIST:
        with content:
            answer: HttpResponseBase = HttpResponse(content, content_type="application/vnd.apple.mpegurl")
        answer.headers["Cache-Control"] = "no-store"
    else:
        answer = FileResponse(content, content_type="video/mp2t")
        answer.headers["Cache-Control"] = "private, max-age=30"
    return answer
