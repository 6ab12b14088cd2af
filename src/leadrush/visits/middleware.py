"""Each page that leaves is given a number, and written down as sent: the count that needs no script."""

from __future__ import annotations

import html
import logging
import os
import re
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leadrush import gate, look
from leadrush.console.access import role_of
from leadrush.gate import evidence, limits
from leadrush.people import choice
from leadrush.visits import (
    addresses,
    days,
    inbox,
    joining,
    observing,
    pages,
    remembering,
    request_ids,
    sources,
    tokens,
    typed,
)

CLAUSE = "visits-counted"
HEADER = "X-Request-Id"
TITLE = re.compile(rb"<title>([^<]{1,200})</title>")
STAFF_ONLY = ("/console/", "/edit/")
EXPECTED = {choice.COOKIE, remembering.COOKIE, settings.SESSION_COOKIE_NAME}
log = logging.getLogger(__name__)


@dataclass
class Visit:
    """What is known of a page while it is made: its number, when it began, the goals that were reached."""

    view: int
    began: float
    goals: list[str] = field(default_factory=list)
    searched: typed.Searched | None = None

    @property
    def name(self) -> str:
        """The number as somebody reads it out on the telephone."""
        return request_ids.write(self.view)


class Counted:
    """Number every request, and write down the pages that leave."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        visit = Visit(int.from_bytes(os.urandom(8)) >> 1, time.perf_counter())
        request.visit = visit  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault(HEADER, visit.name)
        if response.status_code >= 500:
            _say_number(response, visit)
        try:
            if response.cookies.get(settings.SESSION_COOKIE_NAME) is not None:
                joining.somebody_else(request, response)
            if is_page(request, response) or visit.goals:
                self._write(request, response, visit)
        except Exception as fault:
            # The page is served all the same, whatever hinders counting; that it did stands in the log.
            last = traceback.extract_tb(fault.__traceback__)[-1]
            log.error("No page was counted: %s at %s:%s", type(fault).__name__, last.filename, last.lineno)
        return response

    def _write(self, request: HttpRequest, response: HttpResponse, visit: Visit) -> None:
        version = counting()
        if not version:
            return
        observing.Home.look()
        at, day = observing.now()

        def header(name: str) -> str:
            return str(request.META.get(f"HTTP_{name.upper().replace('-', '_')}", ""))

        browser = number_of(request)
        address = limits.address(request)
        flags = flags_of(request, browser)
        page = pages.shown(request.path)
        aside = response.status_code != 200 or request.method != "GET" or is_aside(request)
        row = observing.Row(
            id=visit.view,
            what="sent",
            ms=int(at * 1000),
            page=page or sources.path(request.path),
            status=response.status_code,
            took=int((time.perf_counter() - visit.began) * 1000),
            flags=flags | (tokens.ASIDE if aside else 0),
            version=version,
            unasked=sets_unasked(request, response),
        )
        observing.fill(row, header, address, day, browser)
        if response.status_code == 404:
            row.page = typed.missing(row.page, row.browser or row.visitor)
        elif not aside:
            pages.send(page)
        if not row.program:
            if is_open(addresses.CLAUSE):
                row.address = observing.sealed(day, address, browser)
            _say_where_from(row, request, header("referer"))
        reached = [_goal(row, number, code) for number, code in enumerate(visit.goals, 1)]
        if visit.searched:
            said = _goal(row, len(reached) + 1, days.SEARCH)
            said.before = typed.kept(visit.searched, row.browser or row.visitor)
            said.seen = visit.searched.found
            reached.append(said)
        observing.put_away(day, *([row] if is_page(request, response) else []), *reached)
        if not aside and not row.program and page and not request.COOKIES.get(settings.SESSION_COOKIE_NAME):
            _note_title(page, response)


def word(request: HttpRequest) -> dict[str, Any] | None:
    """Return the word that a page carries for counting, or None where it is not counted."""
    visit = getattr(request, "visit", None)
    page = pages.shown(request.path)
    if (
        visit is None
        or not page
        or is_aside(request)
        or request.method != "GET"
        or not (version := counting())
    ):
        return None
    token = tokens.Token(
        view=visit.view,
        issued=int(time.time()),
        flags=flags_of(request, number_of(request)),
        version=version,
        page=page,
    )
    return {"token": tokens.write(token)}


def is_open(clause: str) -> bool:
    """Say whether something may be taken under a clause: it is in force, and not stopped for being broken."""
    try:
        evidence.demand_open(clause)
    except (gate.Closed, evidence.Stopped):
        return False
    return True


def counting() -> int:
    """Return the version under which views are counted now; 0 where none allows it."""
    return gate.force().number if is_open(CLAUSE) else 0


def number_of(request: HttpRequest) -> int:
    """Return the number of a browser that says yes, while that may be taken; else 0."""
    number = remembering.number_of(request)
    return number if number and is_open(remembering.CLAUSE) else 0


def is_page(request: HttpRequest, response: HttpResponse) -> bool:
    """Say whether an answer is a page that somebody looks at: no file, no fragment, nothing fetched ahead."""
    if response.status_code in (204, 301, 302, 303, 304, 307, 308):
        return False
    if "HX-Request" in request.headers or "prefetch" in request.headers.get("Sec-Purpose", ""):
        return False
    if request.method not in ("GET", "POST"):
        return False
    return response.headers.get("Content-Type", "").startswith("text/html")


def is_aside(request: HttpRequest) -> bool:
    """Say whether a page is one of the back office, which belongs to no visit."""
    return request.path.startswith(STAFF_ONLY)


def flags_of(request: HttpRequest, browser: int) -> int:
    """Return what a page's word says of its browser. Who works here is asked only where somebody signs in."""
    flags = tokens.REMEMBERED if browser else 0
    if request.COOKIES.get(settings.SESSION_COOKIE_NAME) and hasattr(request, "user") and role_of(request):
        flags |= tokens.STAFF
    return flags


