"""Answers that Django gives without words get a page, and so does what a broken clause stops."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from leadrush.gate.evidence import Stopped
from leadrush.look import errors


class Words:
    """Draw the page for 405, which Django answers with an empty body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.streaming or response.content:
            return response
        spoken = errors.page(request, 405)
        if "Allow" in response:
            spoken["Allow"] = response["Allow"]
        return spoken

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Say that nothing is taken under a broken clause, where a form does not say it itself."""
        return errors.stopped(request, exception) if isinstance(exception, Stopped) else None
