"""Telling those who asked of a later webinar, and every way in which they end it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import confirm, open_plan, open_webinar, plan, register, sign_in
from tests.rig import postman as rig

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def ask_for_news(guest: Walk, *addresses: str) -> None:
    """Register each of these with a tick for later webinars, and confirm the address."""
    for address in addresses:
        open_webinar(guest)
        register(guest, address, later=True)
        confirm(guest, address)


def tell_those_who_asked(desk: Walk, title: str) -> None:
    """Press the button, and wait until the worker has written the mails."""
    open_plan(desk, title)
    desk.follow(desk.page.get_by_role("link", name="Tell those who asked"))
    desk.page.get_by_role("button", name="Tell").click()
    expect(desk.page.get_by_text("The mails are being written.")).to_be_visible()
    desk.reload_until(desk.page.get_by_text("Told on"))


def find_messages(desk: Walk, address: str) -> None:
    """Find the messages to an address in the outbox."""
    desk.go("/console/outbox/")
    desk.page.get_by_label("Find one person").fill(address)
    desk.page.get_by_role("button", name="Find").click()
    expect(desk.page.get_by_text("The newest").or_(desk.page.locator("table.ledger"))).to_be_visible()


def test_those_who_asked_are_told_once_and_one_click_ends_it(
    walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    desk, guest = staff(), walk(390, "light")
    page, postman = guest.page, guest.site.postman
    reads, clicks = "reads-news@walk.example", "clicks-once@walk.example"
    ask_for_news(guest, reads, clicks)
    title, second = "Beans on strings", "Leeks through the snow"
    plan(desk, title)
    open_plan(desk, title)
    desk.page.get_by_role("link", name="Tell those who asked").click()
    expect(desk.page.locator("tfoot")).to_contain_text("Would be told")
    desk.look_in_each("tell")
    tell_those_who_asked(desk, title)
    desk.look_in_each("told")

    mail = postman.wait(reads, title)
    page.goto(rig.link(mail, "See more, and keep a seat"))
    expect(page.locator("h1")).to_have_text(title)
    guest.go(rig.link(mail, "Tell me no more"))
    expect(page.locator("h1")).to_have_text("End news of webinars?")
    guest.look_in_each("no-more")
    page.get_by_role("button", name="Tell me no more").click()
    expect(page.locator("h1")).to_have_text("No more news of webinars")
    guest.look_in_each("no-more-done")
    # What the button of a mail program does, without a page (RFC 8058).
    head = postman.wait(clicks, title)
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    end = str(head["List-Unsubscribe"]).strip("<>")
    mail_program = walk().context.request
    assert mail_program.post(end, form={"List-Unsubscribe": "One-Click"}).ok

    plan(desk, second)
    tell_those_who_asked(desk, second)
    for address in (reads, clicks):
        find_messages(desk, address)
        told = desk.page.get_by_role("row").filter(has_text="webinars.announcement")
        expect(told).to_have_count(1)


def test_a_switch_stops_a_message_that_waits_and_the_outbox_says_why(
    walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    desk, guest = staff(), walk(390, "light")
    page, postman = guest.page, guest.site.postman
    title, address = "Nettles and what they tell", "thinks-again@walk.example"
    ask_for_news(guest, address)
    sign_in(guest, address)
    plan(desk, title)
    postman.puts_off.add(address)
    tell_those_who_asked(desk, title)
    find_messages(desk, address)
    message = desk.page.get_by_role("row").filter(has_text="webinars.announcement")
    expect(message).to_have_count(1)
    desk.follow(message.get_by_role("link").first)
    desk.reload_until(desk.page.get_by_text("The mail server said 451."))
    desk.look_in_each("message-waits")

    guest.go("/me/")
    switch = page.locator("form:has(input[name=use][value='webinars.announce']) input[role=switch]")
    switch.click()
    expect(page.get_by_text("You switched this off on")).to_be_visible()
    guest.look_in_each("me-switched-off")
    postman.puts_off.clear()
    desk.follow(desk.page.get_by_role("button", name="Try again now"))
    desk.reload_until(desk.page.get_by_text("Refused"))
    expect(desk.page.locator("main")).to_contain_text("The person said no.")
    desk.look_in_each("message-refused")
    assert title not in [str(mail["Subject"]).partition(":")[0] for mail in postman.to(address)]
