"""What a visitor can do, in a browser, at each width and in each light."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import FULL, open_webinar, register
from tests.rig import postman as rig

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_visitor_reads_answers_the_cookie_question_and_registers_with_an_address_alone(
    window: Walk,
) -> None:
    page, postman = window.page, window.site.postman
    address = f"visitor+{window.name}@walk.example"
    window.go("/")
    expect(page.locator("dialog.choice")).to_be_visible()
    window.look("home")
    assert window.context.cookies() == [], "a cookie was set before anybody answered"
    page.get_by_role("button", name="Don’t remember").click()
    expect(page.locator("dialog.choice")).to_have_count(0)
    assert [(c["name"], c["value"]) for c in window.context.cookies()] == [("choice", "no")]
    window.go("/choice/")
    window.look("choice")

    window.go("/webinars/")
    window.look("webinars")
    open_webinar(window)
    window.look("webinar")
    button = page.locator("form.asks button.btn")
    still = button.bounding_box()
    page.get_by_label("Your e-mail").press_sequentially("ana")
    page.get_by_label("Your e-mail").blur()
    expect(page.locator(".error[data-live]")).to_be_visible()
    assert button.bounding_box() == still, "the button moves away from under the finger that presses it"
    window.look("webinar-live")
    page.locator("form.asks").evaluate("form => form.noValidate = true")
    page.get_by_label("Your e-mail").fill("ana at mail")
    page.keyboard.press("Enter")
    expect(page.locator(".errors")).to_be_visible()
    expect(page.get_by_label("Your e-mail")).to_have_value("ana at mail")
    window.look("webinar-error")
    register(window, address, later=True)
    window.look("webinar-written")

    mail = postman.wait(address)
    calendars = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert len(calendars) == 1
    assert "METHOD:REQUEST" in str(calendars[0].get_content())
    window.go(rig.link(mail, "Yes, it was me"))
    window.look("was-it-you")
    page.locator("main form button").click()
    expect(page.locator("h1")).to_have_text("Your address is confirmed")
    window.look("was-it-you-done")
    window.go(rig.link(mail, "I can’t come"))
    window.look("cannot-come")
    page.locator("main form button").click()
    expect(page.locator("h1")).to_have_text("Your seat is free again")
    window.look("cannot-come-done")
    assert len([to for to in postman.recipients if to == address]) >= 1


def test_an_address_that_somebody_else_typed_is_erased_from_its_mail(window: Walk) -> None:
    address = f"stranger+{window.name}@walk.example"
    open_webinar(window)
    register(window, address)
    window.go(rig.link(window.site.postman.wait(address), "This wasn’t me: erase it"))
    window.look("not-me")
    window.page.locator("main form button").click()
    expect(window.page.locator("h1")).to_have_text("It is erased")
    window.look("not-me-done")


def test_the_full_webinar_offers_a_place_in_the_line(window: Walk) -> None:
    address = f"line+{window.name}@walk.example"
    open_webinar(window, FULL)
    expect(window.page.locator("form.asks h2")).to_have_text("Put me on the list")
    window.look("webinar-full")
    register(window, address)
    mail = window.site.postman.wait(address)
    assert not [part for part in mail.walk() if part.get_content_type() == "text/calendar"]


def test_reading_and_registering_work_without_script_and_without_cookies(walk: Callable[..., Walk]) -> None:
    plain = walk(390, "light", java_script_enabled=False)
    open_webinar(plain)
    register(plain, "plain@walk.example")
    assert plain.context.cookies() == []
    assert plain.site.postman.wait("plain@walk.example")


def test_a_browser_that_says_no_by_itself_is_not_asked(walk: Callable[..., Walk]) -> None:
    quiet = walk(1280, "light", extra_http_headers={"Sec-GPC": "1"})
    quiet.go("/")
    expect(quiet.page.locator("dialog.choice")).to_have_count(0)
    assert quiet.context.cookies() == []


def test_a_visitor_reads_the_pages_and_the_statement(window: Walk) -> None:
    page = window.page
    window.go("/")
    articles = page.locator("main a[href*='/']").evaluate_all(
        "links => links.map(a => a.getAttribute('href')).filter(h => h.startsWith('/') &&"
        " !h.startsWith('/webinars') && !h.startsWith('/privacy') && h.length > 1)"
    )
    assert articles, "the first page leads to no article"
    window.go(articles[0])
    window.look("article")
    window.go("/privacy/")
    for kept in page.locator("details").all()[:2]:
        kept.locator("summary").click()
    window.look("statement")
    window.go("/privacy/versions/")
    window.look("versions")
    window.go("/search/")
    page.get_by_label("Words").fill("plan bed")
    window.follow(page.locator("main").get_by_role("button", name="Search"))
    expect(page.locator("main ul.rows a").first).to_be_visible()
    window.look("search")
    window.go("/no-such-page/")
    window.look("not-found")


def test_the_keyboard_reaches_the_content_the_menu_and_the_form(walk: Callable[..., Walk]) -> None:
    window = walk(1280, "light")
    page = window.page
    window.go("/choice/")
    window.follow(page.get_by_role("button", name="Don’t remember"))
    open_webinar(window)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_class("skip")
    page.keyboard.press("Enter")
    reached: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")
        )
        if reached[-1] == "email":
            break
    assert reached[-1] == "email", reached
    page.keyboard.type("keyboard@walk.example")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "the focus cannot be seen"
