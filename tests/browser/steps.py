"""What several walks do on their way: register, sign in, plan a webinar, move it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.rig import postman as rig

HOME = ZoneInfo("Europe/London")
"""Where the demo's business is: staff write its hours."""
FULL, FREE = "a-plan-for-one-bed", "through-the-hungry-gap"
"""Of the demo's webinars, one is full and another has seats."""
SOON = timedelta(seconds=12)
"""So far ahead falls what a walk makes due: after the form was sent, and before anybody tires of waiting."""


def open_webinar(walk: Walk, slug: str = FREE) -> None:
    """Open one of the webinars from the list."""
    walk.go("/webinars/")
    walk.page.locator(f"main a[href='/webinars/{slug}/']").first.click()
    expect(walk.page.locator("form.asks h2").first).to_be_visible()


def register(walk: Walk, address: str, later: bool = False) -> None:
    """Fill in the form of the webinar that is open, and send it."""
    page = walk.page
    page.get_by_label("Your e-mail").fill(address)
    for needed in page.locator("form.asks :is(input, textarea)[required]").all():
        if needed.input_value() == "":
            needed.fill("Heavy clay, north slope")
    for choice in page.locator("form.asks select[required]").all():
        choice.select_option(index=1)
    if later:
        page.get_by_label("Tell me about later webinars too").check()
    page.locator("form.asks button.btn").click()
    expect(page.locator("h1")).to_have_text("We have written to you")


def confirm(walk: Walk, address: str) -> None:
    """Press “Yes, it was me” in the newest mail to an address."""
    walk.go(rig.link(walk.site.postman.wait(address), "Yes, it was me"))
    walk.page.locator("main form button").click()
    expect(walk.page.locator("h1")).to_have_text("Your address is confirmed")


def sign_in(walk: Walk, address: str) -> None:
    """Sign in by the code in the mail."""
    had = len(walk.site.postman.to(address))
    walk.go("/sign-in/")
    walk.page.get_by_label("Your e-mail").fill(address)
    walk.follow(walk.page.get_by_role("button", name="Send me a code"))
    enter_code(walk, address, after=had)


def enter_code(
    walk: Walk, address: str, button: str = "Let me in", about: str = "lets you in", after: int = 0
) -> None:
    """Type the figures that a mail to this address brought, one that came `after` so many others."""
    mail = walk.site.postman.wait(address, about, after=after)
    walk.page.get_by_label("Six figures").fill(rig.code(mail))
    walk.page.get_by_role("button", name=button).click()
    walk.page.wait_for_url(lambda url: "/code/" not in url)


def plan(desk: Walk, title: str, seats: int | None = None, host: str = "") -> str:
    """Plan a webinar for three weeks from now and open it; return the last part of its page's address."""
    slug = draft(desk, title, seats, host)
    desk.page.get_by_role("button", name="Open it to everybody").click()
    expect(desk.page.get_by_text("It is open.")).to_be_visible()
    return slug


def draft(desk: Walk, title: str, seats: int | None = None, host: str = "") -> str:
    """Plan a webinar for three weeks from now, which nobody sees yet."""
    page, slug = desk.page, re.sub(r"[^a-z0-9]+", "-", title.lower())
    desk.go("/console/webinars/plan/")
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("Address", exact=True).fill(slug)
    page.get_by_label("Starts", exact=True).fill((now() + timedelta(days=21)).strftime("%Y-%m-%dT19:00"))
    page.get_by_label("Seats", exact=True).fill(str(seats or ""))
    if host:
        page.get_by_label("Host", exact=True).select_option(label=host)
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_text("Draft. Nobody has seen it.")).to_be_visible()
    return slug


def ask(desk: Walk, question: str, kind: str, *, options: str = "", without: str = "") -> None:
    """Add a question to the plan that is open; one without `without` must be answered."""
    asked = desk.page.locator("fieldset.question").last
    asked.get_by_label("Question", exact=True).fill(question)
    asked.locator("summary").click()
    asked.get_by_label("Answer", exact=True).select_option(label=kind)
    asked.get_by_label("To choose from").fill(options)
    asked.get_by_label("Must be answered").set_checked(not without)
    asked.get_by_label("What stops working without it").fill(without)
    desk.page.get_by_role("button", name="Save", exact=True).click()
    expect(desk.page.get_by_text("Saved.")).to_be_visible()


def open_plan(desk: Walk, title: str) -> None:
    """Open the plan of a webinar from the desk."""
    desk.go("/console/webinars/")
    desk.page.get_by_role("link", name=title, exact=True).first.click()
    expect(desk.page.locator("h1")).to_have_text(title)


def move(desk: Walk, title: str, ahead: timedelta) -> datetime:
    """Give a webinar a new time of which `ahead` lies some seconds from now; return it."""
    open_plan(desk, title)
    return move_to(desk, ahead)


def move_to(desk: Walk, ahead: timedelta) -> datetime:
    """Do the same for the webinar whose plan is open."""
    page = desk.page
    # A day ahead is the same hour on the clocks; an hour ahead is sixty minutes.
    days = timedelta(days=ahead.days)
    starts = (now() + SOON + (ahead - days)).replace(microsecond=0) + days
    # The browser offers whole minutes; seconds spare the walk one of waiting.
    page.get_by_label("Starts", exact=True).evaluate("input => input.step = 1")
    page.get_by_label("Starts", exact=True).fill(starts.strftime("%Y-%m-%dT%H:%M:%S"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    return starts


def now() -> datetime:
    """Return what the clocks of the business show."""
    return datetime.now(HOME)
