"""Nobody sends a form in another's name, and nobody needs a cookie or a script to send one of their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from leadrush.look import models
from leadrush.website import forms

pytestmark = pytest.mark.django_db
FORM = '<form method="post">{% csrf_token %}<button>Send</button></form>'
HOST = "http://testserver"


def ours(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return HttpResponse("done")
    return HttpResponse(Template(FORM).render(RequestContext(request)))


urlpatterns = [
    path("ours/", ours),
    path("theirs/", csrf_protect(ours)),
    path("hook/", csrf_exempt(ours)),
]


@pytest.fixture(autouse=True)
def own_addresses() -> Iterator[None]:
    models.forget()
    with override_settings(ROOT_URLCONF=__name__):
        yield
    models.forget()


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def token_in(response: Any) -> str:
    return str(response.content.decode().split('value="')[1].split('"')[0])


@pytest.mark.parametrize("page", ["/ours/", "/theirs/"])
def test_a_form_works_without_script_and_without_cookie(browser: Client, page: str) -> None:
    shown = browser.get(page)
    sent = browser.post(page, {"csrfmiddlewaretoken": token_in(shown)})
    assert sent.content == b"done"
    assert not browser.cookies, "no page of a visitor sets a cookie"


@pytest.mark.parametrize("page", ["/ours/", "/theirs/"])
@pytest.mark.parametrize("says", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": HOST}])
def test_what_the_browser_sends_from_our_own_page_is_taken(
    browser: Client, page: str, says: dict[str, str]
) -> None:
    assert browser.post(page, headers=says).content == b"done"


@pytest.mark.parametrize(
    "says",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "http://testserver.elsewhere.example"},
        {"Origin": "https://testserver"},
        {"Origin": "null"},
        {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_on_another_site_is_refused_in_words_even_with_a_good_token(
    browser: Client, says: dict[str, str]
) -> None:
    good = token_in(browser.get("/ours/"))
    answer = browser.post("/ours/", {"csrfmiddlewaretoken": good}, headers=says)
    assert answer.status_code == 403
    assert b"This form was not sent from our page" in answer.content
    assert b"elsewhere.example" not in answer.content


def test_a_page_that_sends_no_referrer_can_still_hold_a_form(browser: Client) -> None:
    says = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert browser.post("/ours/", headers=says).content == b"done"


@pytest.mark.parametrize("token", ["", "visitor", "visitor:1abc:wrong", "é" * 40])
def test_a_browser_that_says_nothing_needs_a_token_of_ours(browser: Client, token: str) -> None:
    answer = browser.post("/ours/", {"csrfmiddlewaretoken": token})
    assert answer.status_code == 403
    assert b"nothing was stored" in answer.content


def test_a_token_is_good_for_a_day(browser: Client) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        token = token_in(browser.get("/ours/"))
    with time_machine.travel(now + forms.GOOD_FOR - timedelta(minutes=1), tick=False):
        assert browser.post("/ours/", {"csrfmiddlewaretoken": token}).status_code == 200
    with time_machine.travel(now + forms.GOOD_FOR + timedelta(minutes=1), tick=False):
        assert browser.post("/ours/", {"csrfmiddlewaretoken": token}).status_code == 403


def test_a_visitors_token_does_nothing_for_somebody_who_is_signed_in(browser: Client) -> None:
    taken = token_in(browser.get("/ours/"))
    browser.cookies[settings.SESSION_COOKIE_NAME] = "a-session-of-somebody"
    assert browser.post("/ours/", {"csrfmiddlewaretoken": taken}).status_code == 403
    browser.cookies[settings.SESSION_COOKIE_NAME] = "a-session-of-somebody"  # the last answer took it away
    own = token_in(browser.get("/ours/"))
    browser.cookies[settings.SESSION_COOKIE_NAME] = "a-session-of-somebody"
    assert own.split(":")[0] != taken.split(":")[0]
    assert browser.post("/ours/", {"csrfmiddlewaretoken": own}).status_code == 200


def test_a_token_says_nothing_about_the_session(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "a-session-of-somebody"
    assert "a-session" not in forms.token(request)


def test_a_view_that_checks_its_callers_itself_is_left_alone(browser: Client) -> None:
    assert browser.post("/hook/", headers={"Origin": "https://elsewhere.example"}).content == b"done"


def test_a_script_may_send_the_token_in_a_header(browser: Client) -> None:
    token = token_in(browser.get("/ours/"))
    assert browser.post("/ours/", headers={"X-CSRFToken": token}).content == b"done"
    assert browser.put("/ours/", headers={"X-CSRFToken": token}).status_code == 200
    assert browser.delete("/ours/").status_code == 403
