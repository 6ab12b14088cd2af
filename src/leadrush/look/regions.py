"""Places in the base template that a part above fills, such as the question about this browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

# Returns what the template needs, or None where there is nothing to show on this page.
Context = Callable[[HttpRequest], dict[str, Any] | None]

_fillings: dict[str, dict[str, Context]] = {}


def fill(region: str, template: str, context: Context) -> None:
    """Show `template` in this region of every page for which `context(request)` is not None.

    Regions of `look/base.html`: `choice` (before the foot), `top` (above the header), `foot` (last in
    the foot, and in the back office's menu) and `count` (before the end); `me` stands on “What we hold about
    you”.
    """
    _fillings.setdefault(region, {})[template] = context


def render(region: str, request: HttpRequest | None) -> SafeString:
    """Return what stands in a region on this page."""
    if request is None:
        return SafeString("")
    shown = []
    for template, context in _fillings.get(region, {}).items():
        given = context(request)
        if given is not None:
            shown.append(render_to_string(template, given, request))
    return mark_safe("".join(shown))  # noqa: S308 - rendered templates, escaped by the engine
