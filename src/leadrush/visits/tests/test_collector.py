"""The collector takes what our own pages report, and answers everything else with a clear word."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from leadrush.visits import days, inbox, pages, tokens
from leadrush.visits.collector import Collector
from leadrush.visits.tests.conftest import AGENT, FILES, House

pytestmark = [pytest.mark.usefixtures("house"), FILES]


def word(view: int = 4711, *, ago: float = 0, flags: int = 0, page: str = "/webinars/") -> str:
    return tokens.write(tokens.Token(view, int(time.time() - ago), flags, 1, page))


def ask(
    body: bytes | str | dict[str, Any] = b"",
    *,
    method: str = "POST",
    path: str = "/collect",
    query: str = "",
    near: str = "192.0.2.7",
    **headers: str,
) -> tuple[int, str]:
    """Send one request to the collector; return status and text."""
    if isinstance(body, dict):
        body = json.dumps(body)
    held = body.encode() if isinstance(body, str) else body
    sent = {"user-agent": AGENT, **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "client": (near, 50000),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
    }
    answer: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": held, "more_body": False}

    async def send(message: Any) -> None:
        answer.append(message)

    asyncio.run(Collector()(scope, receive, send))
    return answer[0]["status"], answer[1]["body"].decode("latin-1")


def test_what_a_page_reports_is_on_the_disk_when_it_is_answered() -> None:
    assert ask({"token": word(), "kind": "heard"}) == (204, "")
    with sqlite3.connect(inbox.file()) as held:
        ((body,),) = held.execute("SELECT body FROM inbox").fetchall()
    told = json.loads(body)
    assert (told["id"], told["what"], told["page"], told["software"]) == (
        4711,
        "heard",
        "/webinars/",
        "Chrome",
    )


def test_neither_the_address_nor_the_user_agent_is_ever_written(visits: Any) -> None:
    ask({"token": word(), "kind": "heard"})
    for file in visits.rglob("*"):
        if file.is_file():
            assert b"192.0.2.7" not in file.read_bytes()
            assert b"AppleWebKit" not in file.read_bytes()


@pytest.mark.parametrize("forge", ["", "AAAA", "changed", "é" * 30, "A" * 3000])
def test_a_word_that_this_site_did_not_write_is_refused(forge: str) -> None:
    token = word()[:-2] + "xx" if forge == "changed" else forge
    assert ask({"token": token, "kind": "heard"}) == (403, "This site did not write that word.\n")


def test_a_page_older_than_a_day_and_one_from_the_future_are_refused() -> None:
    assert ask({"token": word(ago=25 * 3600), "kind": "heard"})[0] == 410
    assert ask({"token": word(ago=-3600), "kind": "heard"})[0] == 410
    assert ask({"token": word(ago=3 * 3600), "kind": "heard"})[0] == 204


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"\xff\xfe\x00", b'{"token": 5, "kind": "heard"}', b'{"kind": "heard"}',
        b'{"token": "\xff", "kind": "heard"}', b"null", b'{"token": "x", "kind": "steal"}', b"9" * 4000,
    ],
)  # fmt: skip
def test_what_is_no_report_gets_a_word_and_no_500(body: bytes) -> None:
    status, text = ask(body)
    assert status == 400
    assert "JSON object" in text


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "view"}, {"kind": "view", "n": 51}, {"kind": "view", "n": -1}, {"kind": "time", "seen": -1},
        {"kind": "time", "seen": 90_000_000}, {"kind": "begin", "goal": "no.such"}, {"kind": "begin"},
    ],
)  # fmt: skip
def test_what_no_script_of_ours_says_is_refused(more: dict[str, Any]) -> None:
    assert ask({"token": word(), **more})[0] == 400


def test_a_megabyte_is_refused_before_it_is_read_and_while_it_is() -> None:
    assert ask(b"x" * 1_000_000)[0] == 413
    assert ask(b"x", content_length="1000000")[0] == 413


def test_a_page_of_another_site_reports_nothing_here() -> None:
    assert ask({"token": word(), "kind": "heard"}, sec_fetch_site="cross-site")[0] == 403


def test_other_methods_get_a_word() -> None:
    assert ask(method="GET")[0] == 405
    assert ask(method="POST", path="/collect/dot")[0] == 405


def test_a_browser_without_script_fetches_a_dot() -> None:
    status, picture = ask(method="GET", path="/collect/dot", query=f"t={word()}")
    assert (status, picture[:3]) == (200, "GIF")
    assert ask(method="GET", path="/collect/dot", query="t=nothing")[0] == 403
    assert ask(method="GET", path="/collect/dot")[0] == 403


def test_a_replayed_report_counts_once(house: House) -> None:
    token = word()
    pages.send("/privacy/")
    for _again in range(5):
        ask({"token": token, "kind": "heard"})
        ask({"token": token, "kind": "view", "n": 1, "page": "/privacy/"})
    house.make()
    assert sorted(house.rows("page")) == [("/privacy/",), ("/webinars/",)]


def test_a_name_that_is_reported_as_a_page_or_as_the_one_before_is_not_kept(house: House) -> None:
    name = "/webinars/ana-brightwater/"
    ask({"token": word(), "kind": "view", "n": 1, "page": name, "before": name})
    Client(headers={"user-agent": AGENT, "referer": f"http://testserver{name}"}).get("/privacy/")
    house.make()
    kept = str(house.rows("page, said"))
    assert "/privacy/" in kept
    assert "ana" not in kept


def test_the_address_of_a_page_that_is_not_there_is_kept_once_three_browsers_asked_for_it(
    house: House,
) -> None:
    for number in range(3):
        browser = Client(headers={"user-agent": f"{AGENT} Test/{number}"})
        for _twice in range(2):
            assert browser.get("/old-page/").status_code == 404
        if number < 2:
            assert browser.get("/webinars/ana-brightwater/").status_code == 404
    house.make()
    kept = [page for (page,) in house.rows("page")]
    assert (kept.count("/old-page/"), kept.count("/…")) == (2, 6)


def test_a_page_that_is_none_of_ours_is_not_believed(house: House) -> None:
    ask({"token": word(), "kind": "view", "n": 1, "page": "/sign-in/with/a-secret-word-that-lets-in-4f/"})
    ask({"token": word(), "kind": "view", "n": 2, "page": "/no/such/page?email=ana@mail.example"})
    ask({"token": word(), "kind": "view", "n": 3, "page": "//evil.example/" + "x" * 3000})
    house.make()
    assert {page for (page,) in house.rows("page")} <= {"/sign-in/with/…/", "/webinars/"}


def test_a_forwarded_address_counts_from_the_one_proxy_alone(house: House, settings: Any) -> None:
    def visitor(near: str, forwarded: str) -> int:
        view = hash((near, forwarded)) & (2**62 - 1)
        ask({"token": word(view), "kind": "heard"}, near=near, x_forwarded_for=forwarded)
        house.make()
        return int(house.rows("visitor", f"id = {view}")[0][0])

    spoofed = {visitor("192.0.2.7", f"198.51.100.{number}") for number in range(5)}
    assert len(spoofed) == 1
    settings.PROXY = "192.0.2.7"
    assert len({visitor("192.0.2.7", f"evil, 198.51.100.{number}") for number in range(5)}) == 5
    assert visitor("192.0.2.7", "203.0.113.5, 198.51.100.1") == visitor("192.0.2.7", "evil, 198.51.100.1")


def test_a_full_disk_is_said_and_nothing_is_taken_for_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(inbox, "_write", full)
        assert ask({"token": word(), "kind": "heard"})[0] == 503
    assert ask({"token": word(), "kind": "heard"})[0] == 204


def test_a_browser_is_known_by_its_number_only_while_it_says_yes(house: House, settings: Any) -> None:
    from leadrush.visits import remembering

    cookie = f"choice=yes; browser={remembering.write(99)}"
    cases: Iterator[tuple[int, dict[str, str], int]] = iter(
        [
            (tokens.REMEMBERED, {"cookie": cookie}, 99),
            (0, {"cookie": cookie}, 0),
            (tokens.REMEMBERED, {"cookie": cookie.replace("yes", "no")}, 0),
            (tokens.REMEMBERED, {"cookie": cookie, "sec_gpc": "1"}, 0),
            (tokens.REMEMBERED, {"cookie": "choice=yes; browser=forged"}, 0),
            (tokens.REMEMBERED, {"cookie": "choice=yes; browser=" + "A" * 22}, 0),
            (tokens.REMEMBERED, {"cookie": '=;"\\;' + cookie[:9]}, 0),
        ]
    )
    for number, (flags, headers, expected) in enumerate(cases, 1):
        ask({"token": word(number, flags=flags), "kind": "heard"}, **headers)
        house.make()
        assert house.rows("coalesce(browser, 0)", f"id = {number}") == [(expected,)], headers


def test_the_same_browser_has_another_number_on_another_day_and_none_can_be_made_again(
    house: House, today: Any, visits: Any
) -> None:
    from datetime import UTC, datetime

    from leadrush.gate import tasks
    from leadrush.visits import salts

    numbers = []
    for day in (20, 21):
        with today(datetime(2026, 11, day, 12, tzinfo=UTC)):
            ask({"token": word(day), "kind": "heard"})
            house.make()
            numbers.append(house.rows("visitor", f"id = {day}")[0][0])
            tasks.get("visits.forget_words").run()
            assert [file.name for file in salts.folder().iterdir()] == [f"2026-11-{day}"]
    assert numbers[0] != numbers[1]


def test_a_time_is_counted_for_the_day_on_which_its_page_was_sent(house: House, today: Any) -> None:
    from datetime import UTC, datetime

    with today(datetime(2026, 11, 20, 23, 59, 30, tzinfo=UTC)):
        token = word(5)
        ask({"token": token, "kind": "heard"})
    with today(datetime(2026, 11, 21, 0, 0, 30, tzinfo=UTC)):
        ask({"token": token, "kind": "time", "seen": 60_000})
        house.make()
    assert house.rows("day, stay") == [(datetime(2026, 11, 20).date(), 60_000)]
    assert days.there() == [datetime(2026, 11, 20).date()]
