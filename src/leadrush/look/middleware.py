"""Answers that Django gives without words get a page, and so does what a broken clause stops."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leadrush import gate
from leadrush.gate.evidence import Stopped
from leadrush.look import errors


class Words:
    """Draw the page for 405, which Django answers with an empty body, and for what the statement closed."""

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
        """Say that nothing is taken under a broken clause, where a form does not say it itself, and that a
        page is closed whose clause the statement in force does not have, or not yet."""
        if isinstance(exception, Stopped):
            return errors.stopped(request, exception)
        if isinstance(exception, gate.NotInForce):
            words = _("This is closed: the statement in force has no sentence that allows it.")
            return errors.page(request, 403, reason=words)
        return None
