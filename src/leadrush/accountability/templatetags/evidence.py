"""`{% load evidence %}`: what was counted of one clause, out of the page's `counted`."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def counted_of(context: dict[str, Any], slug: str) -> Any:
    """Give what was counted of a clause, or None: `{% counted_of it.clause.slug as seen %}`."""
    page = context.get("counted")
    return page.clauses.get(slug) if page else None
