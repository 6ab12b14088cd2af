"""Sections that rooms bring to the pages an editor writes, such as the next webinars.

Register in `AppConfig.ready`; the editor chooses the section by its title. A section whose room is gone, or
that has nothing to say today, leaves no gap. What it reads about persons it reads under a use that it opens
itself: the page around it opens none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django_stubs_ext import StrOrPromise

# Returns what the template needs, or None where there is nothing to show.
Context = Callable[[HttpRequest], dict[str, Any] | None]


@dataclass(frozen=True)
class Block:
    """A section: its slug (`webinars.next`), its title for the editor, the template that draws it whole."""

    slug: str
    title: StrOrPromise
    template: str
    context: Context


_blocks: dict[str, Block] = {}


def register(slug: str, title: StrOrPromise, template: str, context: Context) -> None:
    """Offer a section to the editor, or replace the one with this slug."""
    _blocks[slug] = Block(slug, title, template, context)


def choices() -> list[tuple[str, StrOrPromise]]:
    """Return (slug, title) of every section, by slug."""
    return [(slug, _blocks[slug].title) for slug in sorted(_blocks)]


def render(slug: str, request: HttpRequest | None) -> SafeString:
    """Draw a section for this request, or nothing."""
    block = _blocks.get(slug)
    if block is None or request is None:
        return SafeString("")
    context = block.context(request)
    return SafeString("") if context is None else render_to_string(block.template, context, request)
