"""What is taken from a request: its facts, as far as the browser allows, in the form in which they wait.

The address and the whole User-Agent exist here only, in memory. What leaves is a number for the day, the kind
of browser, system and device, a country; and after a yes the browser's own number, and the address sealed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from zoneinfo import ZoneInfo

import msgspec

from leadrush.people import browsers, choice
from leadrush.visits import addresses, countries, programs, remembering, salts
from leadrush.visits.days import YES

Header = Callable[[str], str]
"""Returns a header by its name in lower case, or an empty text."""


class Row(msgspec.Struct, omit_defaults=True):
    """One thing that was seen, as it waits in the inbox.

    `what`: `sent` a page left; `heard` its script ran; `dot` it was read without script; `view` the browser
    showed a further page or this one again; `time` how long it was in view; `goal` and `begin` say `goal`;
    `yes` that the number of the day became the browser's own.
    `ms` is in milliseconds since 1970, `took` and `seen` in milliseconds; `program` is a kind of program.
    """

    id: int
    what: str
    ms: int
    visitor: int = 0
    browser: int = 0
    address: str = ""
    page: str = ""
    before: str = ""
    status: int = 0
    took: int = 0
    seen: int = 0
    flags: int = 0
    version: int = 0
    goal: str = ""
    source: str = ""
    kind: str = ""
    referrer: str = ""
    medium: str = ""
    campaign: str = ""
    country: str = ""
    device: str = ""
    software: str = ""
    system: str = ""
    program: str = ""
    unasked: bool = False


encode = msgspec.json.Encoder().encode


class Home:
    """The zone in which days begin, as far as this process knows it: pages look, the collector believes."""

    zone: ZoneInfo = ZoneInfo("UTC")

    @classmethod
    def look(cls) -> None:
        """Ask for the business's zone; needs the database now and then."""
        from leadrush import look

        cls.zone = look.business().zone


def now() -> tuple[float, date]:
    """Return the moment in seconds since 1970 and the day that it is for the business."""
    at = time.time()
    return at, day_of(at)


def day_of(at: float) -> date:
    """Return the day that a moment (seconds since 1970) belongs to for the business."""
    return datetime.fromtimestamp(at, Home.zone).date()


@lru_cache(maxsize=4096)
def kinds(agent: str) -> tuple[str, str, str]:
    """Return browser, system and device of a User-Agent, as coarse as one names them."""
    software, system = browsers.parts(agent)
    return software, system, browsers.device(agent)


def cookies(header: Header) -> Mapping[str, str]:
    """Return the cookies of a request; none where they cannot be read."""
    text = header("cookie")
    if not text:
        return {}
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(text).items()}
    except CookieError:
        return {}


def allowed(header: Header) -> int:
    """Return the number of a browser that says yes with this very request, else 0."""
    if header("sec-gpc") == "1":
        return 0
    held = cookies(header)
    if held.get(choice.COOKIE) != choice.YES:
        return 0
    return remembering.read(held.get(remembering.COOKIE, ""))


def fill(row: Row, header: Header, address: str, day: date, browser: int) -> Row:
    """Put into a row what the request says of the browser, and forget the rest."""
    agent = header("user-agent")[:500]
    row.program = programs.kind(agent)
    if row.program:
        return row
    row.software, row.system, row.device = kinds(agent)
    row.country = countries.of(address)
    word = salts.of(day.isoformat())
    row.visitor = salts.number(word, str(browser)) if browser else salts.number(word, address, agent)
    row.browser = browser
    return row


def sealed(day: date, address: str, browser: int) -> str:
    """Return the address of a browser that said yes, sealed, as hex; empty for every other.

    The first one of a day asks the keys database, so this is for page threads, not for the collector.
    """
    if not browser or not address:
        return ""
    return addresses.seal(day, address).hex()


def hand_over(header: Header, address: str, browser: int, version: int) -> None:
    """Note that the browser with this request's number of the day has one of its own from now on."""
    at, day = now()
    row = fill(
        Row(id=int.from_bytes(os.urandom(8)) >> 1, what="yes", ms=int(at * 1000)), header, address, day, 0
    )
    if not row.program:
        row.browser, row.goal, row.version = browser, YES, version
        put_away(day, row)


def put_away(day: date, *rows: Row) -> None:
    """Hand rows to the inbox; a page is served whether or not they can be written."""
    from leadrush.visits import inbox

    with suppress(inbox.Full):
        inbox.writer().put([(day.isoformat(), encode(row)) for row in rows])
