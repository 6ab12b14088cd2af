"""The doors by which large files come in, a piece at a time: the tus protocol 1.0, for whoever works here.

Its core, and its extensions creation, expiration and termination, so that any tus client can be used. Two
things are ours: the kinds that are wanted stand in the metadata, and the last answer carries a word for the
file that was kept (`Upload-Word`), which a form hands in.
"""

from __future__ import annotations

import base64
import binascii
import functools
from collections.abc import Callable
from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _

from leadrush import console, gate
from leadrush.media import arrivals, links
from leadrush.media.arrivals import Arrival, Refused
from leadrush.media.contents import KINDS

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination"
LARGEST = 1 << 40
LONGEST = 4096
"""Characters that a client may say of a file."""

View = Callable[..., HttpResponseBase]


def _spoken(view: View) -> View:
    """Speak tus: its version in every answer, and words instead of pages where something is refused.

    Whoever was signed out in between hears that, and is not led to a page that a script cannot show.
    """

    @functools.wraps(view)
    def spoken(request: HttpRequest, *args: str, **named: str) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _said(401, _("You were signed out. Sign in in another tab, then go on here."))
        try:
            if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
                raise Refused(412, _("This door speaks tus %(version)s.") % {"version": VERSION})
            answer = view(request, *args, **named)
        except Refused as refused:
            answer = _said(refused.status, refused.words)
        except PermissionDenied as denied:
            answer = _said(403, str(denied))
        answer.headers["Tus-Resumable"] = VERSION
        answer.headers["Cache-Control"] = "no-store"
        if answer.status_code == 412:
            answer.headers["Tus-Version"] = VERSION
        return answer

    return spoken


def _said(status: int, words: str) -> HttpResponse:
    return HttpResponse(words + "\n", status=status, content_type="text/plain; charset=utf-8")


def _options() -> HttpResponse:
    told = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(LARGEST)}
    return HttpResponse(status=204, headers=told)


def _method(request: HttpRequest) -> str | None:
    """Return what is asked for; a client that can only POST says it in a header."""
    said = request.headers.get("X-HTTP-Method-Override", "") if request.method == "POST" else ""
    return said.upper() or request.method


def _number(request: HttpRequest, name: str) -> int:
    """Return a number from a header. Raises `Refused`."""
    said = request.headers.get(name, "")
    if not (said.isascii() and said.isdecimal() and len(said) < 16):
        raise Refused(400, _("The header %(name)s is a number of bytes.") % {"name": name})
    return int(said)


def _metadata(request: HttpRequest) -> dict[str, str]:
    """Return what a client says of its file: pairs of a name and a value in base64. Raises `Refused`."""
    found = {}
    said = request.headers.get("Upload-Metadata", "")
    if len(said) > LONGEST:
        raise Refused(400, _("Upload-Metadata is too long."))
    for pair in said.split(","):
        name, _space, value = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            raise Refused(400, _("A value in Upload-Metadata is not base64.")) from None
    return found


def _standing(arrival: Arrival, status: int) -> HttpResponse:
    """Say how far it has come; at its end also the word for the kept file."""
    told = {"Upload-Offset": str(arrival.offset), "Upload-Expires": http_date(arrival.until)}
    if status == 200:
        told["Upload-Length"] = str(arrival.size)
        if arrival.said:
            told["Upload-Metadata"] = arrival.said
    if arrival.file is not None:
        told["Upload-Word"] = links.arrived(arrival.file, arrival.name)
    return HttpResponse(status=status, headers=told)


@_spoken
@console.staff("host")
@gate.door(None, why="begins to take a file of the business, which is about nobody")
def begin(request: HttpRequest) -> HttpResponse:
    """Begin an arrival: POST with `Upload-Length`; 201 and where its pieces go."""
    if request.method == "OPTIONS":
        return _options()
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST, OPTIONS"})
    size, said = _number(request, "Upload-Length"), _metadata(request)
    if size > LARGEST:
        raise Refused(413, _("A file has at most a terabyte."))
    wanted = tuple(kind for kind in said.get("kinds", "").split() if kind in KINDS)
    arrival = arrivals.begin(
        size=size,
        name=said.get("filename", ""),
        kinds=wanted or tuple(KINDS),
        said=request.headers.get("Upload-Metadata", ""),
    )
    answer = _standing(arrival, 201)
    answer.headers["Location"] = reverse("media:arrival", args=[arrival.word])
    return answer


@_spoken
@console.staff("host")
@gate.door(None, why="takes pieces of a file of the business, which is about nobody")
def arrival(request: HttpRequest, word: str) -> HttpResponse:
    """Say how far an arrival has come (HEAD), take its next piece (PATCH), forget it (DELETE)."""
    match _method(request):
        case "OPTIONS":
            return _options()
        case "HEAD":
            return _standing(arrivals.finish(word), 200)
        case "PATCH":
            if request.content_type != "application/offset+octet-stream":
                raise Refused(415, _("A piece is sent as application/offset+octet-stream."))
            length = int(cast(str, request.META.get("CONTENT_LENGTH") or "0"))
            return _standing(arrivals.append(word, _number(request, "Upload-Offset"), request, length), 204)  # type: ignore[arg-type]  # a request reads like a file
        case "DELETE":
            arrivals.take_out(word)
            return HttpResponse(status=204)
        case _:
            return HttpResponse(status=405, headers={"Allow": "HEAD, PATCH, DELETE, OPTIONS"})
