"""The heads of the ledger: made each day, published for whoever wants to keep them. They tell of nobody.

How much was done on a day is said as every public count of what persons did: below ten, "fewer than ten". The
chain as it stands now is not published: who asked twice would see whether anything was done in between.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import condition, require_safe

from leadrush import gate, look
from leadrush.accountability import views
from leadrush.ledger import heads
from leadrush.ledger.models import Head
from leadrush.look import times

FEW = 10
SHOWN = 60
"""Days on the page; the files have all."""

door = gate.door(None, why="heads are digests, and count entries without saying whose")


class Told(NamedTuple):
    """A day's head as it is published: `entries` since the head before, None when they are fewer than ten."""

    day: date
    entries: int | None
    digest: str


@gate.task("accountability.heads", use=None, every=60, why="a head is a digest over the chain's own")
def close_yesterday() -> None:
    """Make the head of the day before, at midnight or once the worker is back. Clause `ledger`."""
    heads.close(times.today() - timedelta(days=1), look.business().zone)


def told() -> list[Told]:
    """Return every head, newest first."""
    rows = list(Head.objects.order_by("number").values_list("day", "place", "digest"))
    published = [
        Told(day, entries if (entries := place - before) >= FEW else None, bytes(digest).hex())
        for before, (day, place, digest) in zip([0, *(place for _, place, _ in rows)], rows, strict=False)
    ]
    return published[::-1]


def _tag(request: HttpRequest) -> str | None:
    page = views._tag(request)
    newest = Head.objects.order_by("-number").values_list("digest", flat=True).first()
    return page and f'"{hashlib.sha256(page.encode() + bytes(newest or b"")).hexdigest()[:32]}"'


@door
@require_safe
@condition(etag_func=_tag)
def page(request: HttpRequest) -> HttpResponse:
    """Show the newest heads, what they are good for and how to check one."""
    published = told()
    context = {
        "heads": published[:SHOWN],
        "more": len(published) > SHOWN,
        "few": FEW,
        # A site that was brought up to date has days before its owner publishes the clause.
        "promised": any(clause.slug == "ledger" for clause in gate.force().clauses),
    }
    return views._checked(render(request, "accountability/ledger.html", context))


@door
@require_safe
@condition(etag_func=_tag)
def as_json(request: HttpRequest) -> HttpResponse:
    """Give every head for programs, oldest first, as `leadrush verify --anchor-file` takes it."""
    listed = [
        {
            "day": head.day.isoformat(),
            "entries": {"fewer_than": FEW} if head.entries is None else head.entries,
            "digest": head.digest,
        }
        for head in reversed(told())
    ]
    return views._checked(JsonResponse({"algorithm": "SHA-256", "heads": listed}))


@door
@require_safe
@condition(etag_func=_tag)
def text(request: HttpRequest) -> HttpResponse:
    """Give every head as lines of a day and its digest, oldest first, to keep or to print."""
    lines = "".join(f"{head.day.isoformat()} {head.digest}\n" for head in reversed(told()))
    return views._checked(HttpResponse(lines, content_type="text/plain; charset=utf-8"))
