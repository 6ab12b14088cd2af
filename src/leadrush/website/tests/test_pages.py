"""What a visitor gets: pages without a cookie, without any other server, with the headers to hold them."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.test import Client, override_settings
from django.urls import get_resolver
from PIL import Image

from leadrush import gate
from leadrush.look import blocks
from leadrush.website import headers, pictures
from leadrush.website.models import ArticlePage, HomePage, Picture
from tests.rig.questions import asked

Browser = Callable[[str], Client]
PUBLIC = [
    "/", "/four-beds-four-years/", "/a-year-in-eight-lines/", "/articles/", "/privacy/", "/sign-in/",
    "/webinars/",
    "/no-such-page/", "/robots.txt", "/sitemap.xml", "/favicon.ico", "/edit/", "/console/", "/me/",
]  # fmt: skip


def directives(response: Any) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: value for name, _space, value in parts}


def running(page: BeautifulSoup) -> list[Any]:
    """Return the scripts that stand in the page itself and would run there."""
    return [s for s in page.find_all("script") if not s.get("src") and "json" not in s.get("type", "")]


def test_every_address_of_the_site_has_a_door() -> None:
    undeclared = [str(pattern.pattern) for pattern in gate.undeclared_views(get_resolver().url_patterns)]
    assert undeclared == []


def test_every_answer_holds_the_browser_to_this_site_and_sets_no_cookie(browser_of: Browser) -> None:
    for path in PUBLIC:
        response = browser_of("").get(path)
        told = directives(response)
        assert told["default-src"] == "'none'" and told["base-uri"] == "'none'", path
        assert told["script-src"] == told["style-src"] == told["connect-src"] == "'self'", path
        assert told["form-action"] == "'self'", path
        assert "unsafe" not in response["Content-Security-Policy"], path
        assert "http" not in response["Content-Security-Policy"], path
        assert response["X-Content-Type-Options"] == "nosniff", path
        assert response["Referrer-Policy"] in ("same-origin", "no-referrer"), path
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert "camera=()" in response["Permissions-Policy"], path
        assert not response.cookies, f"{path} sets {list(response.cookies)}"
        if not path.startswith("/edit/"):
            assert told["frame-ancestors"] == "'none'", path
            assert response["X-Frame-Options"] == "DENY", path


def test_no_page_loads_anything_from_elsewhere_or_runs_what_stands_in_it(browser_of: Browser) -> None:
    for path in [path for path in PUBLIC if "." not in path]:
        page = BeautifulSoup(browser_of("").get(path, follow=True).content, "html.parser")
        for tag in page.find_all(["script", "link", "img", "iframe", "source", "form"]):
            address = tag.get("src") or tag.get("href") or tag.get("action") or "/"
            assert address.startswith(("/", "#", "?")) and not address.startswith("//"), (path, tag)
        for tag in page.find_all(True):
            assert not [n for n in tag.attrs if n.startswith("on") or n == "style"], (path, tag)
        assert running(page) == [], path


def test_over_https_the_browser_is_told_to_stay_there(browser_of: Browser) -> None:
    client = browser_of("")
    with override_settings(SECURE_HSTS_SECONDS=31536000):
        over = Client()
        assert over.get("/", secure=True)["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Strict-Transport-Security" not in client.get("/", secure=True), "not on a site without TLS"


@pytest.mark.parametrize(
    ("proxy", "near", "secure"),
    [("10.0.0.2", "10.0.0.2", True), ("10.0.0.2", "203.0.113.9", False), ("", "", False)],
)
def test_nobody_but_the_proxy_is_believed_about_https(proxy: str, near: str, secure: bool, rf: Any) -> None:
    with override_settings(PROXY=proxy):
        request = rf.get(
            "/", REMOTE_ADDR=near, HTTP_X_FORWARDED_PROTO="https", HTTP_X_FORWARDED_FOR="1.2.3.4"
        )
        headers.Proxy(lambda r: r)(request)  # type: ignore[arg-type,return-value]
        assert request.is_secure() is secure
        assert ("HTTP_X_FORWARDED_FOR" in request.META) is secure


def test_the_first_page_has_one_headline_one_thing_to_do_and_the_clauses_that_hold(
    browser_of: Browser,
) -> None:
    page = BeautifulSoup(browser_of("").get("/").content, "html.parser")
    assert [h.text for h in page.find_all("h1")] == ["A plot you can keep up with."]
    assert page.select_one(".hero .btn")["href"] == "/webinars/"
    board = page.select_one("img.board")
    assert "24 numbered beds" in board["alt"]
    assert [a.text for a in page.select(".pieces h3 a")] == [
        "A year in eight lines",
        "Four beds, four years, one sheet of paper",
    ]
    marks = page.select(".counts .mark")
    assert len(marks) == 3
    assert all(mark["href"].startswith("/privacy/#") for mark in marks)


def test_a_button_whose_room_is_gone_is_not_shown(browser_of: Browser) -> None:
    HomePage.objects.update(action_path="/there-is-no-such-room/")
    page = BeautifulSoup(browser_of("").get("/").content, "html.parser")
    assert page.select_one(".hero .btn") is None
    assert page.select_one('.hero a[href="#articles"]')


def test_a_room_fills_its_section_of_the_first_page(
    browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "_blocks", {})
    client = browser_of("")
    assert b"From a room" not in client.get("/").content
    blocks.register(
        "webinars.next", "Next", "look/messages.html", lambda request: {"messages": ["From a room"]}
    )
    assert b"From a room" in client.get("/").content


def test_the_first_page_asks_the_database_the_same_number_of_questions_with_more_articles(
    browser_of: Browser,
) -> None:
    client = browser_of("")
    client.get("/")
    found = asked(lambda: client.get("/"))
    assert len(found) <= 14, "\n".join(found)


def test_an_article_cannot_take_the_address_of_a_room(site: None) -> None:
    home = HomePage.objects.get()
    page = ArticlePage(title="Console", slug="console", intro="Words.")
    with pytest.raises(ValidationError, match="Something else stands at this address"):
        home.add_child(instance=page)


def test_search_engines_find_pages_and_nothing_of_a_persons_own(browser_of: Browser) -> None:
    listed = browser_of("").get("/sitemap.xml").content.decode()
    assert "/a-year-in-eight-lines/</loc>" in listed
    assert not re.search(r"/(me|console|edit|sign-in)/", listed)
    robots = browser_of("").get("/robots.txt").content.decode()
    assert "Disallow: /me/" in robots and "Sitemap: http" in robots


def test_a_picture_is_sent_at_its_sizes_and_never_as_it_was_uploaded(browser_of: Browser) -> None:
    client = browser_of("")
    page = BeautifulSoup(client.get("/").content, "html.parser")
    board = page.select_one("img.board")
    response = client.get(board["src"])
    assert response.status_code == 200
    assert response["Content-Type"] == "image/webp"
    assert directives(response)["default-src"] == "'none'" and "sandbox" in directives(response)
    original = Picture.objects.get(title="Twenty-four beds").file.name
    assert client.get(f"/media/{original}").status_code == 404
    for climb in ("/media/images/../original_images/board.png", "/media/images/%2e%2e/site.sqlite3"):
        assert client.get(climb).status_code in (400, 404)


def photograph(kind: str = "JPEG") -> bytes:
    """A picture that carries what a camera writes: turned on its side, with a place and a name."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x013B] = "Grace Canary"
    exif.get_ifd(0x8825)[1] = "N"
    written = BytesIO()
    Image.new("RGB", (40, 20), "#335577").save(written, kind, exif=exif)
    return written.getvalue()


def test_an_uploaded_photograph_keeps_no_place_and_no_name(site: None, data_folder: Path) -> None:
    made = Picture(title="A plot", description="A plot")
    made.file = ContentFile(photograph(), name="grace canary.jpg")
    made.save()
    assert (made.width, made.height) == (20, 40), "it stands upright"
    with made.file.open() as kept:
        data = kept.read()
    assert b"Canary" not in data and b"Exif" not in data
    assert not any(b"Grace Canary" in f.read_bytes() for f in data_folder.rglob("*") if f.is_file())


@pytest.mark.parametrize(
    "upload",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<!doctype html><script>alert(1)</script>",
        b"",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        photograph()[:60],
        photograph("TIFF"),
    ],
    ids=["svg", "html", "nothing", "broken png", "cut short", "tiff"],
)
def test_what_is_no_picture_for_browsers_is_refused_whatever_its_name(upload: bytes) -> None:
    with pytest.raises(ValidationError):
        pictures.cleaned(BytesIO(upload), "plot.png")


def test_a_pictures_name_cannot_say_what_its_content_is_not() -> None:
    assert str(pictures.cleaned(BytesIO(photograph("PNG")), "plot.jpg").name) == "plot.png"
