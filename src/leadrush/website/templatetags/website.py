"""`{% load website %}`: what pages that editors wrote need beyond the look."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from leadrush.look import blocks

register = template.Library()


@register.simple_tag(takes_context=True)
def section(context: dict[str, Any], slug: str) -> SafeString:
    """Draw a section that a room brings, or nothing where the room is gone or has nothing to say."""
    return blocks.render(slug, context.get("request"))
