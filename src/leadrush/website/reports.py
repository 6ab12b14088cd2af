"""What is written down when something goes wrong: where, of which kind, at which door. Never a value.

`running.logs` writes exceptions without their words; here the lines themselves lose what was sent: the path
that was asked for (a link in a mail lets in), query strings, anything that looks like an e-mail address.
"""

from __future__ import annotations

import logging
import re
from collections.abc import ItemsView
from typing import Any

from django.views.debug import SafeExceptionReporterFilter

ADDRESS = re.compile(r"[^\s<>\"'(),;:=/?&]{1,256}(?:@|%40|=40)[^\s<>\"'(),;:=/?&]{1,256}", re.IGNORECASE)
QUERY = re.compile(r"\?[^\s\"'<>]+")
LONGEST = 2000


def plain(text: str) -> str:
    """Return a text without anything like an e-mail address or a query string, at most 2,000 characters."""
    return QUERY.sub("?…", ADDRESS.sub("(address)", text[:LONGEST]))


def page_of(request: Any) -> str:
    """Return a request as the pattern of its address and the use of its door, never as it was typed."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        return "no page"
    use = getattr(getattr(match.func, "door", None), "use", None)
    return f"/{match.route}" + (f" (door {use})" if use else "")


class NoValues(logging.Filter):
    """Take what was sent out of a line before it is written; every line is let through."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place."""
        request = record.__dict__.pop("request", None)
        if request is not None:
            # Django's own lines repeat the address as it was typed, in their last argument.
            words = str(record.msg).split("%s", 1)[0] if record.args else str(record.msg)
            status = record.__dict__.get("status_code", "")
            said = f"{words.strip(' :')} {status} {str(request.method)[:7]} {page_of(request)}"
        else:
            if isinstance(record.args, tuple):
                record.args = tuple(
                    type(a).__name__ if isinstance(a, BaseException) else a for a in record.args
                )
            try:
                said = record.getMessage()
            except (TypeError, ValueError):
                said = str(record.msg)
        record.msg, record.args = plain(" ".join(said.split())), ()
        return True


class Nothing(SafeExceptionReporterFilter):
    """Django's own report of an error, were one ever made: no settings, no request, no variables."""

    def get_safe_settings(self) -> dict[str, Any]:
        """Return no settings."""
        return {}

    def get_safe_request_meta(self, request: Any) -> dict[str, Any]:
        """Return no headers."""
        return {}

    def get_safe_cookies(self, request: Any) -> dict[str, Any]:
        """Return no cookies."""
        return {}

    def get_post_parameters(self, request: Any) -> dict[str, Any]:
        """Return nothing of what was sent."""
        return {}

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> ItemsView[str, Any]:
        """Return no variables."""
        return dict[str, Any]().items()
