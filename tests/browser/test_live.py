"""A webinar that people attend: from the registration to the certificate, with what is said meanwhile."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from leadrush.live.tests.test_slides import deck
from tests.browser.conftest import Walk
from tests.browser.steps import confirm, open_webinar, register, sign_in
from tests.rig import postman as rig

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def wait_until_it_plays(window: Walk, seconds: float = 1) -> None:
    """Wait until the large picture of a room has played for so long."""
    until = time.monotonic() + 30
    while (window.page.locator("[data-main]").evaluate("film => film.currentTime") or 0) < seconds:
        assert time.monotonic() < until, "the picture does not move"
        window.page.wait_for_timeout(200)


def wait_until_it_shows(window: Walk, width: int) -> None:
    """Wait until the large picture of a room has so many pixels beside each other."""
    until = time.monotonic() + 30
    while (now := window.page.locator("[data-main]").evaluate("film => film.videoWidth")) != width:
        assert time.monotonic() < until, f"the picture is {now} wide"
        window.page.wait_for_timeout(200)


def test_somebody_comes_from_the_letter_talks_is_polled_asks_and_takes_a_certificate_along(
    walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    address, guest, desk = "attends@walk.example", walk(), staff(address="tove@tarnandtiller.example")
    page, host = guest.page, desk.page
    open_webinar(guest)
    register(guest, address)
    confirm(guest, address)
    guest.go(rig.link(guest.site.postman.wait(address), "Come into the room"))
    guest.look_in_each("live-door")
    page.get_by_role("button", name="Play three notes").click()
    expect(page.get_by_text("Played.")).to_be_visible()
    page.get_by_label("What you want to be called here").fill("\u202e 4242 4242 4242 4242")
    guest.follow(page.locator("main form").get_by_role("button"))
    expect(page.get_by_text("looks like a card number").first).to_be_visible()
    page.get_by_label("What you want to be called here").fill("kiln-cat")
    guest.follow(page.locator("main form").get_by_role("button"))
    expect(page.get_by_text("It begins when the host opens the room.")).to_be_visible()
    guest.look_in_each("live-lobby")

    desk.go("/console/webinars/")
    desk.follow(host.get_by_role("link", name="Through the hungry gap").first)
    desk.follow(host.get_by_role("link", name="Open its room"))
    host.get_by_label("What you want to be called here").fill("Tove")
    desk.follow(host.locator("main form").get_by_role("button"))
    host.get_by_text("Present from OBS", exact=True).click()
    host.get_by_role("button", name="Give me server and key").click()
    expect(host.get_by_label("Server")).to_have_value(re.compile(r"rtmp://localhost:\d+/live"))
    expect(host.get_by_label("Stream key")).to_have_attribute("type", "password")
    host.get_by_role("button", name="Show the key").click()
    expect(host.get_by_label("Stream key")).to_have_attribute("type", "text")
    desk.look_in_each("live-green")
    host.get_by_text("Present from OBS", exact=True).click()
    brings = staff(address="tove@tarnandtiller.example")
    brings.go(host.get_by_role("link", name="Slides (PDF)").get_attribute("href") or "")
    brings.page.locator("input[type=file]").set_input_files(
        {"name": "beds.pdf", "mimeType": "application/pdf", "buffer": deck(3)}
    )
    brings.follow(brings.page.get_by_role("button", name="Bring them"))
    expect(brings.page.locator(".deck img")).to_have_count(3)
    brings.look_in_each("live-slides")
    host.get_by_role("button", name="Camera and microphone").click()
    wait_until_it_plays(desk)
    host.get_by_role("button", name="Go live").click()
    expect(page.locator("[data-on-air]")).to_have_text("Live")
    wait_until_it_plays(guest)
    size = page.get_by_role("combobox", name="Picture")
    size.select_option("None, sound only")
    expect(page.get_by_text("You hear the room.")).to_be_visible()
    expect(page.locator("[data-main]")).to_be_hidden()
    whole = page.locator("[data-main]").evaluate("film => film.videoWidth")
    size.select_option("Small")
    expect(page.locator("[data-main]")).to_be_visible()
    wait_until_it_shows(guest, whole // 2)
    size.select_option("Large")
    wait_until_it_shows(guest, whole)
    host.get_by_role("button", name="Next page").click()
    expect(page.get_by_alt_text("Page 1 of the slides")).to_be_visible()
    guest.look_in_each("live-slide")
    host.get_by_role("button", name="Hide the slides").click()
    expect(page.get_by_alt_text("Page 1 of the slides")).to_have_count(0)

    page.get_by_label("Say something as kiln-cat").fill("My controller cannot hold on the way down :(")
    page.get_by_role("button", name="Send").click()
    expect(host.get_by_text("My controller cannot hold on the way down")).to_be_visible()
    host.get_by_label("Say something as Tove").fill("You can fake it.")
    host.get_by_role("button", name="Send").click()
    expect(page.locator(".lines .of-host")).to_contain_text("You can fake it.")

    page.get_by_text("Questions", exact=True).click()
    page.get_by_label("Ask").fill("Would you hold twice, or once for longer?")
    page.get_by_role("button", name="Ask", exact=True).click()
    host.get_by_text("Questions", exact=True).click()
    expect(host.locator("[data-inquiries]")).to_contain_text("without a name")
    host.get_by_role("button", name="Answer now").click()
    expect(page.locator("[data-inquiries]")).to_contain_text("being answered now")

    host.get_by_text("Make a poll", exact=True).click()
    host.get_by_label("What you ask").fill("Which bowl was cooled slowest?")
    host.get_by_label("Answers, one a line").fill("The left one\nThe middle one\nThe right one")
    host.get_by_role("button", name="Open it now").click()
    page.get_by_label("The middle one").check()
    expect(page.locator("[data-poll]")).to_contain_text("100")
    page.get_by_role("button", name="I follow").click()
    page.get_by_role("button", name="Hand up").click()
    expect(host.locator("[data-raised]:visible")).to_have_count(1)
    guest.look_in_each("live-room")
    desk.look_in_each("live-desk")
    host.get_by_label("Record it").check()
    host.get_by_label("Others than those with a seat may see me").check()
    host.get_by_role("button", name="On stage").click()
    expect(page.get_by_text("You are invited on stage")).to_be_visible()
    expect(page.get_by_label("Others than those with a seat may see me")).not_to_be_checked()
    guest.look_in_each("live-invited")

    other = walk(390, "dark")
    sign_in(other, address)
    other.go(page.url)
    expect(page.get_by_text("You are in this room in another window now.")).to_be_visible()
    page.get_by_role("button", name="Come back here").click()
    expect(other.page.get_by_text("You are in this room in another window now.")).to_be_visible()

    host.get_by_role("button", name="Let them hold it, too").click()
    expect(page.get_by_role("heading", name="You hold this room with its host")).to_be_visible()
    expect(host.locator("[data-holds]:visible")).to_have_count(2)
    host.get_by_role("button", name="Only a guest").click()
    expect(page.locator("[data-desk]")).to_have_count(0)

    host.on("dialog", lambda asked: asked.accept())
    host.get_by_role("button", name="End it").click()
    expect(page.locator("h1")).to_have_text("It is over")
    expect(page.get_by_role("heading", name="When you were there")).to_be_visible()
    guest.look_in_each("live-over")
    guest.follow(page.get_by_role("link", name="That is not right"))
    guest.look_in_each("live-hours")
    came = page.get_by_label("Came").first
    noted = came.input_value()
    page.get_by_label("Left").first.fill(noted)
    came.fill("2027-01-01T10:00")
    guest.follow(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Write hours around the event that have passed")).to_be_visible()
    came.fill((datetime.fromisoformat(noted) - timedelta(minutes=25)).isoformat(timespec="minutes"))
    guest.follow(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("corrected by you")).to_be_visible()
    page.get_by_label("The name that stands on it").fill("Ana Brightwater")
    with page.expect_download() as paper:
        page.get_by_role("button", name="Give me the certificate (PDF)").click()
    assert Path(paper.value.path()).read_bytes().startswith(b"%PDF-")
    desk.go("/console/webinars/")
    desk.follow(host.get_by_role("link", name="Through the hungry gap").first)
    desk.follow(host.get_by_role("link", name="Who was there"))
    expect(host.get_by_text("kiln-cat")).to_be_visible()
    desk.look_in_each("live-report")
