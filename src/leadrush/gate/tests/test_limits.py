"""Trying too often is stopped, by place, and nobody can read from the count whose place it was."""

from __future__ import annotations

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
def send(request: HttpRequest) -> HttpResponse:
    return HttpResponse("sent")


def test_the_fourth_try_from_one_place_is_stopped_and_another_place_goes_on() -> None:
    for _ in range(3):
        assert send(rf.post("/", REMOTE_ADDR="203.0.113.9")).status_code == 200
    with pytest.raises(Ratelimited):
        send(rf.post("/", REMOTE_ADDR="203.0.113.9"))
    assert send(rf.post("/", REMOTE_ADDR="203.0.113.10")).status_code == 200


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
    with time_machine.travel("2026-11-22 12:00Z"):
        today, again = limits.place("x", request), limits.place("x", request)
    with time_machine.travel("2026-11-23 12:00Z"):
        tomorrow = limits.place("x", request)
    assert today == again != tomorrow


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
