"""Forms without a cookie: where a form came from is asked of the browser, or of a signed, dated word in it.

Django's own protection sets a cookie on everybody who sees a form. Here (clause “one cookie”) a browser says
by itself whether a form was sent from our own page (`Sec-Fetch-Site`, `Origin`), which no page elsewhere can
fake. A browser that says neither must send back the token that `{% csrf_token %}` wrote into the page: signed
by this site, good for a day, and bound to the sign-in at hand, so that one taken elsewhere acts for nobody.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import SimpleLazyObject

from leadrush.look import errors

log = logging.getLogger(__name__)

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
GOOD_FOR = timedelta(days=1)
SALT = "leadrush.website.forms"


def token(request: HttpRequest) -> str:
    """Return the word that a form on this page carries: dated, signed, bound to the sign-in at hand."""
    return TimestampSigner(salt=SALT).sign(_bound_to(request))


def tokens(request: HttpRequest) -> dict[str, Any]:
    """Give `{% csrf_token %}` its word; a context processor, asked only by templates that hold a form."""
    return {"csrf_token": SimpleLazyObject(lambda: token(request))}


def _bound_to(request: HttpRequest) -> str:
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return salted_hmac(SALT, session).hexdigest()[:16] if session else "visitor"


class SignedForms:
    """Refuse what was not sent from this site's pages; sets no cookie, leaves `csrf_exempt` views alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.trusted = {_origin(settings.SITE_URL), *settings.CSRF_TRUSTED_ORIGINS}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Django's sign-in asks for its own cookie to be renewed; here there is none.
        response.cookies.pop(settings.CSRF_COOKIE_NAME, None)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Return a page that says why nothing was done, or None to go on."""
        # Views of others wear Django's own check as a decorator; this tells it that it was done.
        request.csrf_processing_done = True  # type: ignore[attr-defined]
        if request.method in SAFE or getattr(view, "csrf_exempt", False):
            return None
        if getattr(request, "_dont_enforce_csrf_checks", False):  # Django's test client
            return None
        match self._sent_from(request):
            case "here":
                return None
            case "elsewhere":
                log.warning("A form from another site was refused.", extra={"request": request})
                return render(request, "website/form_from_elsewhere.html", status=403)
        if self._carries_token(request):
            return None
        log.warning("A form without a good token was refused.", extra={"request": request})
        return errors.form_expired(request)

    def _sent_from(self, request: HttpRequest) -> str:
        """Say what the browser tells: `here`, `elsewhere`, or nothing (an empty string)."""
        site = request.headers.get("Sec-Fetch-Site", "")
        origin = request.headers.get("Origin", "")
        if site in ("cross-site", "same-site"):
            return "elsewhere"
        if origin and origin != "null":
            return "here" if origin in self._own(request) else "elsewhere"
        if site == "same-origin":
            # A page that sends no referrer sends no origin either; the browser still says where it stands.
            return "here"
        return "elsewhere" if origin else ""

    def _own(self, request: HttpRequest) -> set[str]:
        try:
            return {*self.trusted, f"{request.scheme}://{request.get_host()}"}
        except DisallowedHost:
            return self.trusted

    def _carries_token(self, request: HttpRequest) -> bool:
        try:
            given = request.POST.get("csrfmiddlewaretoken", "") if request.method == "POST" else ""
        except UnreadablePostError:
            return False
        try:
            value = TimestampSigner(salt=SALT).unsign(
                given or request.headers.get("X-CSRFToken", ""), max_age=GOOD_FOR
            )
        except BadSignature:
            return False
        return constant_time_compare(value, _bound_to(request))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
