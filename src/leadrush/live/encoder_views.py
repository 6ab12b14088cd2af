"""The doors of programs such as OBS: nginx's questions about them, and the key on the desk of a host.

nginx asks with its secret in the header `Live-Secret`, and sends `name`, the key, and `clientid`, the number
of the connection. What it says of addresses and programs is not read.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from leadrush import gate
from leadrush.live import encoders
from leadrush.live.answering import NotTaken
from leadrush.live.media_views import View, acting, body_of, reply, spoken, ticket_of
from leadrush.live.plane import nginx
from leadrush.live.plane.machine import NotSet

SECRET = "Live-Secret"  # noqa: S105 - the name of a header


class Asked(msgspec.Struct, frozen=True):
    """What a host asks for: their key, a new one (`anew`), with their yes to being recorded."""

    anew: bool = False
    recorded: bool = False


def of_nginx(view: View) -> View:
    """Answer nginx alone; nobody else learns that the door is there."""

    @functools.wraps(view)
    def only(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        try:
            secret = nginx.here(Path(settings.DATA)).secret
        except NotSet:
            raise Http404 from None
        if not constant_time_compare(request.headers.get(SECRET, ""), secret):
            raise Http404
        try:
            return view(request, *args, **named)
        except NotTaken:
            return HttpResponse(status=403)

    return only


def _sent(request: HttpRequest) -> dict[str, str]:
    return {"key": request.POST.get("name", ""), "client": request.POST.get("clientid", "")[:20]}


@csrf_exempt
@never_cache
@gate.door("live.room", what="live.encoder")
@require_POST
@of_nginx
def publish(request: HttpRequest) -> HttpResponseBase:
    """Let a program send, under a name that only this machine's programs learn."""
    return HttpResponse(status=302, headers={"Location": encoders.begin(**_sent(request))})


@csrf_exempt
@never_cache
@gate.door("live.room", what="live.encoder")
@require_POST
@of_nginx
def update(request: HttpRequest) -> HttpResponseBase:
    """Say whether a program may go on. Those that read are asked about, too: they end with what they read."""
    if request.POST.get("call") != "update_play":
        encoders.goes_on(**_sent(request))
    return HttpResponse(status=204)


@csrf_exempt
@never_cache
@gate.door("live.room", what="live.encoder")
@require_POST
@of_nginx
def done(request: HttpRequest) -> HttpResponseBase:
    """Note that a program does not send any more."""
    encoders.end(**_sent(request))
    return HttpResponse(status=204)


@spoken("POST")
@never_cache
@gate.door("live.room", what="live.encoder")
def desk(request: HttpRequest, about: str) -> HttpResponseBase:
    """Give whoever holds a room what they type into such a program."""
    ticket, asked = ticket_of(request, about), body_of(request, Asked)
    key = acting(ticket, encoders.key, **msgspec.structs.asdict(asked))
    return reply(200, server=encoders.server(), key=key)
