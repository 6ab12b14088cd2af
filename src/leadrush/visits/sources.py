"""Where somebody came from: the name of a site, never what an address of it may say about them.

Of a referrer its host and path are kept, of a query the three words of a campaign. What looks like an
identifier in them (an address, a long number, a random key) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

LONGEST = 120
SEARCH = {
    "google": "Google", "bing": "Bing", "duckduckgo": "DuckDuckGo", "ecosia": "Ecosia", "qwant": "Qwant",
    "startpage": "Startpage", "yahoo": "Yahoo", "yandex": "Yandex", "baidu": "Baidu", "brave": "Brave Search",
    "kagi": "Kagi", "mojeek": "Mojeek",
}  # fmt: skip
SOCIAL = {
    "facebook.com": "Facebook", "instagram.com": "Instagram", "linkedin.com": "LinkedIn",
    "lnkd.in": "LinkedIn",
    "t.co": "X", "twitter.com": "X", "x.com": "X", "youtube.com": "YouTube", "youtu.be": "YouTube",
    "reddit.com": "Reddit", "pinterest.com": "Pinterest", "mastodon.social": "Mastodon",
    "bsky.app": "Bluesky", "news.ycombinator.com": "Hacker News", "xing.com": "Xing",
}  # fmt: skip
CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign")
SECRET = re.compile(r"@|%40|\d{7,}|(?=[a-f]*\d)[0-9a-f]{12,}|[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE)
KEY = re.compile(r"[A-Za-z0-9_-]{28,}|(?=\w*\d)(?=\w*[A-Z])(?=\w*[a-z])\w{16,}")
WORD = re.compile(r"[\w .,:+&/()'-]{1,60}")
SLUG = re.compile(r"[a-z0-9]{1,20}(?:-[a-z0-9]{1,20})+")
"""Words that are read, however many: long, and no key."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a visit came from: `name` (`Google`, `example.org`), its kind, the page there, the campaign.

    `kind` is `search`, `social`, `site`, `campaign`, or empty for a visit that came from nowhere known.
    """

    name: str = ""
    kind: str = ""
    page: str = ""
    medium: str = ""
    campaign: str = ""


NOWHERE = Source()


def plain(part: str) -> str:
    """Return one part of a path, or `…` where it looks like an identifier or like nothing that one reads."""
    part = unquote(part)
    if not part or part == "…":
        return part
    if SECRET.search(part) or (KEY.search(part) and not SLUG.fullmatch(part)):
        return "…"
    return part if len(part) <= LONGEST and part.isprintable() and "@" not in part else "…"


def path(text: str) -> str:
    """Return a path without anything that looks like an identifier, at most 120 letters."""
    return "/".join(plain(part) for part in text.split("/"))[:LONGEST]


def word(text: str) -> str:
    """Return one word of a campaign, or nothing where it may be an identifier."""
    text = text.strip()
    return text if WORD.fullmatch(text) and not SECRET.search(text) and not KEY.search(text) else ""


@lru_cache(maxsize=4096)
def read(referrer: str, query: str, own: str) -> Source:
    """Return where a request came from, given its referrer, its query string and this site's own host."""
    tagged = campaign(query)
    try:
        parts = urlsplit(referrer[:2000])
        host = (
            (parts.hostname or "").lower().removeprefix("www.") if parts.scheme in ("http", "https") else ""
        )
    except ValueError:
        host = ""
    if not host or host == own.lower().removeprefix("www.") or SECRET.search(host):
        name, kind, page = "", "", ""
    else:
        name, kind = _named(host)
        page = "" if kind == "search" else host + path(parts.path).rstrip("/")
    if source := tagged.get("utm_source"):
        name, kind = source, "campaign"
    return Source(name, kind, page[:LONGEST], tagged.get("utm_medium", ""), tagged.get("utm_campaign", ""))


def campaign(query: str) -> Mapping[str, str]:
    """Return the words of a campaign in a query string; everything else in it is left where it was."""
    if "utm_" not in query:
        return {}
    try:
        pairs = parse_qsl(query[:2000], max_num_fields=50)
    except ValueError:
        return {}
    return {name: said for name, value in pairs if name in CAMPAIGN and (said := word(value))}


def _named(host: str) -> tuple[str, str]:
    for domain, name in SOCIAL.items():
        if host == domain or host.endswith(f".{domain}"):
            return name, "social"
    labels = host.split(".")
    for label in labels[:-1]:
        if label in SEARCH:
            return SEARCH[label], "search"
    return host, "site"


def inside(referrer: str, own: str) -> str:
    """Return the path of a referrer on this very site, empty where it is another or none."""
    try:
        parts = urlsplit(referrer[:2000])
        there = (parts.hostname or "").lower() if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""
    return parts.path if there and there.removeprefix("www.") == own.lower().removeprefix("www.") else ""
