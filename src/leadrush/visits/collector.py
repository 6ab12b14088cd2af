"""`/collect`: what a page's script reports, taken beside Django in the process that serves the pages.

POST a JSON object of at most 4 kB: `token` (the page's word), `kind` (`heard`, `time`, `view`, `begin`), and
as the kind asks `n` (which view of this page, from 0), `seen` (milliseconds in view so far), `page` and
`before` (paths on this site), `goal`. The answer is 204 when it is on the disk; 400 what is no report, 403 a
word that this site did not write or a report from another site, 410 a page older than a day, 413 more than
4 kB, 503 when nothing can be written. GET `/collect/dot?t=WORD` is the same for a browser without script.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Literal
from urllib.parse import parse_qs

import msgspec

from leadrush.gate import limits
from leadrush.visits import goals, inbox, observing, pages, tokens

LONGEST = 4096  # bytes of a report
VIEWS = 50  # further views that one page may report: going back, single-page changes
A_DAY = 24 * 3600 * 1000
DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
PATH, PICTURE = "/collect", "/collect/dot"

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Report(msgspec.Struct):
    """What a page's script says."""

    token: str
    kind: Literal["heard", "time", "view", "begin"]
    n: int = 0
    seen: int = 0
    page: str = ""
    before: str = ""
    goal: str = ""


class Unheard(Exception):
    """A report that is not taken: status and the sentence that says why."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


read_report = msgspec.json.Decoder(Report).decode


def further(view: int, n: int) -> int:
    """Return the number of a page's view `n`; the first has the page's own."""
    return view if not n else (view * 1_000_003 + n) & (2**63 - 1)


def row_of(report: Report, token: tokens.Token, at: float) -> observing.Row:
    """Return what a report says as a row. Raises `Unheard` for what no script of ours says."""
    if not 0 <= report.n <= VIEWS or not 0 <= report.seen <= A_DAY:
        raise Unheard(400, "A view has a number from 0 to 50, and lasts from 0 ms to a day.")
    row = observing.Row(
        id=further(token.view, report.n),
        what=report.kind,
        ms=int(at * 1000),
        page=token.page,
        flags=token.flags,
        version=token.version,
    )
    match report.kind:
        case "heard" | "view" if report.n:
            row.what, row.page = "view", pages.reported(report.page) or token.page
            row.before = pages.reported(report.before) if report.before else token.page
        case "view":
            raise Unheard(400, "A further view has a number from 1 on.")
        case "time":
            row.seen = report.seen
        case "begin":
            if not goals.known(report.goal):
                raise Unheard(400, "No room has this goal.")
            row.goal = report.goal
    return row


class Collector:
    """Answers what is below `/collect`."""

    def takes(self, path: str) -> bool:
        """Say whether a path is the collector's."""
        return path in (PATH, PICTURE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            headers[name] = headers[name] + b"," + value if name in headers else value

        def header(name: str) -> str:
            return headers.get(name.encode(), b"").decode("latin-1")

        try:
            if scope["path"] == PICTURE:
                await self._dot(scope, header)
            elif scope["method"] == "POST":
                await self._report(scope, receive, header)
            else:
                raise Unheard(405, "Reports are sent with POST.")
        except Unheard as fault:
            await _answer(send, fault.status, fault.words.encode() + b"\n", b"text/plain; charset=utf-8")
        except inbox.Full:
            await _answer(send, 503, b"Nothing can be written just now.\n", b"text/plain; charset=utf-8")
        else:
            if scope["path"] == PICTURE:
                await _answer(send, 200, DOT, b"image/gif")
            else:
                await _answer(send, 204, b"", b"")

    async def _report(self, scope: Scope, receive: Receive, header: observing.Header) -> None:
        if header("sec-fetch-site") in ("cross-site", "same-site"):
            raise Unheard(403, "Pages of other sites report nothing here.")
        body = await _body(receive, header)
        try:
            report = read_report(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Unheard(400, "A report is a JSON object: see the description of this address.") from None
        await self._take(scope, header, report)

    async def _dot(self, scope: Scope, header: observing.Header) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            raise Unheard(405, "The dot is fetched with GET.")
        word = parse_qs(scope["query_string"].decode("latin-1")).get("t", [""])[0]
        await self._take(scope, header, Report(token=word, kind="heard"), "dot")

    async def _take(self, scope: Scope, header: observing.Header, report: Report, what: str = "") -> None:
        at, today = observing.now()
        try:
            token = tokens.read(report.token, at)
        except tokens.Forged:
            raise Unheard(403, "This site did not write that word.") from None
        except tokens.Expired:
            raise Unheard(410, "That page was sent more than a day ago.") from None
        row = row_of(report, token, at)
        row.what = what or row.what
        if report.kind != "time":
            remembered = observing.allowed(header) if token.flags & tokens.REMEMBERED else 0
            near = scope["client"][0] if scope.get("client") else ""
            observing.fill(row, header, limits.told(near, header("x-forwarded-for")), today, remembered)
        # Whatever is said of a view belongs to the day on which its page was sent.
        day = today if row.what == "view" else observing.day_of(token.issued)
        await inbox.writer().accept((day.isoformat(), observing.encode(row)))


async def _body(receive: Receive, header: observing.Header) -> bytes:
    declared = header("content-length")
    if declared.isdigit() and int(declared) > LONGEST:
        raise Unheard(413, "A report has at most 4 kB.")
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Unheard(400, "The report did not arrive whole.")
        body += message.get("body", b"")
        if len(body) > LONGEST:
            raise Unheard(413, "A report has at most 4 kB.")
        more = message.get("more_body", False)
    return body


async def _answer(send: Send, status: int, body: bytes, kind: bytes) -> None:
    headers = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
    if status != 204:
        headers += [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
