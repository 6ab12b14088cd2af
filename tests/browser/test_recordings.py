"""A recording at set hours: set on the desk, registered for, watched by two people at the same moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import confirm, move_to, register
from tests.rig import postman as rig

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def played(window: Walk) -> float:
    """Return at which second of the recording somebody is."""
    film = window.page.locator("[data-film]:not([hidden])")
    return float(film.evaluate("film => film.currentTime")) if film.count() else 0.0


def wait_until_it_plays(window: Walk) -> None:
    until = time.monotonic() + 60
    while played(window) < 1:
        assert time.monotonic() < until, "the recording does not play"
        window.page.wait_for_timeout(200)


def test_a_recording_begins_by_itself_is_called_one_and_is_seen_together(
    walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    address, guest, desk = "late@walk.example", walk(), staff(address="tove@tarnandtiller.example")
    page, host = guest.page, desk.page
    desk.go("/console/webinars/")
    desk.follow(host.get_by_role("link", name="Recordings at set hours"))
    for day in ("Tuesday", "Friday"):
        host.get_by_label(day).check()
    host.get_by_label("Hour", exact=True).fill("19:00")
    desk.follow(host.get_by_role("button", name="Show it at these hours"))
    expect(host.get_by_text("3 hours stand there")).to_be_visible()
    desk.look_in_each("recordings")

    guest.go("/webinars/")
    guest.follow(page.locator("main li", has_text="recording").get_by_role("link"))
    expect(page.get_by_text("Nobody in it is live.")).to_be_visible()
    register(guest, address)
    guest.page.go_back()
    guest.look_in_each("recording-page")
    confirm(guest, address)
    enter = rig.link(guest.site.postman.wait(address), "Come into the room")

    desk.follow(host.locator("main li li").get_by_role("link").first)
    begins = move_to(desk, timedelta(seconds=20))
    desk.follow(host.get_by_role("link", name="Open its room"))
    for window, name in ((desk, "Tove"), (guest, "kiln-cat")):
        if window is guest:
            guest.go(enter)
        window.page.get_by_label("What you want to be called here").fill(name)
        window.follow(window.page.locator("main form").get_by_role("button"))
    expect(page.get_by_text("It begins by itself.")).to_be_visible()
    expect(host.get_by_role("button", name="Go live")).to_be_hidden()
    for window in (desk, guest):
        wait_until_it_plays(window)
    apart = abs(played(desk) - played(guest))
    assert apart < 4, f"two people see moments that are {apart:.1f} s apart"
    assert abs(time.time() - begins.timestamp() - played(guest)) < 5, "it is not where the clock has it"
    guest.look_in_each("recording-room")
    page.get_by_label("Say something as kiln-cat").fill("Which pea is that?")
    page.get_by_role("button", name="Send").click()
    expect(host.get_by_text("Which pea is that?")).to_be_visible()
    film = page.locator("[data-film]")
    film.evaluate("film => film.pause()")
    page.wait_for_timeout(5_000)
    film.evaluate("film => film.play()")
    page.wait_for_timeout(1_000)
    assert abs(played(desk) - played(guest)) < 4, "who stopped it is not where the others are"
    expect(page.get_by_text("The recording is over.")).to_be_visible(timeout=60_000)
    host.on("dialog", lambda asked: asked.accept())
    host.get_by_role("button", name="End it").click()
    expect(page.locator("h1")).to_have_text("It is over")
    desk.go("/console/webinars/")
