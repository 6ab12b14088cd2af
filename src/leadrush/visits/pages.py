"""What a page is called where it is counted: its address, without what only its reader should know.

A part of an address that is a slug is public; whatever else a pattern takes (a number, a token, a name) is
written as `…`. So no link that lets somebody in, and no receipt, is ever found in what was counted.
"""

from __future__ import annotations

import re
from functools import lru_cache

from django.urls import Resolver404, resolve

from leadrush.visits import sources

LONGEST = 200
PART = re.compile(r"<(?:(\w+):)?(\w+)>")
WRITTEN = "wagtail_serve"
"""The pattern that answers to what editors wrote: all of its address is public."""
NOT_FOUND = ""
KNOWN = 20_000
"""So many different pages are known to have been sent."""
_sent: set[str] = set()


@lru_cache(maxsize=8192)
def shown(path: str) -> str:
    """Return a path as it is counted; `NOT_FOUND`, an empty text, where no page answers to it."""
    if len(path) > LONGEST or not path.isprintable():
        return NOT_FOUND
    try:
        match = resolve(path)
    except Resolver404:
        return NOT_FOUND
    if match.url_name == WRITTEN:
        return sources.path(path)
    if "(" in match.route or "^" in match.route:
        return "/" + match.route.split("^")[0].split("(")[0].strip("/") + "/…"

    def put(found: re.Match[str]) -> str:
        kind, name = found.groups()
        return str(match.kwargs.get(name, "…")) if kind == "slug" else "…"

    return ("/" + PART.sub(put, match.route))[:LONGEST]


def send(page: str) -> None:
    """Note, in this process, that a page is there: it was sent to somebody."""
    if page not in _sent and len(_sent) < KNOWN:
        _sent.add(page)


def reported(path: str) -> str:
    """Return a path that a browser reports as it is counted, or nothing where this process never sent such a
    page: anybody can report any path, and what they type may be a name."""
    page = shown(path) if path else NOT_FOUND
    return page if page in _sent else NOT_FOUND
