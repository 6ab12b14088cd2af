"""What the browser is told with every answer: whom a page may talk to (this site alone), what it may open.

The statement promises that no page makes a browser talk to another company; `CONTENT_SECURITY_POLICY` in the
settings is what keeps it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import NONE, SELF
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

EDITOR = "/edit/"
"""Where Wagtail's editor lives: the one place with wider rules."""

PAGES: dict[str, Any] = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "font-src": [SELF],
    "img-src": [SELF],
    "media-src": [SELF],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
}
# The editor shows pictures before they are sent (blob:), draws small ones in its styles (data:), and shows a
# page in a frame beside its form. Scripts and styles stay this site's own files there too.
EDITING: dict[str, Any] = {
    **PAGES,
    "img-src": [SELF, "data:", "blob:"],
    "frame-src": [SELF],
    "frame-ancestors": [SELF],
}
# A file that somebody uploaded is shown, and does nothing.
FILES: dict[str, Any] = {
    "default-src": [NONE],
    "img-src": [SELF],
    "style-src": [NONE],
    "sandbox": True,
    "frame-ancestors": [NONE],
}

NOT_NEEDED = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope",
    "magnetometer", "microphone", "midi", "payment", "usb",
)  # fmt: skip
PERMISSIONS = ", ".join(f"{name}=()" for name in NOT_NEEDED)


class Csp(CSPMiddleware):
    """Write the policy of the place: pages, the editor, uploaded files."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """Return the policy for this answer; a view's own change to it stays."""
        parts = super().get_policy_parts(request, response, report_only)
        if parts.config is None and not report_only:
            if request.path_info.startswith(EDITOR):
                parts.config = EDITING
            elif request.path_info.startswith((settings.MEDIA_URL, "/files/")):
                parts.config = FILES
        return parts


class Headers:
    """Say with every answer which of the browser's doors stay shut, and that no other site may embed it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class Proxy:
    """Believe what a proxy says of a request only where the one configured proxy (LEADRUSH_PROXY) says it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.PROXY or request.META.get("REMOTE_ADDR") != settings.PROXY:
            for name in [name for name in request.META if name.startswith("HTTP_X_FORWARDED_")]:
                del request.META[name]
            request.META.pop("HTTP_FORWARDED", None)
        return self.get_response(request)
