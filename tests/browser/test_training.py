"""A training from letter to certificate: watched, ticked, noted, answered, handed in, shown and erased."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from leadrush.media.tests.conftest import pdf
from tests.browser.conftest import PATIENCE, Walk
from tests.browser.steps import enter_code
from tests.rig import postman as rig

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]

FRAMES = "getVideoPlaybackQuality().totalVideoFrames"
TRAINING = "/trainings/one-evening-one-bed/"


def video(page: Page, said: str) -> Any:
    """Return what the video says of itself."""
    return page.evaluate(f"document.querySelector('video').{said}")


def until(page: Page, said: str, most: float) -> None:
    """Wait until the video says a number above this; the page takes no function from outside."""
    over = time.monotonic() + PATIENCE / 1000
    while video(page, said) <= most:
        assert time.monotonic() < over, f"{said} stays at {video(page, said)}"
        time.sleep(0.1)


def plays(page: Page) -> None:
    """Play the video, and see its frames go by and the transcript go along."""
    page.evaluate("document.querySelector('video').muted = true")
    video(page, "play()")
    until(page, "currentTime", 1.5)
    until(page, FRAMES, video(page, FRAMES))
    expect(page.locator("[data-transcript] [aria-current]")).to_have_count(1)


def come_in(guest: Walk, address: str) -> None:
    """Ask for the training, and follow its letter in."""
    page = guest.page
    page.get_by_label("Your e-mail").fill(address)
    guest.follow(page.get_by_role("button", name="Give me this training"))
    expect(page.locator("h1")).to_have_text("We have written to you")
    guest.go(rig.link(guest.site.postman.wait(address, "One evening, one bed"), "Open the training"))
    guest.look_in_each("training-enter")
    guest.follow(page.get_by_role("button", name="Send me the figures"))
    enter_code(guest, address)
    expect(page.locator("h1")).to_have_text("One evening, one bed")


def test_somebody_learns_from_the_letter_to_the_certificate_takes_it_along_and_erases_it(
    walk: Callable[..., Walk], tmp_path: Path
) -> None:
    guest, address = walk(), "learns@walk.example"
    page = guest.page
    guest.go("/")
    guest.follow(page.locator("header").get_by_role("link", name="Trainings"))
    guest.look_in_each("trainings")
    guest.follow(page.get_by_role("link", name="One evening, one bed"))
    page.get_by_label("Your e-mail").fill("learns@walk")
    page.get_by_role("button", name="Give me this training").click()
    expect(page.get_by_text("Nothing has been stored yet.")).to_be_visible()
    guest.look_in_each("training")
    come_in(guest, address)
    guest.look_in_each("training-mine")

    guest.follow(page.get_by_role("link", name="Open lesson 1"))
    plays(page)
    page.get_by_role("button", name="Back 15 s").click()
    page.get_by_role("button", name=re.compile("^Speed")).click()
    expect(page.get_by_role("button", name="Speed 1.25")).to_be_visible()
    page.get_by_role("button", name="Captions: on").click()
    assert video(page, "textTracks[0].mode") == "disabled"
    video(page, "pause()")
    page.get_by_label("Find a word").fill("edge")
    expect(page.locator("[data-transcript] li:visible")).to_have_count(3)
    page.get_by_label("Find a word").fill("")
    page.get_by_role("link", name="A2 has a hole").click()
    until(page, "currentTime", 11.9)
    video(page, "pause()")
    note = page.get_by_label(re.compile("A note at 0:1"))
    note.fill("Same order every time.")
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator(".chat.own li")).to_contain_text("Same order every time.")
    assert video(page, "currentTime") >= 11.9, "the note left the video"
    guest.look_in_each("lesson")
    page.reload()
    until(page, "currentTime", 10)
    guest.follow(page.get_by_role("button", name="I have done it, on to lesson 2"))

    page.get_by_label("The one that I pass each day").check()
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_text("One question still wants an answer.")).to_be_visible()
    guest.look_in_each("lesson-quiz")
    page.get_by_role("group", name=re.compile("How many square metres")).get_by_role("textbox").fill("4")
    guest.follow(page.get_by_role("button", name="Send my answers"))
    expect(page.locator("h1")).to_have_text("You have passed")
    guest.look_in_each("attempt")
    guest.follow(page.get_by_role("link", name="Back to the lesson"))
    wrong, right = tmp_path / "drawing.pdf", tmp_path / "plot.pdf"
    wrong.write_text("<!doctype html><title>No drawing</title>")
    right.write_bytes(pdf(900))
    page.locator("input[type=file]").set_input_files(wrong)
    guest.follow(page.get_by_role("button", name="Hand it in"))
    expect(page.get_by_text("This file is none of these").first).to_be_visible()
    guest.look_in_each("work-error")
    page.locator("input[type=file]").set_input_files(right)
    guest.follow(page.get_by_role("button", name="Hand it in"))
    expect(page.get_by_text("Not answered yet.")).to_be_visible()
    guest.follow(page.get_by_role("button", name="I have done it"))
    expect(page.get_by_role("heading", name="You have done all of it")).to_be_visible()
    guest.follow(page.get_by_role("link", name="To the certificate"))
    page.get_by_label("The name on it").fill("Ana-María Ðoković")
    guest.look_in_each("finish")
    guest.follow(page.get_by_role("button", name="Give me the certificate"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Get it as PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")

    number = page.url.rstrip("/").rpartition("/")[2]
    stranger = walk(390, "dark")
    stranger.page.goto(f"{guest.site.url}/certificates/{number}/")
    expect(stranger.page.locator("h1")).to_have_text("Nothing is shown under this number")
    stranger.look("certificate-not-shown")
    page.locator("summary", has_text="Show it").click()
    page.get_by_label("Show my name there, too").check()
    guest.follow(page.get_by_role("button", name="Yes, show it to whoever has its address"))
    guest.look_in_each("certificate")
    stranger.go(f"/certificates/{number}/")
    expect(stranger.page.get_by_text("Ana-María Ðoković")).to_be_visible()
    stranger.look_in_each("certificate-shown")

    guest.go(f"{TRAINING}yours/")
    guest.look_in_each("training-settings")
    guest.go(f"{TRAINING}notes/")
    guest.look_in_each("training-notes")
    guest.go("/me/trainings/")
    guest.look_in_each("training-own")
    guest.go("/me/take/")
    with page.expect_download() as download:
        page.locator("main form button").first.click()
    taken = Path(download.value.path()).read_text("utf-8")
    assert json.loads(taken)
    assert "Same order every time." in taken
    assert "Ana-María Ðoković" in taken
    guest.go(f"{TRAINING}yours/")
    guest.follow(page.get_by_role("link", name="Erase this training, with all that you left in it"))
    guest.follow(page.locator("main form button.erase"))
    guest.go(f"{TRAINING}notes/")
    assert page.url.endswith(TRAINING), "who erased a training has none of it"
    guest.go("/me/")
    expect(page.get_by_text("Same order every time.")).to_have_count(0)


def test_practice_is_compared_in_the_browser_and_nothing_of_it_is_sent(walk: Callable[..., Walk]) -> None:
    guest = walk()
    page = guest.page
    guest.go("/trainings/from-map-to-plot/")
    guest.follow(page.get_by_role("link", name="The third week of May", exact=True))
    plays(page)
    video(page, "pause()")
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("The soil").check()
    expect(page.get_by_text("No.", exact=True)).to_be_visible()
    expect(page.get_by_text("Soil is patient; May is not.")).to_be_visible()
    page.get_by_label("The hours of one week").check()
    expect(page.get_by_text("Yes.", exact=True)).to_be_visible()
    expect(page.get_by_text("Soil is patient; May is not.")).to_be_hidden()
    assert not asked, "an answer for practice was sent"
    guest.look_in_each("lesson-practice")


def test_a_lesson_that_is_free_plays_for_everybody_and_without_a_script_has_its_own_player(
    walk: Callable[..., Walk],
) -> None:
    guest = walk(390, "light", java_script_enabled=False)
    guest.go("/trainings/from-map-to-plot/")
    guest.page.get_by_role("link", name="The third week of May", exact=True).click()
    player = guest.page.locator("video[controls]")
    expect(player).to_be_visible()
    assert player.get_attribute("src")
    expect(guest.page.locator("track[kind=captions]")).to_have_count(1)
    expect(guest.page.get_by_role("link", name="As plain text")).to_be_visible()
    expect(guest.page.get_by_role("button", name="Back 15 s")).to_be_hidden()
