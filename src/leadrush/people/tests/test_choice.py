"""The cookie answer, and that nothing else sets a cookie."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from leadrush.gate.doors import each
from leadrush.people.tests.conftest import ANA
from leadrush.vault.models import Person

QUESTION = "May this browser be known again when it comes back?"


def page(response: Any) -> str:
    return str(response.content.decode())


def test_the_question_stands_on_every_page_until_it_is_answered(client: Client, published: object) -> None:
    assert QUESTION in page(client.get("/sign-in/"))
    response = client.post("/choice/", {"answer": "no", "next": "/sign-in/?next=/me/uses/"})
    assert response["Location"] == "/sign-in/?next=/me/uses/"
    assert QUESTION not in page(client.get("/sign-in/"))
    assert list(client.cookies) == ["choice"]
    assert client.cookies["choice"].value == "no"


def test_refusal_comes_first_and_weighs_the_same(client: Client, published: object) -> None:
    shown = page(client.get("/sign-in/"))
    no, yes = (f'<button class="btn quiet" name="answer" value="{said}">' for said in ("no", "yes"))
    assert 0 < shown.index(no) < shown.index(yes)


@pytest.mark.parametrize("said", ["no", "yes"])
def test_the_answer_is_the_same_word_for_everybody(published: object, said: str) -> None:
    cookies = []
    for _ in range(2):
        client = Client()
        client.post("/choice/", {"answer": said})
        cookies.append(client.cookies["choice"].output())
    assert (
        cookies[0].partition("expires")[0]
        == cookies[1].partition("expires")[0]
        == f"Set-Cookie: choice={said}; "
    )


def test_the_answer_can_be_changed(client: Client, published: object) -> None:
    assert "keeps no answer" in page(client.get("/choice/"))
    client.post("/choice/", {"answer": "yes"})
    assert "keeps a yes" in page(client.get("/choice/"))
    client.post("/choice/", {"answer": "no"})
    assert "keeps a no" in page(client.get("/choice/"))


@pytest.mark.parametrize("answer", ["", "maybe", "yes\r\nSet-Cookie: x=y", "x" * 10_000])
def test_what_is_no_answer_keeps_nothing(client: Client, published: object, answer: str) -> None:
    assert client.post("/choice/", {"answer": answer}).status_code == 422
    assert client.cookies == {}
    assert client.post("/choice/", {"answer": "no", "next": "//evil.example/"})["Location"] == "/"


def test_a_browser_that_says_no_by_itself_is_not_asked(client: Client, published: object) -> None:
    assert QUESTION not in page(client.get("/sign-in/", headers={"Sec-GPC": "1"}))
    client.cookies["choice"] = "yes"
    assert "says no by itself" in page(client.get("/choice/", headers={"Sec-GPC": "1"}))


def addresses() -> list[str]:
    """Return every address of the site that stands without an argument."""
    found = []
    for pattern in each(get_resolver().url_patterns):
        if isinstance(pattern, URLPattern) and not getattr(pattern.pattern, "converters", {}):
            found.append(pattern)
    paths: set[str] = set()

    def walk(patterns: Any, before: str) -> None:
        for pattern in patterns:
            path = before + str(pattern.pattern).removeprefix("^").removesuffix("$")
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, path)
            elif "<" not in path and "(" not in path and "\\" not in path:
                paths.add("/" + path)

    walk(get_resolver().url_patterns, "")
    assert found
    return sorted(paths)


def test_no_page_sets_a_cookie_unasked(ana: Person) -> None:
    walked = addresses()
    assert {"/", "/sign-in/", "/choice/", "/me/", "/privacy/"} <= {*walked, "/"}
    for path in walked:
        if path == "/sign-in/passkey/":  # asked for by a button, and then signing in needs one
            continue
        client = Client(raise_request_exception=False)
        response = client.get(path)
        assert client.cookies == {}, f"{path} {response.status_code}"
    client = Client()
    client.post("/sign-in/", {"address": "nonsense"})
    assert client.cookies == {}
    client.post("/sign-in/", {"address": ANA})
    assert list(client.cookies) == ["sessionid"]


def test_an_answer_works_from_a_browser_without_script_that_sends_only_a_signed_word(
    published: object,
) -> None:
    import re

    client = Client(enforce_csrf_checks=True)
    shown = page(client.get("/sign-in/"))
    word = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)[-1]
    assert client.post("/choice/", {"answer": "no"}).status_code == 403
    assert client.post("/choice/", {"answer": "no", "csrfmiddlewaretoken": word}).status_code == 302
    assert (
        client.post("/choice/", {"answer": "yes"}, headers={"Origin": "https://evil.example"}).status_code
        == 403
    )
