"""One request to Janus, and its answer.

What Janus does at once it answers at once. What takes longer it only acknowledges; the outcome comes with the
next events of the session, which are asked for until the one with our transaction is among them.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from leadrush.live.plane.provider import Gone, Refused, Unreachable, Why

PATIENCE = 5.0  # seconds for what Janus does at once
OUTCOME = 10.0  # seconds for what it only acknowledges
IDLE = 60.0  # seconds after which a connection is not trusted to be open any more; Janus closes it after 120

SESSION_OVER = {458, 459}
CLOSED_TO_US = {403, 405}
UNREADABLE = {454, 464, 465}
NO_ROOM = 426
PLUGIN_REASONS = {
    428: Why.NOBODY,
    432: Why.FULL,
    435: Why.NOBODY,
    436: Why.TAKEN,
    437: Why.UNREADABLE,
    431: Why.UNREADABLE,
}

Words = dict[str, Any]


class SessionOver(Gone):
    """The session itself is gone, not only the room: Janus has started anew, or nobody asked for a minute."""


@dataclass(frozen=True)
class Host:
    """A machine with Janus: where it listens for us, and what it asks of us."""

    name: str
    url: str
    """Of its interface, as `http://127.0.0.1:8088`."""
    admin_url: str
    secret: str = field(repr=False)
    admin_secret: str = field(repr=False)
    room_key: str = field(repr=False)
    """What it asks of whoever makes a room, forwards media, or makes a mountpoint."""
    recordings: str = ""
    """The folder on that machine in which each room gets a folder of its own."""
    media_address: str = "127.0.0.1"
    """Where it takes media of other hosts: an address within the private network."""


@dataclass(frozen=True)
class Outcome:
    """What a plugin said, and the SDP that came with it."""

    data: Words
    sdp: str = ""


class _Lines(threading.local):
    """The open connections of one thread, with the moment each was used last."""

    def __init__(self) -> None:
        self.open: dict[str, tuple[http.client.HTTPConnection, float]] = {}


_lines = _Lines()


def _exchange(method: str, url: str, path: str, body: Words | None, patience: float) -> Any:
    """Send one request, over the thread's connection if it is open, and return the JSON of the answer."""
    where = urlsplit(url)
    sent = None if body is None else json.dumps(body).encode()
    until = time.monotonic() + patience
    while True:
        line, used = _lines.open.pop(where.netloc, (None, 0.0))
        if line is not None and time.monotonic() - used > IDLE:
            line.close()
            line = None
        fresh = line is None
        if line is None:
            kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
            line = kind(where.netloc)
        # Connecting, too, ends in time.
        line.timeout = max(0.1, until - time.monotonic())
        try:
            if line.sock is not None:
                line.sock.settimeout(line.timeout)
            line.request(method, path, sent, {"Content-Type": "application/json"} if sent else {})
            answer = json.loads(line.getresponse().read())
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            line.close()
            if not fresh:  # it was closed while it lay idle, or Janus has started anew: nothing was done
                continue
            raise Unreachable(
                f"The media server closed the connection ({type(error).__name__}).", url
            ) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            line.close()
            raise Unreachable(f"The media server does not answer ({type(error).__name__}).", url) from None
        _lines.open[where.netloc] = (line, time.monotonic())
        return answer


def _judged(answer: Any) -> Words:
    """Return an answer of Janus's core; raise what it stands for if it is an error."""
    if not isinstance(answer, dict):
        raise Unreachable("What answers is no media server.")
    if answer.get("janus") != "error":
        return answer
    error = answer.get("error") or {}
    code, reason = error.get("code"), str(error.get("reason", ""))
    if code in SESSION_OVER:
        raise SessionOver("The session is over.")
    if code in CLOSED_TO_US:
        raise Unreachable("The media server does not take our secret: another one listens there.")
    raise Refused(Why.UNREADABLE if code in UNREADABLE else Why.OTHER, reason)


def _judged_plugin(data: Words) -> Words:
    """Return what a plugin said; raise what it stands for if it is an error."""
    code = data.get("error_code")
    if code is None:
        return data
    if code == NO_ROOM:
        raise Gone("The room is not there.")
    raise Refused(PLUGIN_REASONS.get(code, Why.OTHER), str(data.get("error", "")))


def ask(host: Host, path: str, body: Words, *, admin: bool = False, patience: float = PATIENCE) -> Words:
    """Ask Janus's core (`/janus...`) or its other interface (`admin`), and return the answer."""
    secret = {"admin_secret": host.admin_secret} if admin else {"apisecret": host.secret}
    whole = {"transaction": secrets.token_hex(8), **secret, **body}
    url, base = (host.admin_url, "/admin") if admin else (host.url, "/janus")
    return _judged(_exchange("POST", url, base + path, whole, patience))


def attach(host: Host, plugin: str) -> tuple[int, int]:
    """Begin a session with one handle for a plugin; it lasts 60 seconds after the last request."""
    session = int(ask(host, "", {"janus": "create"})["data"]["id"])
    return session, attached(host, session, plugin)


def attached(host: Host, session: int, plugin: str) -> int:
    """Return one more handle for a plugin, in a session that there is."""
    made = ask(host, f"/{session}", {"janus": "attach", "plugin": f"janus.plugin.{plugin}"})
    return int(made["data"]["id"])


def tell(host: Host, session: int, handle: int, body: Words, jsep: Words | None = None) -> Outcome:
    """Send a plugin a message and return what came of it, now or with the session's events."""
    transaction = secrets.token_hex(8)
    message: Words = {"janus": "message", "transaction": transaction, "body": body}
    if jsep is not None:
        message["jsep"] = jsep
    answer = ask(host, f"/{session}/{handle}", message)
    if answer.get("janus") == "success":
        return Outcome(_judged_plugin(answer["plugindata"]["data"]))
    path = f"/janus/{session}?" + urlencode({"apisecret": host.secret, "maxev": 20})
    until = time.monotonic() + OUTCOME
    while (left := until - time.monotonic()) > 0:
        events = _exchange("GET", host.url, path, None, left)
        for event in events if isinstance(events, list) else [_judged(events)]:
            if event.get("janus") == "timeout":
                raise SessionOver("The session is over.")
            if event.get("transaction") != transaction:
                continue  # of an earlier request, or about the connection: `alive` says how that is
            data = _judged_plugin((_judged(event).get("plugindata") or {}).get("data") or {})
            return Outcome(data, (event.get("jsep") or {}).get("sdp", ""))
    raise Unreachable("The media server did not say what came of it.", host.url)


def end(host: Host, session: int) -> None:
    """End a session and all its connections; twice is once."""
    with contextlib.suppress(Gone):
        ask(host, f"/{session}", {"janus": "destroy"})
