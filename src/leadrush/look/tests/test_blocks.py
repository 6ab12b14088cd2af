"""A section that a room brings stands on a page only while the room is there and has something to say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.http import HttpRequest

from leadrush.look import blocks, sitemap


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(blocks, "_blocks", {})
    monkeypatch.setattr(sitemap, "_sources", {})
    yield


def test_a_room_that_is_gone_or_has_nothing_to_say_leaves_no_gap(get: Callable[[str], HttpRequest]) -> None:
    blocks.register("tests.quiet", "Quiet", "look/messages.html", lambda request: None)
    blocks.register(
        "tests.says", "Says", "look/messages.html", lambda request: {"messages": [f"At {request.path}"]}
    )
    assert blocks.choices() == [("tests.quiet", "Quiet"), ("tests.says", "Says")]
    assert blocks.render("tests.quiet", get("/")) == ""
    assert blocks.render("tests.gone", get("/")) == ""
    assert "At /there/" in blocks.render("tests.says", get("/there/"))


def test_every_part_tells_its_public_addresses() -> None:
    then = datetime(2026, 11, 22, tzinfo=UTC)
    sitemap.register("b", lambda: [("/b/", None)])
    sitemap.register("a", lambda: [("/a/", then)])
    assert sitemap.addresses() == [("/a/", then), ("/b/", None)]
