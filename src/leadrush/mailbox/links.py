"""Links that let somebody do one thing without signing in: random, stored as a digest, of one scope.

The address in a mail is exchanged by a redirect for a short-lived one, so that the lasting one stays out of
referrers and histories. A GET never acts: scanners follow links. Acting is a POST.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from leadrush.mailbox.letters import Address
from leadrush.mailbox.models import Link
from leadrush.vault.keys import derived
from leadrush.vault.models import Giving, Person

SHORT = timedelta(minutes=30)
"""How long the exchanged address stays good; time enough to read a page and press its button."""

Page = Callable[[HttpRequest, Link], HttpResponseBase]
_pages: dict[str, Page] = {}


def scope(name: str) -> Callable[[Page], Page]:
    """Register the page of a scope: it shows on GET, acts on POST, and gets the link's row."""

    def keep(page: Page) -> Page:
        _pages[name] = page
        return page

    return keep


def page_of(link: Link) -> Page:
    """Return the page that a link leads to. Raises `KeyError` when its room is gone."""
    return _pages[link.scope]


def make(
    *, person: Person, giving: Giving | None, scope: str, expires_at: datetime, about: str = ""
) -> Address:
    """Make a link and return its whole address, for one message. The token is kept nowhere else."""
    return make_all(person=person, giving=giving, scopes=[scope], expires_at=expires_at, about=about)[scope]


def make_all(
    *, person: Person, giving: Giving | None, scopes: Iterable[str], expires_at: datetime, about: str = ""
) -> dict[str, Address]:
    """Make the links of one message, each of a scope of its own; return their addresses by scope."""
    tokens = {scope: secrets.token_urlsafe(24) for scope in scopes}
    Link.objects.bulk_create(
        Link(
            digest=digest(token),
            person=person,
            giving=giving,
            scope=scope,
            about=about,
            expires_at=expires_at,
        )
        for scope, token in tokens.items()
    )
    return {scope: absolute(reverse("mailbox:link", args=[token])) for scope, token in tokens.items()}


def absolute(path: str) -> Address:
    """Return a path of ours as a whole address, for mails."""
    return Address(settings.SITE_URL.rstrip("/") + path)


def digest(token: str) -> str:
    """Return what is stored of a token: HMAC-SHA-256, 64 hex."""
    return hmac.new(derived("links"), token.encode(), hashlib.sha256).hexdigest()


def exchange(link: Link) -> str:
    """Return a short-lived word for a link, good for half an hour."""
    return signing.dumps(link.digest, salt="leadrush.link")


def by_token(token: str) -> Link | None:
    """Return the live link of a token from a mail, or None."""
    return _live(digest(token))


def by_word(word: str) -> Link | None:
    """Return the live link of an exchanged word, or None."""
    try:
        return _live(signing.loads(word, salt="leadrush.link", max_age=SHORT))
    except signing.BadSignature:
        return None


def _live(value: str) -> Link | None:
    return (
        Link.objects.filter(digest=value, expires_at__gt=timezone.now())
        .select_related("person", "giving")
        .first()
    )
