"""The statement's pages: for people, for printing, for programs. They read nothing about anybody."""

from __future__ import annotations

import hashlib
import time
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import condition, require_safe

from leadrush import gate, look, statement
from leadrush.accountability import showing, shown, wording
from leadrush.gate import models as published
from leadrush.gate.versions import parsed

LINKED = "application/ld+json"
WHY = "the statement is public, and its pages read nothing about anybody"

BORN = str(time.time_ns())
"""Templates and words are those of this process; after an upgrade nobody keeps a page of the old ones."""

door = gate.door(None, why=WHY)


def _tag(request: HttpRequest, number: int | None = None) -> str | None:
    """Return what a page of the statement is known by; None for whoever is signed in, whose menu differs.

    An older version is told from the one in force by a row that never changes, so its number is enough.
    """
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return None
    business = look.business()
    parts = (
        BORN,
        gate.force().digest,
        str(number),
        request.headers.get("cookie", ""),
        request.headers.get("accept", ""),
        get_language() or "",
        f"{business.changed_at}",
        showing.stamp(),
    )
    return f'"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]}"'


def _checked(response: HttpResponse) -> HttpResponse:
    """Let it be kept, and asked after each time: a new version shows at once."""
    response.headers["Cache-Control"] = "no-cache"
    return response


@door
@require_safe
@condition(etag_func=_tag)
def page(request: HttpRequest) -> HttpResponse:
    """Show the statement in force, as a page or, where a program asks for it, as linked data."""
    force = gate.force()
    if request.get_preferred_type(["text/html", LINKED]) == LINKED:
        response = _linked(force)
    else:
        response = _read(request, force, in_force=True)
    patch_vary_headers(response, ["Accept"])
    return _checked(response)


@door
@require_safe
@condition(etag_func=_tag)
def version(request: HttpRequest, number: int) -> HttpResponse:
    """Show one published version, in force or not."""
    return _checked(_read(request, _version(number), in_force=number == gate.force().number))


@door
@require_safe
@condition(etag_func=_tag)
def versions(request: HttpRequest) -> HttpResponse:
    """List every version, and the kinds of data that are named by this site's own words."""
    rows = list(published.Version.objects.order_by("-number").values("number", "published_at", "digest"))
    before = {row["number"]: earlier["number"] for row, earlier in pairwise(rows)}
    force = gate.force()
    own = [category for category in force.categories if category.name.startswith("lr:")]
    context = {
        "rows": [{**row, "before": before.get(row["number"])} for row in rows],
        "force": force,
        "own": [(category.name.replace(":", "-"), category) for category in own],
    }
    return _checked(render(request, "accountability/versions.html", context))


def _pair(request: HttpRequest, old: int, new: int) -> str | None:
    return _tag(request, old * 1_000_000 + new)


@door
@require_safe
@condition(etag_func=_pair)
def difference(request: HttpRequest, old: int, new: int) -> HttpResponse:
    """Tell two published versions apart: what the sentences say, and what that lets be done."""
    change = statement.difference(_version(old), _version(new))
    context = {
        "change": change,
        "sentences": shown.sentences(change),
        "prose": shown.prose(change),
        "rows": shown.rows(change),
        "stays": sum(not sentence.changed for sentence in change.sentences),
        "force": gate.force(),
    }
    return _checked(render(request, "accountability/difference.html", context))


@door
@require_safe
@condition(etag_func=_tag)
def text(request: HttpRequest) -> HttpResponse:
    """Give the statement in force as plain text to print."""
    words = wording.plain(gate.force(), look.business().name)
    return _checked(HttpResponse(words, content_type="text/plain; charset=utf-8"))


@door
@require_safe
@condition(etag_func=_tag)
def linked(request: HttpRequest) -> HttpResponse:
    """Give the statement in force as JSON-LD in W3C's Data Privacy Vocabulary."""
    return _checked(_linked(gate.force()))


@door
@require_safe
@condition(etag_func=_tag)
def evidence(request: HttpRequest) -> HttpResponse:
    """Give what was counted of each clause in force, for programs."""
    return _checked(JsonResponse(showing.linked(), json_dumps_params={"ensure_ascii": False}))


@door
@require_safe
def canonical(request: HttpRequest, number: int) -> HttpResponse:
    """Give the very bytes that a version's digest is taken of."""
    response = HttpResponse(_version(number).canonical(), content_type="application/json")
    # A published version never changes.
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@door
@require_safe
def gpc(request: HttpRequest) -> HttpResponse:
    """Say that Global Privacy Control is honoured: nothing is shared or sold, asked or not."""
    return _checked(JsonResponse(statement.gpc(gate.force())))


def _version(number: int) -> statement.Version:
    force = gate.force()
    if number == force.number:
        return force
    row = published.Version.objects.filter(number=number).first()
    if row is None:
        raise Http404
    return parsed(row)


def _before(number: int) -> int | None:
    """Return the number of the version before; the first one has none, and asks nobody."""
    if number == 1:
        return None
    earlier = published.Version.objects.filter(number__lt=number).order_by("-number")
    return earlier.values_list("number", flat=True).first()


def _linked(version: statement.Version) -> HttpResponse:
    site = settings.SITE_URL.rstrip("/")
    data: dict[str, Any] = statement.jsonld(
        version,
        controller_name=look.business().name,
        controller_url=f"{site}/",
        base_url=site + reverse("accountability:versions"),
    )
    return JsonResponse(data, content_type=LINKED, json_dumps_params={"ensure_ascii": False})


def _read(request: HttpRequest, version: statement.Version, *, in_force: bool) -> HttpResponse:
    context = {
        "statement": version,
        "before": _before(version.number),
        "chapters": wording.chapters(version),
        "in_force": in_force,
        "counted": showing.page() if in_force else None,
        "force": gate.force(),
    }
    return render(request, "accountability/statement.html", context)
