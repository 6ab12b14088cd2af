"""What a room's pages may do that others may not: use camera, microphone, screen, and play what is
streamed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import SELF
from django.http import HttpRequest
from django.http.response import HttpResponseBase

NEEDED = ("autoplay", "camera", "display-capture", "microphone")
ELSEWHERE = (
    "accelerometer", "browsing-topics", "geolocation", "gyroscope", "magnetometer", "midi", "payment", "usb",
)  # fmt: skip
PERMISSIONS = ", ".join([*(f"{name}=(self)" for name in NEEDED), *(f"{name}=()" for name in ELSEWHERE)])
# What hls.js plays reaches the video element as `blob:`; it comes from this site all the same.
ALLOWS = {"media-src": [SELF, "blob:"]}


def room(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let the page of a view use camera, microphone and screen, and play what is streamed to it."""

    @wraps(view)
    def through(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        response = view(request, *args, **named)
        response.headers["Permissions-Policy"] = PERMISSIONS
        response._csp_update = ALLOWS  # type: ignore[attr-defined]  # as its decorator does
        return response

    return through
