"""Whoever has a word gets the file, whole or a stretch of it, until the word is over."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import storages
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadrush import media
from leadrush.media import keeping, links
from leadrush.media.models import File
from leadrush.media.tests.conftest import Keeping, packed, pdf

pytestmark = pytest.mark.usefixtures("published")


def get(path: str, **headers: str) -> Any:
    return Client().get(path, headers=headers)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def file_is_there(file: File) -> bool:
    return storages["away" if file.away else "files"].exists(file.place)


def linked(file: File, **more: Any) -> str:
    return media.link(file, name="a guide.pdf", room="tests", **more)


def test_a_link_gives_the_whole_file_to_be_saved_under_its_name(kept: Keeping) -> None:
    content = pdf(200_000)
    answer = get(linked(kept(content)))
    assert body(answer) == content
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a%20guide.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_same_content_is_kept_once_and_goes_with_the_last_that_points_at_it(
    kept_here: Keeping, shelf: Path
) -> None:
    one, two = kept_here(), kept_here()
    assert one == two
    (lies,) = [path for path in shelf.rglob("*") if path.is_file()]
    assert lies.name == hashlib.sha256(pdf()).hexdigest()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_let_go_is_gone_from_the_disk(kept: Keeping, shelf: Path) -> None:
    file = kept(packed(a=b"words"))
    link = linked(file)
    assert keeping.let_go(file)
    assert not file_is_there(file)
    assert not [path for path in shelf.rglob("*") if path.is_file()]
    assert get(link).status_code == 410


def test_a_file_whose_row_was_lost_is_found_by_the_next_upload(kept: Keeping) -> None:
    File.objects.filter(pk=kept().pk).delete()
    assert body(get(linked(kept()))) == pdf()


def test_a_word_that_is_over_or_was_not_written_here_gives_nothing(kept: Keeping) -> None:
    link = linked(kept(), lasts=timedelta(hours=1))
    with time_machine.travel(timedelta(hours=1, seconds=5).total_seconds() + __import__("time").time()):
        assert get(link).status_code == 410
        assert "This link is over" in get(link).content.decode()
    word = link.split("/")[2]
    for forged in (word[:-1] + ("A" if word[-1] != "A" else "B"), "x", word.replace(":", ""), word * 9):
        assert get(f"/files/{forged}/a.pdf").status_code == 404


@given(start=st.integers(0, 400), length=st.integers(1, 400))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_stretch_is_exactly_what_was_asked_for(kept: Keeping, start: int, length: int) -> None:
    content = bytes(range(256)) + b"more"
    whole = pdf(len(content), content)
    answer = get(linked(kept(whole)), range=f"bytes={start}-{start + length - 1}")
    if start >= len(whole):
        assert answer.status_code == 416
        assert answer.headers["Content-Range"] == f"bytes */{len(whole)}"
        return
    wanted = whole[start : start + length]
    assert body(answer) == wanted
    assert answer.headers["Content-Length"] == str(len(wanted))
    if len(wanted) < len(whole):
        assert answer.status_code == 206
        assert answer.headers["Content-Range"] == f"bytes {start}-{start + len(wanted) - 1}/{len(whole)}"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("bytes=-10", 206),
        ("bytes=5-", 206),
        ("bytes=0-0", 206),
        ("bytes=-0", 200),
        ("bytes=9999-", 416),
        ("bytes=5-2", 200),
        ("bytes=a-b", 200),
        ("lines=1-2", 200),
        ("bytes=0-1,4-5", 200),
        ("bytes=" + "9" * 400 + "-", 416),
        ("", 200),
    ],
)
def test_whatever_range_is_asked_for_gets_an_answer(kept: Keeping, asked: str, status: int) -> None:
    assert get(linked(kept()), range=asked).status_code == status


def test_a_stretch_of_another_version_is_the_whole_file(kept: Keeping) -> None:
    file = kept()
    again = {"range": "bytes=0-4", "if-range": '"another"'}
    assert get(linked(file), **again).status_code == 200
    assert get(linked(file), **(again | {"if-range": f'"{file.digest}"'})).status_code == 206


def test_taking_is_counted_once_however_many_stretches_a_browser_asks_for(
    kept: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    monkeypatch.setitem(links._taken, "tests", lambda request, about: counted.append(about))
    link = linked(kept(), about="7")
    for asked in ("bytes=0-99", "bytes=100-199", "bytes=200-"):
        get(link, range=asked)
    Client().head(link)
    assert counted == ["7"]
