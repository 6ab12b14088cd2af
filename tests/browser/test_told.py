"""What is told to those who registered, walked with the mails that reach them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import move, open_plan, open_webinar, plan, register
from tests.rig import postman as rig

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_whoever_registered_hears_of_a_new_time_is_reminded_twice_and_can_leave_from_a_reminder(
    walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    desk, guest = staff(), walk(390, "light")
    page, postman, title = guest.page, guest.site.postman, "Hedges that feed birds"
    address = "reminded@walk.example"
    slug = plan(desk, title)
    open_webinar(guest, slug)
    register(guest, address)
    method, first = rig.event(postman.wait(address, "Your seat"))
    assert method == "REQUEST"

    tomorrow = move(desk, title, timedelta(days=1))
    told = postman.wait(address, "New time")
    method, moved = rig.event(told)
    assert (method, moved["uid"]) == ("REQUEST", first["uid"]), "the calendar would hold it twice"
    assert moved["sequence"] > first["sequence"], "a calendar would keep the old time"
    assert moved.start == tomorrow
    guest.go(rig.link(told, "The webinar’s page"))
    expect(page.locator(".facts")).to_contain_text(f"{tomorrow:%H:%M}")
    guest.look_in_each("webinar-moved")
    reminder = postman.wait(address, "Reminder", seconds=60)
    assert f"{tomorrow:%H:%M}" in rig.text(reminder)

    today = move(desk, title, timedelta(hours=1))
    reminder = postman.wait(address, "In an hour", seconds=60)
    assert rig.event(postman.wait(address, "New time"))[1].start == today
    guest.go(rig.link(reminder, "The webinar’s page"))
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Add to calendar").click()
    entry = Calendar.from_ical(Path(fetched.value.path()).read_text()).events[0]
    assert (entry["uid"], entry.start) == (first["uid"], today)

    guest.go(rig.link(reminder, "I can’t come"))
    page.get_by_role("button", name="Give my seat to the next").click()
    expect(page.locator("h1")).to_have_text("Your seat is free again")
    method, gone = rig.event(postman.wait(address, "You don’t come"))
    assert (method, gone["uid"]) == ("CANCEL", first["uid"]), "it would stay in the calendar"


def test_a_cancelled_webinar_says_why_by_mail_and_on_its_page_and_leaves_calendars(
    walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    desk, guest = staff(), walk(390, "light")
    page, title, why = guest.page, "Grafting without fear", "Tove broke her wrist. A new evening follows."
    address = "cancelled@walk.example"
    slug = plan(desk, title)
    open_webinar(guest, slug)
    register(guest, address)
    _method, kept = rig.event(guest.site.postman.wait(address, "Your seat"))

    open_plan(desk, title)
    desk.look_in_each("plan-open")
    desk.page.get_by_label("Cancel it, because").fill(why)
    desk.page.get_by_role("button", name="Cancel the webinar").click()
    expect(desk.page.get_by_text("It is cancelled.")).to_be_visible()
    desk.look_in_each("plan-cancelled")
    desk.go("/console/webinars/")
    expect(desk.page.get_by_role("row").filter(has_text=title)).to_contain_text("Cancelled")

    mail = guest.site.postman.wait(address, "Cancelled")
    assert why in rig.text(mail)
    method, gone = rig.event(mail)
    assert (method, gone["uid"], gone["status"]) == ("CANCEL", kept["uid"], "CANCELLED")
    assert gone["sequence"] > kept["sequence"], "a calendar would keep it"
    guest.go(f"/webinars/{slug}/")
    expect(page.locator("aside")).to_contain_text("This webinar was cancelled.")
    expect(page.locator("aside")).to_contain_text(why)
    expect(page.locator("form.asks")).to_have_count(0)
    guest.look_in_each("webinar-cancelled")


def test_the_first_in_line_gets_the_seat_that_somebody_gives_up_and_hears_of_it(
    walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    desk, guest = staff(), walk(390, "light")
    postman, title = guest.site.postman, "One seat by the stove"
    slug = plan(desk, title, seats=1)
    for name in ("has", "waits"):
        open_webinar(guest, slug)
        register(guest, f"{name}-seat@walk.example")
    assert "number 1 in the line" in rig.text(postman.wait("waits-seat@walk.example", "You are in line"))
    open_plan(desk, title)
    desk.page.get_by_role("link", name="Who comes").click()
    expect(desk.page.get_by_role("row").filter(has_text="waits-seat")).to_contain_text("Number 1 in line")
    desk.look_in_each("registrants-line")

    guest.go(rig.link(postman.wait("has-seat@walk.example", "Your seat"), "I can’t come"))
    guest.page.get_by_role("button", name="Give my seat to the next").click()
    expect(guest.page.locator("h1")).to_have_text("Your seat is free again")
    mail = postman.wait("waits-seat@walk.example", "A seat for you")
    assert rig.event(mail)[0] == "REQUEST"
    desk.page.reload()
    expect(desk.page.get_by_role("row").filter(has_text="waits-seat")).to_contain_text("A seat")
    expect(desk.page.get_by_text("has-seat@walk.example")).to_have_count(0)
