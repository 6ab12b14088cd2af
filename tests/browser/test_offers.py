"""One person and what is sold here: a guide, a training, a parcel; to the certificate, and to the end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import enter_code
from tests.rig import postman as rig
from tests.rig import processor as rig_cards
from tests.rig.processor import Processor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]

ADDRESS = "has-it-all@walk.example"
WORDS = "Bed one: straight edge. A hoe, I think."


def downloaded(walk: Walk, link: str) -> bytes:
    """Press a link, and return what the browser saved."""
    with walk.page.expect_download() as download:
        walk.page.get_by_role("link", name=link).first.click()
    return Path(download.value.path()).read_bytes()


def takes_a_guide(guest: Walk) -> None:
    guest.go("/guides/count-your-hours/")
    guest.page.get_by_label("Your e-mail").fill(ADDRESS)
    guest.follow(guest.page.get_by_role("button", name="Send me the guide"))
    assert downloaded(guest, "Get the guide").startswith(b"%PDF-")


def buys_a_training_and_a_parcel(guest: Walk) -> str:
    """Buy both by card; return the number of the order."""
    page = guest.page
    guest.go("/trainings/from-map-to-plot/")
    guest.follow(page.locator("aside").get_by_role("link", name=re.compile("^Buy")).first)
    guest.follow(page.get_by_role("link", name="String and twenty-four stakes"))
    page.get_by_label("Your e-mail").fill(ADDRESS)
    page.get_by_label("Open it at once").check()
    page.get_by_label("Name on the parcel").fill("Ana-María Ðoković")
    page.get_by_label("Street and number").first.fill("Millrace 12")
    page.get_by_label("Postal code").first.fill("4410")
    page.get_by_label("Town").first.fill("Orrowby")
    page.get_by_label("By card").check()
    guest.look("pay-training-and-parcel")
    guest.follow(page.get_by_role("button", name="Order for"))
    page.frame_locator("iframe[title=Card]").get_by_label("Card number").fill(rig_cards.GOOD)
    with page.expect_navigation():
        page.get_by_role("button", name="Pay £").click()
    expect(page.locator("h1")).to_have_text("It is paid")
    guest.elsewhere.clear()
    guest.look("ordered-training-and-parcel")
    said = page.locator("header p.less").first.inner_text()
    return said.split(",")[0].removeprefix("Order ").strip()


def learns_all_of_it(guest: Walk, staff: Callable[..., Walk]) -> None:
    page = guest.page
    guest.go(rig.link(guest.site.postman.wait(ADDRESS, "From map to plot"), "Open the training"))
    guest.follow(page.get_by_role("button", name="Send me the figures"))
    enter_code(guest, ADDRESS)
    guest.follow(page.get_by_role("link", name="Open lesson 1"))
    for number in range(1, 10):
        expect(page.locator("header p.less").first).to_contain_text(f"lesson {number} of 9")
        if number == 7:
            answers_the_quiz(guest)
        if number == 9:
            hands_in(guest, staff)
        guest.follow(page.get_by_role("button", name=re.compile("^I have done it")))
    guest.follow(page.get_by_role("link", name="To the certificate"))
    page.get_by_label("The name on it").fill("Ana-María Ðoković")
    guest.follow(page.get_by_role("button", name="Give me the certificate"))
    assert downloaded(guest, "Get it as PDF").startswith(b"%PDF-")


def answers_the_quiz(guest: Walk) -> None:
    page = guest.page
    page.get_by_role("group", name=re.compile("three hours in the week")).get_by_role("textbox").fill("140")
    page.get_by_label("What I saw").check()
    for place, what in enumerate(("Hours", "String", "Seed"), 1):
        page.get_by_label(what, exact=True).select_option(str(place))
    guest.follow(page.get_by_role("button", name="Send my answers"))
    expect(page.locator("h1")).to_have_text("You have passed")
    guest.follow(page.get_by_role("link", name="Back to the lesson"))


def hands_in(guest: Walk, staff: Callable[..., Walk]) -> None:
    page = guest.page
    page.get_by_label("Your words").fill(WORDS)
    guest.follow(page.get_by_role("button", name="Hand it in"))
    desk = staff(address="tove@tarnandtiller.example")
    desk.go("/console/")
    desk.follow(desk.page.get_by_role("link", name="Your three lines").first)
    expect(desk.page.get_by_text(WORDS)).to_be_visible()
    desk.page.get_by_label("Accepted: it counts as done").check()
    desk.page.get_by_label("Your words to them").fill("Well seen.")
    desk.follow(desk.page.get_by_role("button", name="Send the answer"))
    page.reload()
    expect(page.get_by_text("Well seen.")).to_be_visible()


def pays_half_back(desk: Walk, number: str) -> None:
    desk.go("/console/orders/")
    desk.follow(desk.page.get_by_role("link", name=number).first)
    desk.page.get_by_label("How much").fill("38.60")
    desk.page.get_by_label("Why").last.fill("The string was short.")
    desk.follow(desk.page.get_by_role("button", name="Send it back to the card"))
    desk.reload_until(desk.page.get_by_text("On its way to the card"))


def all_uses(guest: Walk) -> str:
    """Return every page of the uses of what is held about somebody."""
    said = ""
    for page in range(1, 9):
        guest.go(f"/me/uses/?page={page}")
        said += guest.page.locator("main").inner_text()
    return said


def test_a_person_takes_a_guide_buys_learns_is_paid_back_sees_takes_along_and_erases(
    walk: Callable[..., Walk], staff: Callable[..., Walk], cards: Processor
) -> None:
    guest = walk()
    takes_a_guide(guest)
    number = buys_a_training_and_a_parcel(guest)
    learns_all_of_it(guest, staff)
    pays_half_back(staff(address="tove@tarnandtiller.example"), number)
    page = guest.page
    guest.site.postman.wait(ADDRESS, "goes back to you")

    guest.go("/me/orders/")
    guest.follow(page.get_by_role("link", name=number).first)
    expect(page.get_by_text("The string was short.")).to_be_visible()
    assert downloaded(guest, "Credit note").startswith(b"%PDF-")
    guest.go("/me/")
    main = page.locator("main")
    for held in (number, "From map to plot", "Millrace 12", "was taken", "Invoice R", WORDS):
        expect(main).to_contain_text(held)
    guest.look("me-with-all")
    assert "to have your card pay, by Stripe" in all_uses(guest)
    guest.go("/me/take/")
    with page.expect_download() as download:
        page.locator("main form button").first.click()
    taken = Path(download.value.path()).read_text("utf-8")
    assert json.loads(taken)
    for mine in (WORDS, "Well seen.", "Millrace 12", "Ana-María Ðoković", "The string was short."):
        assert mine in taken, mine

    guest.go("/me/erase/")
    expect(main).to_contain_text("the law on keeping books")
    guest.follow(page.get_by_role("button", name="Erase", exact=False))
    expect(page.locator("h1")).to_have_text("Erased")
    guest.go("/me/orders/")
    expect(page.locator("h1")).to_have_text("Sign in")
    desk = staff(address="tove@tarnandtiller.example")
    answer = desk.page.goto(f"{desk.site.url}/console/orders/{int(number[:5])}/")
    assert answer is not None
    assert answer.status == 404, "who erased everything has no order here"
