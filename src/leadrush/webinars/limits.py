"""How often one place may send a form. Addresses of machines are held nowhere: not in clear, not in a store.

The key is an HMAC of the address under a secret that this process makes anew each day and writes nowhere;
counts live in the process's own cache and are forgotten within the hour.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import date
from ipaddress import ip_address, ip_network

from django.http import HttpRequest
from django.utils import timezone
from django_ratelimit.core import is_ratelimited
from django_ratelimit.exceptions import Ratelimited

RATES = ("10/m", "60/h")

_secret: tuple[date, bytes] | None = None


def demand(request: HttpRequest) -> None:
    """Count this form, and raise `Ratelimited` (a page with status 429) when its place sent too many."""
    # Each rate counts, also when another has said no already.
    over = [
        is_ratelimited(request, group=f"webinars {rate}", key=somewhere, rate=rate, increment=True)
        for rate in RATES
    ]
    if any(over):
        raise Ratelimited


def _today() -> bytes:
    global _secret
    today = timezone.now().date()
    if _secret is None or _secret[0] != today:
        _secret = today, secrets.token_bytes(32)
    return _secret[1]


def somewhere(group: str, request: HttpRequest) -> str:
    """Return a day's name for where a request comes from; a whole /64 network is one place."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        place = ip_network((ip_address(address), 64 if ":" in address else 32), strict=False)
    except ValueError:
        place = None  # a socket without an address: all of those are one place
    return hmac.new(_today(), str(place).encode(), hashlib.sha256).hexdigest()
