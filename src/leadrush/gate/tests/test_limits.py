"""Trying too often is stopped, by place, and nobody can read from the count whose place it was."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django_ratelimit.exceptions import Ratelimited

from leadrush.gate import limits

rf = RequestFactory()


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


@limits.limit("tests.send", "3/10m")
def send(request: HttpRequest, *names: str, **more: str) -> HttpResponse:
    """Send what is asked for."""
    return HttpResponse(" ".join(["sent", *names, *more.values()]))


def test_a_limited_view_is_still_itself() -> None:
    assert send(rf.post("/"), "a", b="c").content == b"sent a c"
    assert (send.__name__, send.__doc__) == ("send", "Send what is asked for.")


def test_the_fourth_try_from_one_place_is_stopped_and_another_place_goes_on() -> None:
    for _ in range(3):
        assert send(rf.post("/", REMOTE_ADDR="203.0.113.9")).status_code == 200
    with pytest.raises(Ratelimited):
        send(rf.post("/", REMOTE_ADDR="203.0.113.9"))
    assert send(rf.post("/", REMOTE_ADDR="203.0.113.10")).status_code == 200


def test_who_tries_too_often_is_told_when_the_count_begins_again() -> None:
    with time_machine.travel(1795348800, tick=False):
        for _ in range(3):
            send(rf.post("/", REMOTE_ADDR="203.0.113.9"))
        with pytest.raises(limits.TooOften) as stopped:
            send(rf.post("/", REMOTE_ADDR="203.0.113.9"))
    over = 1795348800 + stopped.value.seconds
    with time_machine.travel(over - 1, tick=False), pytest.raises(limits.TooOften):
        send(rf.post("/", REMOTE_ADDR="203.0.113.9"))
    with time_machine.travel(over, tick=False):
        assert send(rf.post("/", REMOTE_ADDR="203.0.113.9")).status_code == 200


def test_reading_is_not_counted() -> None:
    for _ in range(9):
        assert send(rf.get("/", REMOTE_ADDR="203.0.113.9")).status_code == 200


def test_who_has_one_ipv6_address_cannot_use_its_neighbours() -> None:
    for last in "123":
        send(rf.post("/", REMOTE_ADDR=f"2001:db8:1:2::{last}"))
    with pytest.raises(Ratelimited):
        send(rf.post("/", REMOTE_ADDR="2001:db8:1:2:ffff::4"))
    assert send(rf.post("/", REMOTE_ADDR="2001:db8:1:3::1")).status_code == 200


def test_nothing_that_is_counted_with_names_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []
    add = cache.add
    monkeypatch.setattr(cache, "add", lambda key, *a, **k: (kept.append(str(key)), add(key, *a, **k))[1])
    request = rf.post("/", REMOTE_ADDR="203.0.113.9")
    send(request)
    assert kept and not any("203.0.113.9" in key for key in kept)


def test_tomorrow_the_same_place_has_another_mark() -> None:
    request = rf.post("/", REMOTE_ADDR="203.0.113.9")
    marks = []
    for moment in ("22 00:00:00Z", "22 12:00:00.5Z", "22 23:59:59Z", "23 00:00:00Z", "22 12:00:00Z"):
        with time_machine.travel(f"2026-11-{moment}", tick=False):
            marks.append(limits.place("x", request))
    first, noon, last, tomorrow, after = marks
    assert first == noon == last
    assert len({first, tomorrow, after}) == 3, "a key that was thrown away came back"


def test_a_mark_is_short_and_does_not_say_what_it_is_of() -> None:
    with time_machine.travel("2026-11-22 12:00Z"):
        assert limits.mark("a") == limits.mark("a") != limits.mark("b")
        assert re.fullmatch("[0-9a-f]{32}", limits.mark("a"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unix:", "nowhere"),
        ("", "nowhere"),
    ],
)
def test_a_place_is_an_address_or_the_network_that_one_has_with_it(text: str, place: str) -> None:
    assert limits.network(text) == place


def test_who_has_no_address_counts_as_one_place() -> None:
    request = rf.post("/")
    del request.META["REMOTE_ADDR"]
    assert limits.address(request) == ""


def test_only_the_named_methods_are_counted() -> None:
    for make in (rf.get, rf.head, rf.post):
        limits.check(make("/"), "tests.page", "2/1h", methods=("GET", "HEAD"))
    for make in (rf.get, rf.head):
        with pytest.raises(Ratelimited):
            limits.check(make("/"), "tests.page", "2/1h", methods=("GET", "HEAD"))
    limits.check(rf.get("/"), "tests.other", "2/1h", methods=("GET", "HEAD"))


@pytest.mark.parametrize(
    ("proxy", "near", "forwarded", "place"),
    [
        ("", "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.2", "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.2", "10.0.0.2", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "10.0.0.2", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "10.0.0.2", None, "10.0.0.2"),
    ],
)
def test_only_the_one_proxy_is_believed_and_only_its_last_word(
    proxy: str, near: str, forwarded: str | None, place: str, settings: Any
) -> None:
    settings.PROXY = proxy
    more = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert limits.address(rf.post("/", REMOTE_ADDR=near, **more)) == place


def test_tries_at_one_thing_count_together_wherever_they_come_from() -> None:
    for last in range(3):
        limits.check(rf.post("/", REMOTE_ADDR=f"203.0.113.{last}"), "tests.code", "3/1h", what="an address")
    with pytest.raises(Ratelimited):
        limits.check(rf.post("/", REMOTE_ADDR="203.0.113.77"), "tests.code", "3/1h", what="an address")
    limits.check(rf.post("/", REMOTE_ADDR="203.0.113.77"), "tests.code", "3/1h", what="another")
