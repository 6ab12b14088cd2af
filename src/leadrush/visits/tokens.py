"""The word that a page carries for counting: which view it is, of which page, what the browser allowed.

Signed by this site, good for a day. Whoever sends it back twice says the same thing twice: a view is known by
its number, so a replay counts nothing more.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils.crypto import salted_hmac

GOOD_FOR = 24 * 3600  # seconds
AHEAD = 300  # seconds that the clocks of two machines may differ
REMEMBERED, STAFF, ASIDE = 1, 2, 4
HEAD = struct.Struct(">BQIH")
MAC = 12


class Forged(ValueError):
    """This site never wrote that word."""


class Expired(ValueError):
    """The word is older than a day."""


@dataclass(frozen=True, slots=True)
class Token:
    """A page as it was sent: the view's number (63 bits), when (seconds since 1970), what for whom.

    `flags`: `REMEMBERED` the browser had said yes; `STAFF` somebody who works here; `ASIDE` not counted.
    """

    view: int
    issued: int
    flags: int
    version: int
    page: str


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    return salted_hmac("leadrush.visits.tokens", "page", secret=secret, algorithm="sha256").digest()


def write(token: Token) -> str:
    """Return the word for a page."""
    body = HEAD.pack(token.flags, token.view, token.issued, token.version) + token.page.encode()
    mac = hmac.digest(_key(settings.SECRET_KEY), body, "sha256")[:MAC]
    return base64.urlsafe_b64encode(mac + body).rstrip(b"=").decode()


def read(text: str, now: float) -> Token:
    """Return what a word says. Raises `Forged` or `Expired`."""
    try:
        whole = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise Forged("no word of this site") from None
    mac, body = whole[:MAC], whole[MAC:]
    if len(body) < HEAD.size or not hmac.compare_digest(
        mac, hmac.digest(_key(settings.SECRET_KEY), body, "sha256")[:MAC]
    ):
        raise Forged("no word of this site")
    flags, view, issued, version = HEAD.unpack_from(body)
    if not -AHEAD <= now - issued <= GOOD_FOR:
        raise Expired("this page was sent more than a day ago")
    return Token(view, issued, flags, version, body[HEAD.size :].decode())
