"""The overview of the back office."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from leadrush import gate
from leadrush.console import overview as pieces
from leadrush.console.access import staff


@staff("reader")
@gate.door(None, why="each figure and list opens the use that it is registered with")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show what the house knows of itself: counts, the statement, what comes next."""
    context = {
        "now": timezone.now(),
        "figures": pieces.figures(request),
        "charts": pieces.charts(request),
        "blocks": pieces.blocks(request),
    }
    return TemplateResponse(request, "console/overview.html", context)
