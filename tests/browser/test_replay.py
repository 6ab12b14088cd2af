"""The film of a webinar that is over: chapters and transcript beside it, in the replay and in a lesson."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_a_host_writes_beside_a_film_and_makes_it_a_lesson_in_two_clicks(staff: Callable[..., Walk]) -> None:
    desk = staff(address="tove@tarnandtiller.example")
    page = desk.page
    desk.go("/console/webinars/")
    # Its recording may have been shown since: what was held first stands last.
    held = page.get_by_role("region", name="Begun, over or cancelled")
    desk.follow(held.get_by_role("link", name="Five tools and a string").last)
    desk.follow(page.get_by_role("link", name="Who was there"))
    room = page.url.replace("/console/live/", "/live/")
    desk.follow(page.get_by_role("link", name="Cut it, chapters, transcript"))
    page.get_by_role("textbox", name="Chapters").fill("0:00 Three beds\nFrost")
    page.get_by_role("textbox", name="What is said").fill(
        "0:00 Put the three next to each other.\n0:20 One of them crawled."
    )
    desk.follow(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Line 2: write it like 12:30 What frost does.").first).to_be_visible()
    desk.look_in_each("live-film-wrong")
    page.get_by_role("textbox", name="Chapters").fill("0:00 Three beds\n0:20 What crawled")
    desk.follow(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Saved.")).to_be_visible()
    desk.look_in_each("live-film")

    desk.follow(page.get_by_role("link", name="Who was there"))
    desk.look_in_each("live-report-film")
    desk.follow(page.get_by_role("link", name="Make it a lesson"))
    desk.look_in_each("training-film")
    # Not in the training that another walk goes through to its end.
    module = page.locator("optgroup[label='From map to plot'] option").last.get_attribute("value")
    page.get_by_label("Where it stands").select_option(module)
    desk.follow(page.get_by_role("button", name="Make the lesson"))
    expect(page.get_by_text("The lesson is there.")).to_be_visible()
    desk.follow(page.get_by_role("link", name="Preview as a learner"))
    page.get_by_role("link", name="0:20 What crawled").click()
    page.wait_for_function("document.querySelector('#player').currentTime >= 20")
    expect(page.locator("[data-transcript] [aria-current]")).to_contain_text("One of them crawled.")
    expect(page.locator("[data-chapters] [aria-current]")).to_contain_text("What crawled")
    page.locator("#player").evaluate("player => player.pause()")
    desk.look_in_each("lesson-film")

    desk.go(f"{room}come/")
    page.get_by_label("Find a word").fill("crawled")
    expect(page.locator("[data-transcript] li:visible")).to_have_count(1)
    page.wait_for_function(
        "[...document.querySelector('#player').textTracks].map(one => one.cues?.length).join() === '2,2'"
    )
    desk.look_in_each("live-replay")
