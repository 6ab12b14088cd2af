"""The newest articles, read in one question."""

from __future__ import annotations

from leadrush.website.models import ArticlePage

SHOWN = 4


def newest(count: int = SHOWN) -> tuple[list[ArticlePage], bool]:
    """Return the newest public articles with their pictures, and whether there are more."""
    found = list(
        ArticlePage.objects.live()
        .public()
        .select_related("picture")
        .prefetch_related("picture__renditions")
        .order_by("-day", "-pk")[: count + 1]
    )
    return found[:count], len(found) > count
