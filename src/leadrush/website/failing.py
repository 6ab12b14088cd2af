"""What a visitor reads when the site is at fault: a page without values, and 503 where waiting may help."""

from __future__ import annotations

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from leadrush import gate
from leadrush.ledger.writing import Unwritten
from leadrush.look import errors
from leadrush.vault import tombstones
from leadrush.vault.keys import KeyFault
from leadrush.website.reports import page_of

log = logging.getLogger(__name__)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer a request that ended in an exception; Django calls this inside its `except`."""
    error = sys.exc_info()[1]
    if isinstance(error, gate.Closed) and not isinstance(error, gate.Altered):
        log.error("The gate was closed (%s) at %s", type(error).__name__, page_of(request))
        return errors.failed(request)
    words = why(error)
    if not words:
        return errors.failed(request)
    try:
        response = HttpResponse(render_to_string("website/unavailable.html", {"why": words}), status=503)
    except Exception:  # whatever broke the page must not hide the answer
        response = HttpResponse(words, status=503, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = "60"
    return response


def why(error: BaseException | None) -> str:
    """Return in a sentence what is missing, where that may pass; an empty string for every other fault."""
    if isinstance(error, Unwritten):
        return _(
            "We write down each use of what we hold about you before we make it. Just now nothing can be "
            "written, so nothing was opened and nothing was stored."
        )
    if isinstance(error, tombstones.Unwritten):
        return _("It cannot be written down just now that something is to be forgotten, so nothing changed.")
    if isinstance(error, gate.Altered):
        return _(
            "The privacy statement that this site is held to is not what was published: somebody changed it "
            "behind its back. Until it is put right, nothing is used and nothing is taken."
        )
    if isinstance(error, KeyFault):
        return _("A key that this page needs is not in its place, so what it belongs to stays closed.")
    if isinstance(error, OperationalError | InterfaceError):
        return _("The site cannot reach its records just now. Nothing was stored.")
    return ""
