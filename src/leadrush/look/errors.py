"""Pages for what went wrong: each says what happened and what to do next.

The page for 500 is drawn without request, database or statement, since any of them may be what failed.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string

from leadrush import gate
from leadrush.gate.evidence import Stopped
from leadrush.gate.limits import TooOften
from leadrush.look import marks


def page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    """Return the page for a status (400, 403, 404, 405, 429, 503)."""
    return render(request, f"{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What the browser sent cannot be read. The exception's own words may quote it, so they are not shown."""
    assert exception is None or isinstance(exception, BadRequest | SuspiciousOperation)
    return page(request, 400)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page is not for this person, or was asked for too often (429)."""
    if isinstance(exception, TooOften):
        # A cache that cannot count says no and no time.
        minutes = max(-(-exception.seconds // 60), 1)
        response = page(request, 429, minutes=minutes, hours=-(-minutes // 60) if minutes > 90 else 0)
        response["Retry-After"] = str(minutes * 60)
        return response
    return page(request, 403, reason=str(exception) if exception and str(exception) else "")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is no page at this address. The address is not repeated: it may carry anything."""
    return page(request, 404)


def stopped(request: HttpRequest, exception: Stopped) -> HttpResponse:
    """Nothing is taken under a clause while it is broken; said where a form does not say it itself."""
    try:
        mark = marks.mark(exception.clause)
    except gate.NotInForce:
        return page(request, 503)
    return page(request, 503, slug=mark.slug, why=mark.proof.sentence if mark.proof else "")


def failed(request: HttpRequest | None = None) -> HttpResponse:
    """The site failed. Drawn from one static template; in plain words if even that fails."""
    try:
        return HttpResponseServerError(render_to_string("500.html"))
    except Exception:
        # Whatever broke the template (a missing stylesheet list, say) must not hide the answer.
        return HttpResponseServerError(
            "The site failed at this page. What was confirmed before is kept. Try again in a minute.",
            content_type="text/plain; charset=utf-8",
        )


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token, or with an old one: nothing was stored."""
    return render(request, "look/form_expired.html", status=403)
