"""Ways back: where a page goes when it is done, never off this site."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 500


def back(request: HttpRequest, to: str, default: str = "/") -> str:
    """Return `to` if it is a path on this site and short enough to carry about, else `default`."""
    safe = to.startswith("/") and url_has_allowed_host_and_scheme(
        to, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return to if safe and len(to) <= LONGEST else default


def then(request: HttpRequest, default: str) -> str:
    """Return where a form or an address says to go next (`next`), if that is on this site."""
    return back(request, request.POST.get("next") or request.GET.get("next") or default, default)
