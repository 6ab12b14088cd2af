"""The one address of this part: the owner's green, as a stylesheet."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from leadrush import gate, look
from leadrush.look.colours import HEX


@gate.door(None, why="two colours that the owner chose")
def green(request: HttpRequest) -> HttpResponse:
    """Answer with the owner's green. The address carries the row's stamp, so it may be kept."""
    business = look.business()
    light = business.green if HEX.match(business.green) else "#0a6444"
    dark = business.green_dark if HEX.match(business.green_dark) else "#78d6ab"
    text = f"@layer tokens {{ :root {{ --green: light-dark({light}, {dark}); }} }}\n"
    response = HttpResponse(text, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
