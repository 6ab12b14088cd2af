"""`{% load console %}`: what the back office's frame is drawn with."""

from __future__ import annotations

from typing import Any

from django import template

from leadrush.console import access, screens
from leadrush.look import numbers

register = template.Library()


@register.simple_tag(takes_context=True)
def side(context: dict[str, Any]) -> list[screens.Entry]:
    """Give the entries of the side menu: `{% side as entries %}`."""
    request = context.get("request")
    return screens.shown(request) if request else []


@register.simple_tag(takes_context=True)
def signed_in_as(context: dict[str, Any]) -> str:
    """Say in which role somebody is signed in. Their name lies in the vault, and no menu opens it."""
    request = context.get("request")
    return access.role_words(access.role_of(request)) if request else ""


@register.filter
def told(value: int | str) -> str:
    """Write a figure: a number in the reader's locale, words as they are."""
    return numbers.number(value) if isinstance(value, int) else value
