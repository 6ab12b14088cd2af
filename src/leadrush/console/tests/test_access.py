"""Who may open which screen of the back office."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import include, path

from leadrush import console
from leadrush.console import screens
from leadrush.console.access import allows


def _page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("seen")


_people = ([path("sign-in/", _page, name="sign_in"), path("sign-out/", _page, name="sign_out")], "people")
urlpatterns = [
    path("", include(_people)),
    path("console/", _page, name="overview"),
    path("console/people/", _page, name="people-list"),
    path("console/keys/", _page, name="keys"),
]
pytestmark = pytest.mark.urls(__name__)


def asking(
    rf: RequestFactory, role: str | None, address: str = "/console/", method: str = "get"
) -> HttpRequest:
    request: HttpRequest = getattr(rf, method)(address)
    # The guard reads two things of a person; a row of the vault has both.
    request.user = AnonymousUser() if role is None else SimpleNamespace(is_authenticated=True, role=role)  # type: ignore[assignment]
    return request


@pytest.mark.parametrize("needed", console.ROLES)
@pytest.mark.parametrize("role", ["", "nobody-knows", *console.ROLES])
def test_a_screen_opens_for_its_role_and_those_above_it(rf: RequestFactory, role: str, needed: str) -> None:
    guarded = console.staff(needed)(_page)
    may = role in console.ROLES and console.ROLES.index(role) >= console.ROLES.index(needed)
    assert allows(role, needed) is may
    if may:
        assert guarded(asking(rf, role)).status_code == 200
    else:
        with pytest.raises(PermissionDenied):
            guarded(asking(rf, role))


def test_nobody_is_sent_to_sign_in_and_back_to_the_same_page(rf: RequestFactory) -> None:
    response = console.staff("reader")(_page)(asking(rf, None, "/console/people/?page=2&q=a%26b"))
    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=/console/people/%3Fpage%3D2%26q%3Da%2526b"


def test_a_person_without_a_role_is_told_which_one_it_takes(rf: RequestFactory) -> None:
    with pytest.raises(PermissionDenied, match="host"):
        console.staff("host")(_page)(asking(rf, ""))


def test_a_role_that_does_not_exist_fails_when_the_program_starts() -> None:
    with pytest.raises(ValueError, match="admin"):
        console.staff("admin")
    with pytest.raises(ValueError, match="admin"):
        screens.register(screens.Screen("x", "X", "overview", role="admin"))


def test_what_the_gate_wrote_on_a_view_stays_readable_through_the_guard() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    view.door = "a sign"  # type: ignore[attr-defined]
    guarded = console.staff("reader")(view)
    assert guarded.door == "a sign"  # type: ignore[attr-defined]
    assert guarded.staff == "reader"  # type: ignore[attr-defined]


def test_a_screen_is_kept_by_no_proxy_and_no_browser(rf: RequestFactory) -> None:
    assert console.staff("reader")(_page)(asking(rf, "reader"))["Cache-Control"] == "private, no-store"


@pytest.fixture
def three_screens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "_screens", {})
    screens.register(screens.Screen("keys", "Keys", "keys", role="owner", order=3))
    screens.register(screens.Screen("people", "People", "people-list", count=lambda: 12968, order=2))
    screens.register(screens.Screen("overview", "Overview", "overview", order=1))
    screens.register(screens.Screen("absent", "Absent", "no-such-address", order=0))


def test_the_side_menu_shows_only_what_may_be_opened(rf: RequestFactory, three_screens: None) -> None:
    assert [entry.title for entry in screens.shown(asking(rf, "reader"))] == ["Overview", "People"]
    assert [entry.title for entry in screens.shown(asking(rf, "owner"))] == ["Overview", "People", "Keys"]
    assert screens.shown(asking(rf, "")) == []


def test_the_side_menu_marks_the_screen_that_a_deeper_page_belongs_to(
    rf: RequestFactory, three_screens: None
) -> None:
    entries = screens.shown(asking(rf, "reader", "/console/people/9f/"))
    assert [(entry.title, entry.current) for entry in entries] == [("Overview", False), ("People", True)]


def test_the_frame_shows_menu_role_and_the_way_out(rf: RequestFactory, db: None, three_screens: None) -> None:
    from bs4 import BeautifulSoup
    from django.template.loader import render_to_string

    page = BeautifulSoup(
        render_to_string("console/base.html", {}, asking(rf, "owner", "/console/people/")), "html.parser"
    )
    assert page.select_one('.side a[aria-current="page"]').text.split() == ["People", "12,968"]
    assert "Signed in as owner" in page.select_one(".side-foot").text
    assert page.select_one('.side-foot form[method="post"][action="/sign-out/"] button').text == "Sign out"
    assert page.find("main", id="main") and page.body.find("a")["class"] == ["skip"]
