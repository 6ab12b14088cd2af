"""How often something may be tried from one place, without keeping where that is.

A place is an internet address, known only as an HMAC under a key that this process drew today and forgets:
the count can be kept, and nobody can tell whose it was. An IPv6 address counts as its network of 64 bits,
since whoever has one has them all.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
import time
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest
from django_ratelimit.core import get_usage
from django_ratelimit.exceptions import Ratelimited

View = TypeVar("View", bound=Callable[..., Any])


POSTED = ("POST",)
DAY = 86400  # seconds


class TooOften(Ratelimited):  # type: ignore[misc]  # published without types
    """Something was tried too often; in `seconds` it may be tried again."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


@lru_cache(maxsize=1)
def _key(day: int) -> bytes:
    """Return the key of a day, counted in UTC; the first question of the next throws it away."""
    return os.urandom(32)


def address(request: HttpRequest) -> str:
    """Return where a request came from; behind the one proxy (LEADRUSH_PROXY), what that proxy saw.

    Of `X-Forwarded-For` only the last entry counts, the one that our own proxy wrote.
    """
    meta = request.META
    return told(str(meta.get("REMOTE_ADDR", "")), str(meta.get("HTTP_X_FORWARDED_FOR", "")))


def told(near: str, forwarded: str) -> str:
    """Return where something came from, given who asks and what `X-Forwarded-For` says."""
    if settings.PROXY and near == settings.PROXY and forwarded:
        return forwarded.rpartition(",")[2].strip()
    return near


def place(group: str, request: HttpRequest) -> str:
    """Return today's nameless mark of where a request came from; a key function for django-ratelimit."""
    return mark(network(address(request)))


def mark(text: str) -> str:
    """Return today's nameless mark of any text, such as an address that was typed (32 hex)."""
    return hmac.new(_key(int(time.time()) // DAY), text.encode(), hashlib.sha256).hexdigest()[:32]


def network(text: str) -> str:
    """Return an IPv4 address itself, an IPv6 address as its /64; what is neither counts as one place."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return "nowhere"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Interface((found, 64)).network)
    return str(found)


def limit(group: str, rate: str, *, methods: tuple[str, ...] = POSTED) -> Callable[[View], View]:
    """Answer with 429 what is tried more often than `rate` from one place: `limit("people.code", "5/10m")`.

    Put it outside the gate's door. Only `methods` count. The page says how long to wait.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **named: Any) -> Any:
            check(request, group, rate, methods=methods)
            return view(request, *args, **named)

        return counted  # type: ignore[return-value]

    return decorate


def check(
    request: HttpRequest, group: str, rate: str, *, methods: tuple[str, ...] = POSTED, what: str = ""
) -> None:
    """Count one try; raise `TooOften` (shown as 429) when there were more than `rate`.

    `what` counts tries at one thing, wherever they come from: an address that was typed, say.
    """
    key = (lambda group, request: mark(what)) if what else place
    usage = get_usage(request, group=group, key=key, rate=rate, method=list(methods), increment=True)
    if usage is not None and usage["should_limit"]:
        # The last second that is told still belongs to this count.
        raise TooOften(usage["time_left"] + 1)
