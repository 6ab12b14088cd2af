"""The base page and the pages for what went wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.db import connections
from django.http import HttpRequest, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.test import Client, override_settings

from leadrush.gate.limits import TooOften
from leadrush.look import errors, menu, models, parts, regions
from leadrush.look.middleware import Words
from leadrush.statement import Version

Get = Callable[[str], HttpRequest]


def test_the_base_page_tells_everybody_where_they_are(
    business: models.Business, version: Version, get: Get
) -> None:
    page = BeautifulSoup(render_to_string("look/base.html", {}, get("/")), "html.parser")
    assert page.html["lang"] == "en-gb"
    assert page.title.text == "Tarn & Tiller"
    assert page.body.find("a")["class"] == ["skip"], "the skip link comes first"
    assert page.find("main", id="main")
    assert [link["href"] for link in page.select(".foot a.seal")] == ["/privacy/"]
    assert "Privacy statement, version 2" in page.footer.text
    assert [line in page.footer.text for line in ("Mill Lane 4", "Fellby")] == [True, True]


def test_no_page_speaks_to_another_server(business: models.Business, version: Version, get: Get) -> None:
    page = BeautifulSoup(render_to_string("look/base.html", {}, get("/")), "html.parser")
    for tag in page.find_all(src=True) + page.find_all("link", href=True):
        address = tag.get("src") or tag.get("href")
        assert address.startswith("/"), address
        assert not address.startswith("//"), address


def test_without_npm_no_page_names_an_absent_font(
    business: models.Business, version: Version, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_there", lambda name: False)
    assert "hyperlegible" not in render_to_string("look/base.html", {}, get("/"))


def test_the_seal_vouches_for_nothing_that_was_not_counted(
    business: models.Business, version: Version, draw: Callable[..., str]
) -> None:
    seal = draw("{% seal %}")
    assert "Statement, version 2" in seal
    assert "3 clauses, in force since" in seal
    assert "kept" not in seal


def test_before_a_statement_is_in_force_the_seal_says_so(
    business: models.Business, draw: Callable[..., str]
) -> None:
    assert "No statement in force" in draw("{% seal %}")


def test_the_menu_leaves_out_what_does_not_exist_and_shows_where_one_is(
    get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(menu, "_top", {})  # what the rooms registered stands aside
    menu.register("Green", "look:green", 5)
    menu.register("Absent", "nowhere:at-all", 1)
    menu.register("Only for some", "look:green-not", 2, shown=lambda request: False)
    links = menu.top(get("/look/green.css"))
    assert [(link.title, link.current) for link in links] == [("Green", True)]
    assert [link.current for link in menu.top(get("/elsewhere/"))] == [False]


def test_a_part_above_fills_a_region_only_where_it_has_something_to_say(
    business: models.Business,
    version: Version,
    get: Get,
    draw: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(regions, "_fillings", {})  # without what the parts above fill in
    regions.fill(
        "choice",
        "look/messages.html",
        lambda request: {"messages": ["A question"]} if request.path == "/" else None,
    )
    assert "A question" in draw('{% region "choice" %}', get("/"))
    assert draw('{% region "choice" %}', get("/other/")) == ""
    assert draw('{% region "choice" %}') == ""


@pytest.mark.parametrize("status", [400, 403, 404, 405, 429])
def test_each_error_page_says_what_happened_and_leads_on(
    status: int, business: models.Business, version: Version, get: Get
) -> None:
    response = errors.page(get("/x/"), status, minutes=10)
    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == status
    assert len(page.find_all("h1")) == 1
    assert page.select_one("main p.lede")
    assert page.select_one('main a[href="/"]')
    assert "!" not in page.main.text


def test_the_page_for_500_needs_no_request_and_no_database() -> None:
    # This test has no database: any query would fail it.
    response = errors.failed()
    assert response.status_code == 500
    assert b"The site failed at this page" in response.content
    assert not any(connection.in_atomic_block for connection in connections.all())


def test_a_broken_template_does_not_hide_that_the_site_failed() -> None:
    with override_settings(TEMPLATES=[]):
        response = errors.failed()
    assert response.status_code == 500
    assert b"The site failed at this page" in response.content


def test_an_address_typed_wrong_is_answered_without_repeating_it(
    business: models.Business, version: Version
) -> None:
    response = Client(raise_request_exception=False).get("/no/such/ada%40example.org/")
    assert response.status_code == 404
    assert b"There is no page here" in response.content
    assert b"ada" not in response.content


@pytest.mark.parametrize(
    ("seconds", "words", "after"),
    [
        (-1, "Wait 1 minute,", "60"),
        (60, "Wait 1 minute,", "60"),
        (61, "Wait 2 minutes,", "120"),
        (5400, "Wait 90 minutes,", "5400"),
        (5401, "Wait 2 hours,", "5460"),
        (86400, "Wait 24 hours,", "86400"),
    ],
)
def test_too_many_tries_are_told_how_long_to_wait(
    seconds: int, words: str, after: str, business: models.Business, version: Version, get: Get
) -> None:
    response = errors.refused(get("/"), TooOften(seconds))
    assert response.status_code == 429
    assert response["Retry-After"] == after
    assert words in response.content.decode()


def test_a_method_that_is_not_taken_is_answered_in_words(
    business: models.Business, version: Version, get: Get
) -> None:
    response = Words(lambda request: HttpResponseNotAllowed(["POST"]))(get("/"))
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert b"This address takes something else" in response.content


def test_a_form_that_stood_open_too_long_says_that_nothing_was_stored(
    business: models.Business, version: Version
) -> None:
    response = Client(enforce_csrf_checks=True).post("/look/green.css")
    assert response.status_code == 403
    assert b"nothing was stored" in response.content
