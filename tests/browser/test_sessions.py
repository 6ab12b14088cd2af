"""Where a person is signed in, and what they call themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import open_webinar, register, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_one_sign_in_among_several_is_ended_and_the_others_go_on(walk: Callable[..., Walk]) -> None:
    address = "two-browsers@walk.example"
    here, there = walk(390, "light"), walk(1280, "dark", user_agent=FIREFOX)
    open_webinar(here)
    register(here, address)
    for window in (here, there):
        sign_in(window, address)
    here.go("/me/sessions/")
    rows = here.page.locator("ul.rows > li")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="this browser")).to_have_count(1)
    here.look_in_each("sessions-two")
    here.page.get_by_role("button", name="End it: Firefox").click()
    expect(here.page.get_by_text("That sign-in has ended.")).to_be_visible()
    expect(rows).to_have_count(1)
    there.go("/me/")
    expect(there.page.locator("h1")).to_have_text("Sign in")
    here.go("/me/")
    expect(here.page.locator("h1")).to_have_text("What we hold about you")


def test_a_name_is_written_down_corrected_and_taken_out(walk: Callable[..., Walk]) -> None:
    window, address = walk(390, "light"), "renamed@walk.example"
    page = window.page
    open_webinar(window)
    register(window, address)
    sign_in(window, address)
    for way, name in [("Your name", "Ana Brightwatr"), ("Correct: The name you go by", "Ana Brightwater")]:
        window.go("/me/")
        window.follow(page.get_by_role("link", name=way))
        page.get_by_label("name").first.fill(name)
        page.get_by_role("button", name="Write it down").click()
        expect(page.get_by_text("Your name is written down.")).to_be_visible()
        expect(page.locator("table.items")).to_contain_text(name)
    expect(page.locator("table.items").get_by_text("Ana Brightwatr", exact=True)).to_have_count(0)
    window.look_in_each("me-named")
    window.follow(page.get_by_role("link", name="Correct: The name you go by"))
    window.look_in_each("name-held")
    page.get_by_label("name").first.fill("")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("We hold no name of yours.")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Ana Brightwater")
