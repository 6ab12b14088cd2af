"""A guide for an address: had at once, had again from the letter, bettered by staff, erased by who asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from leadrush.media.tests.conftest import pdf
from tests.browser.conftest import Walk
from tests.browser.steps import sign_in
from tests.rig import postman as rig

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

GUIDE = "count-your-hours"


def saved(walk: Walk) -> bytes:
    """Press “Get the guide”, and return what the browser saved."""
    with walk.page.expect_download() as download:
        walk.page.get_by_role("link", name="Get the guide").click()
    assert download.value.suggested_filename.endswith(".pdf")
    return Path(download.value.path()).read_bytes()


def test_a_visitor_has_a_guide_at_once_and_again_from_the_letter_and_erases_that_they_asked(
    walk: Callable[..., Walk],
) -> None:
    guest, address = walk(), "reads-guides@walk.example"
    page = guest.page
    guest.go("/")
    guest.follow(page.locator("header").get_by_role("link", name="Guides"))
    guest.look_in_each("guides")
    guest.follow(page.get_by_role("link", name="Count your hours before you draw"))
    guest.look_in_each("guide")
    page.get_by_label("Your e-mail").fill("reads@guides")
    page.get_by_role("button", name="Send me the guide").click()
    expect(page.get_by_text("Nothing has been stored yet.")).to_be_visible()
    expect(page.get_by_label("Your e-mail")).to_have_value("reads@guides")
    guest.look_in_each("guide-error")
    page.get_by_label("Your e-mail").fill(address)
    guest.follow(page.get_by_role("button", name="Send me the guide"))
    expect(page.locator("h1")).to_have_text("Here is your guide")
    guest.look_in_each("guide-here")
    assert saved(guest).startswith(b"%PDF-")

    letter = guest.site.postman.wait(address, "Count your hours")
    guest.go(rig.link(letter, "Get the guide"))
    guest.look("guide-from-letter")
    assert saved(guest).startswith(b"%PDF-")

    person = walk(390, "light")
    sign_in(person, address)
    person.go("/me/")
    expect(person.page.get_by_text("Count your hours before you draw, asked for on").first).to_be_visible()
    person.go(f"/guides/{GUIDE}/")
    expect(person.page.get_by_text("The one you signed in with.")).to_be_visible()
    person.look("guide-signed-in")
    guest.go(rig.link(letter, "This wasn’t me: erase it"))
    guest.look_in_each("guide-not-me")
    guest.follow(page.get_by_role("button", name="Erase it: this wasn’t me"))
    expect(page.locator("h1")).to_have_text("It is erased")
    page.goto(rig.link(letter, "Get the guide"))
    expect(page.locator("h1")).to_have_text("This link is over")


def test_a_guide_for_nothing_is_taken_without_a_script_and_without_an_address(
    walk: Callable[..., Walk],
) -> None:
    guest = walk(390, "dark", java_script_enabled=False)
    guest.go("/guides/a-year-of-one-bed/")
    assert saved(guest).startswith(b"%PDF-")


def test_staff_write_a_guide_bring_its_file_and_open_it(
    staff: Callable[..., Walk], walk: Callable[..., Walk], tmp_path: Path
) -> None:
    desk = staff(address="tove@tarnandtiller.example")
    page = desk.page
    desk.go("/console/guides/")
    desk.look_in_each("guides-desk")
    desk.follow(page.get_by_role("link", name="Write a guide"))
    desk.look("guide-write")
    page.get_by_label("title").fill("Straw, and what it is for")
    page.get_by_role("textbox", name="Address").fill("straw")
    page.get_by_label("what is in it").fill("Three kinds of straw.")
    desk.follow(page.get_by_role("button", name="Save as a draft"))
    wrong, right = tmp_path / "wrong.pdf", tmp_path / "right.pdf"
    wrong.write_text("<!doctype html><title>No guide</title>")
    right.write_bytes(pdf(2000))
    page.locator("input[type=file]").set_input_files(wrong)
    desk.follow(page.get_by_role("button", name="Bring it"))
    expect(page.get_by_text("Choose a file of one of these kinds").first).to_be_visible()
    desk.look_in_each("guide-file-error")
    page.locator("input[type=file]").set_input_files(right)
    desk.follow(page.get_by_role("button", name="Bring it"))
    expect(page.get_by_text("Edition 1 is the one that is handed out.")).to_be_visible()
    desk.follow(page.get_by_role("button", name="Open it to everybody"))
    desk.look_in_each("guide-written")
    guest = walk()
    guest.go("/guides/straw/")
    expect(guest.page.locator("h1")).to_have_text("Straw, and what it is for")
