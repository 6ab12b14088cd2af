"""What an owner asks, what a visitor answers and who reads it; and the hour where the visitor is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import ask, draft, open_webinar, plan, register, sign_in
from tests.rig import postman as rig

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_the_owners_questions_are_answered_and_their_giver_sees_that_a_host_read_them(
    walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    desk, guest = staff(), walk(390, "light")
    page, title, address = guest.page, "Soil in a jar", "answers@walk.example"
    slug = draft(desk, title)
    ask(desk, "What is your soil?", "One of several", options="Clay\nSand\nI do not know")
    ask(desk, "What grows there now?", "Some lines", without="Nothing stops working.")
    desk.look_in_each("plan-questions")
    desk.page.get_by_role("link", name="Preview").click()
    expect(desk.page.get_by_text("This is how everybody will see it.")).to_be_visible()
    desk.look_in_each("preview")
    desk.page.go_back()
    desk.page.get_by_role("button", name="Open it to everybody").click()
    expect(desk.page.get_by_text("It is open.")).to_be_visible()

    open_webinar(guest, slug)
    page.get_by_role("radio", name="Clay").check()
    page.locator("details.fold summary").click()
    page.get_by_label("What grows there now?").fill("Bindweed, and one brave rhubarb")
    guest.look_in_each("webinar-questions")
    register(guest, address)

    desk.follow(desk.page.get_by_role("link", name="Who comes"))
    row = desk.page.get_by_role("row").filter(has_text=address)
    expect(row).to_contain_text("Clay")
    expect(row).to_contain_text("one brave rhubarb")
    desk.look_in_each("registrants-answers")

    sign_in(guest, address)
    guest.go("/me/")
    expect(page.locator("main")).to_contain_text("one brave rhubarb")
    looked = page.locator(".timeline li").filter(has_text="to see who comes to a webinar").first
    expect(looked).to_contain_text("Maren Holt")
    expect(looked).to_contain_text(title)
    mark = looked.locator("a.mark")
    number = mark.inner_text()
    mark.click()
    expect(page.locator(":target")).to_contain_text(number)
    expect(page.locator(":target")).to_contain_text("hosts of this site")


def test_a_visitor_reads_the_hour_where_they_are_on_the_page_and_in_the_mail(
    walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    slug = plan(staff(), "Evening for far away")
    far = walk(390, "light", timezone_id="America/New_York")
    open_webinar(far, slug)
    expect(far.page.locator(".facts")).to_contain_text("14:00 where you are")
    register(far, "far@walk.example")
    assert "14:00 in New York" in rig.text(far.site.postman.wait("far@walk.example"))

    plain = walk(390, "light", java_script_enabled=False)
    open_webinar(plain, slug)
    plain.follow(plain.page.get_by_role("link", name="My time zone"))
    plain.page.get_by_label("Your time zone").select_option("Asia/Tokyo")
    plain.page.get_by_role("button", name="Show my hour").click()
    expect(plain.page.locator(".facts")).to_contain_text("04:00 in Tokyo")
    register(plain, "plain-far@walk.example")
    assert "04:00 in Tokyo" in rig.text(plain.site.postman.wait("plain-far@walk.example"))
    far.go(f"/webinars/{slug}/?zone=Asia/Tokyo")
    far.look_in_each("webinar-zone")
