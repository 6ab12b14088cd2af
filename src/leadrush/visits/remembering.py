"""Remembering a browser that said yes: a random number in a cookie of its own. Clause `visits-remembered`."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from leadrush import gate
from leadrush.gate import evidence, limits
from leadrush.people import choice

COOKIE = "browser"
CLAUSE = "visits-remembered"
CATEGORY, USE = "lr:Browser", "visits.monitor"
MAC = 8


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    return salted_hmac("leadrush.visits.remembering", "browser", secret=secret, algorithm="sha256").digest()


def _mac(number: bytes) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY), number, "sha256")[:MAC]


def write(number: int) -> str:
    """Return what the cookie holds: the number and the proof that this site drew it."""
    held = number.to_bytes(8)
    return base64.urlsafe_b64encode(held + _mac(held)).rstrip(b"=").decode()


@lru_cache(maxsize=4096)
def read(text: str) -> int:
    """Return the number that a cookie holds; 0 where this site did not write it."""
    try:
        whole = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return 0
    held, mac = whole[:8], whole[8:]
    return int.from_bytes(held) if len(held) == 8 and hmac.compare_digest(mac, _mac(held)) else 0


def number_of(request: HttpRequest) -> int:
    """Return the number of the browser at hand; 0 unless it holds one and its answer is a yes."""
    if choice.answer_of(request) != choice.YES:
        return 0
    return read(request.COOKIES.get(COOKIE, ""))


def days() -> int:
    """Return for how many days the statement in force lets a browser be remembered; 0 for not at all."""
    term = gate.force().term(CATEGORY, USE)
    return (term.retention.days if term else 0) or 0


def answered(request: HttpRequest, response: HttpResponseBase, said: str) -> None:
    """Follow the answer about this browser: a yes draws a number, a no takes it away."""
    held = read(request.COOKIES.get(COOKIE, ""))
    if said != choice.YES:
        if COOKIE in request.COOKIES:
            response.delete_cookie(COOKIE, samesite="Lax")
        if held:
            from leadrush.visits import forgetting

            forgetting.let_go(held)
        return
    try:
        evidence.demand_open(CLAUSE)
    except (gate.NotInForce, evidence.Stopped):
        return
    if held:
        return keep(response, held)
    number = int.from_bytes(os.urandom(8)) >> 1 or 1
    keep(response, number)
    from leadrush.visits import observing

    headers = request.headers
    observing.hand_over(
        lambda name: headers.get(name, ""), limits.address(request), number, gate.force().number
    )


def keep(response: HttpResponseBase, number: int) -> None:
    """Let the browser keep a number, for as long as the statement says."""
    response.set_cookie(
        COOKIE,
        write(number),
        max_age=days() * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
