"""Programs that read pages: told from people by what they say of themselves, and counted apart."""

from __future__ import annotations

import re
from functools import lru_cache

from crawlerdetect import CrawlerDetect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SEARCH, PREVIEW, TEXTS, TOOL, PRETENDS = "search", "preview", "texts", "tool", "pretends"
TITLES: dict[str, str | Promise] = {
    SEARCH: _("Search engines, that said so"),
    PREVIEW: _("Link previews and feed readers"),
    TEXTS: _("Collectors of text, that said so"),
    TOOL: _("Other programs, that said so"),
    PRETENDS: _("Said to be browsers, ran no script and asked for pages faster than one reads"),
}
KINDS = (
    (TEXTS, "gptbot|chatgpt|oai-searchbot|claude|anthropic|ccbot|bytespider|perplexity|cohere|diffbot|ai2bot"
            "|amazonbot|applebot-extended|google-extended|meta-external|imagesift|omgili|petalbot|youbot"),
    (PREVIEW, "facebookexternalhit|twitterbot|slack|discord|telegram|whatsapp|linkedinbot|pinterest|skype"
              "|feed|rss|mastodon|embedly|iframely|bitlybot|redditbot|viber|preview|snapchat|vkshare"),
    (SEARCH, "googlebot|bingbot|duckduck|yandex|baidu|applebot|qwant|ecosia|seznam|mojeek|exabot|sogou|slurp"
             "|naver|yeti|search"),
)  # fmt: skip
PATTERNS = [(kind, re.compile(words, re.IGNORECASE)) for kind, words in KINDS]


@lru_cache(maxsize=1)
def _detector() -> CrawlerDetect:
    return CrawlerDetect(user_agent="-")


@lru_cache(maxsize=4096)
def kind(agent: str) -> str:
    """Return which kind of program a User-Agent names, empty for a browser. No agent at all is a program.

    A new one costs a millisecond; the newest few thousand are remembered.
    """
    agent = agent.strip()[:500]
    if not agent:
        return TOOL
    for found, pattern in PATTERNS:
        if pattern.search(agent) and (found != SEARCH or _detector().isCrawler(agent)):
            return found
    return TOOL if _detector().isCrawler(agent) else ""