def sets_unasked(request: HttpRequest, response: HttpResponse) -> bool:
    """Say whether an answer sets a cookie that nobody asked for: none of ours, or a number without a yes."""
    for name, morsel in response.cookies.items():
        if not morsel.value or morsel["max-age"] == 0:
            continue  # it is taken away
        if name not in EXPECTED:
            return True
        if name == remembering.COOKIE and not _says_yes(request, response):
            return True
    return False


def _says_yes(request: HttpRequest, response: HttpResponse) -> bool:
    said = response.cookies.get(choice.COOKIE)
    return (said.value if said else choice.answer_of(request)) == choice.YES


def _say_number(response: HttpResponse, visit: Visit) -> None:
    """Write the number onto the page of a failure, which is drawn without the request."""
    if not response.streaming and response.headers.get("Content-Type", "").startswith("text/html"):
        said = html.escape(_("Request %(name)s") % {"name": visit.name})
        line = f'<p class="wrap tiny soft">{said}</p></main>'.encode()
        if b"</main>" in response.content and visit.name.encode() not in response.content:
            response.content = response.content.replace(b"</main>", line, 1)
            if "Content-Length" in response:
                response["Content-Length"] = str(len(response.content))


def _say_where_from(row: observing.Row, request: HttpRequest, referrer: str) -> None:
    own = request.get_host().partition(":")[0]
    before = sources.inside(referrer, own)
    row.before = pages.reported(before)
    source = sources.read(referrer, request.META.get("QUERY_STRING", ""), own)
    row.source, row.kind, row.referrer = source.name, source.kind, source.page
    row.medium, row.campaign = source.medium, source.campaign


def _goal(row: observing.Row, number: int, code: str) -> observing.Row:
    kept = ("ms", "visitor", "browser", "page", "flags", "version", "program", "country", "device")
    said: dict[str, Any] = {name: getattr(row, name) for name in (*kept, "software", "system")}
    said["flags"] &= ~tokens.ASIDE
    return observing.Row(id=(row.id + number) & (2**63 - 1), what="goal", goal=code, **said)


def _note_title(page: str, response: HttpResponse) -> None:
    if response.streaming or _titles.get(page):
        return
    if found := TITLE.search(response.content[:4096]):
        title = html.unescape(found[1].decode("utf-8", "replace")).strip()
        title = title.removesuffix(f": {look.business().name}")
        _titles[page] = title
        inbox.writer().title(page, title)


_titles: dict[str, str] = {}
"""Titles that this process has noted already; a page that is renamed is noted by the next one."""


def forget_titles() -> None:
    """Note every title anew."""
    _titles.clear()
