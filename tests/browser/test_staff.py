"""What staff can do, in a browser, at each width and in each light."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import open_webinar, register, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def enter(walk: Walk) -> None:
    """Come in by the link that the terminal gives."""
    walk.go(walk.site.staff_link())
    walk.look("come-in")
    walk.follow(walk.page.locator("main").get_by_role("button", name="Sign in"))
    walk.go("/console/")
    expect(walk.page.locator("h1")).to_have_text("Overview")


def test_staff_see_the_overview_and_open_a_person_who_sees_it(window: Walk) -> None:
    page = window.page
    address = f"helped+{window.name}@walk.example"
    open_webinar(window)
    register(window, address)
    window.site.postman.wait(address)
    enter(window)
    window.look("console")
    newest = page.locator(".chart rect").last.evaluate("bar => bar.getBoundingClientRect().right")
    assert newest <= page.evaluate("innerWidth"), "the chart opens on its oldest days"
    window.go("/console/people/")
    window.look("people")
    page.get_by_label("Find one person").fill("nobody@walk.example")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("Nobody.")).to_be_visible()
    page.get_by_label("Find one person").fill(address)
    window.follow(page.get_by_role("button", name="Find"))
    window.look("people-found")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Open this person").click()
    expect(page.locator("h1")).to_contain_text(address)
    assert address not in page.url
    window.look("person")

    window.context.clear_cookies()
    sign_in(window, address)
    window.go("/me/")
    expect(page.locator(".timeline")).to_contain_text("Maren Holt")


def test_staff_plan_a_webinar_and_see_who_comes(desk: Walk) -> None:
    page = desk.page
    desk.go("/console/webinars/")
    desk.look("desk")
    desk.follow(page.locator("table.ledger tbody th a").first)
    desk.look("plan-one")
    desk.go(re.sub(r"/$", "", page.url) + "/people/")
    desk.look("registrants")
    desk.go("/console/webinars/plan/")
    desk.look("plan")
    page.get_by_label("Title").first.fill(f"Hedges, {desk.name}")
    page.locator("form button.btn").first.click()
    desk.look("plan-answer")


def test_staff_read_the_outbox_and_who_works_here(desk: Walk) -> None:
    page = desk.page
    desk.go("/console/outbox/")
    desk.look("outbox")
    desk.follow(page.locator("main table a, main .rows a").first)
    desk.look("message")
    desk.go("/console/staff/")
    desk.look("staff")


def test_pages_are_edited_in_the_editor_without_a_word_to_anybody_else(staff: Callable[..., Walk]) -> None:
    window = staff()  # the editor is Wagtail's own: looked at once
    window.go("/edit/")
    window.page.wait_for_load_state("networkidle")
    assert not window.elsewhere
    window.page.screenshot(path="shots/editor.png")
