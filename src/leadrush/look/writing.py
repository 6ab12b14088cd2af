"""What the owner writes, as HTML: CommonMark without HTML of its own, cleaned a second time.

No picture, no frame and no style comes in this way, so that a text can never make a browser speak to another
server; a link that leaves the site tells the other side nothing about where it was clicked.
"""

from __future__ import annotations

from collections.abc import Sequence

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title", "rel", "referrerpolicy"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "tel"}


class Renderer(RendererHTML):
    """Writes links that leave without a referrer, and headings below the page's own h1."""

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        if str(token.attrGet("href") or "").lower().startswith(("http:", "https:", "//")):
            token.attrSet("rel", "noopener noreferrer")
            token.attrSet("referrerpolicy", "no-referrer")
        return self.renderToken(tokens, idx, options, env)

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        token.tag = f"h{min(int(token.tag[1]) + 1, 4)}"
        return self.renderToken(tokens, idx, options, env)

    heading_close = heading_open


_markdown = MarkdownIt("commonmark", {"html": False}, renderer_cls=Renderer).enable("table").disable("image")


def prose(text: str) -> SafeString:
    """Return owner-written Markdown as safe HTML; `#` becomes h2, as a page has one h1 of its own."""
    rendered = _markdown.render(text or "")
    clean = nh3.clean(rendered, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None)
    return mark_safe(clean)  # noqa: S308 - nh3 has left only the tags above
