"""Who may open which screen: a colleague is invited, given other roles, and taken out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SCREENS = {"/console/": "reader", "/console/webinars/": "host", "/console/people/": "host"} | {
    "/console/outbox/": "editor",
    "/console/staff/": "owner",
}
ROLES = ["reader", "host", "editor", "owner"]


def test_a_colleague_opens_what_their_role_opens_and_nothing_once_taken_out(
    walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    owner, colleague = staff(), walk(390, "light")
    desk, page, name = owner.page, colleague.page, "Wilfa Storr"
    address = "wilfa@tarnandtiller.example"
    owner.go("/console/staff/")
    desk.get_by_label("Their e-mail").fill(address)
    desk.get_by_label("Their name").fill(name)
    desk.get_by_label("Role", exact=True).select_option("reader")
    desk.get_by_role("button", name="Give this role").click()
    row = desk.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("Has not signed in yet")
    owner.look_in_each("staff-invited")

    sign_in(colleague, address)
    for role in ROLES:
        if role != "reader":
            row.get_by_label(f"Role of {name}").select_option(role)
            row.get_by_role("button", name="Set").click()
            expect(desk.get_by_text("The role is now")).to_be_visible()
        for path, needed in SCREENS.items():
            answer = page.goto(colleague.site.url + path)
            may = ROLES.index(role) >= ROLES.index(needed)
            assert answer is not None
            assert answer.status == (200 if may else 403), f"{role} at {path}: {answer.status}"
        if role == "reader":
            expect(page.get_by_text("those who run the site, in the role")).to_be_visible()
            colleague.look_in_each("not-for-this-role")
            colleague.go("/console/")
            colleague.look_in_each("console-reader")
            expect(page.locator("#side a", has_text="Outbox")).to_have_count(0)

    colleague.go("/me/uses/")
    expect(page.locator(".timeline")).to_contain_text("Maren Holt")
    desk.reload()
    row.get_by_role("button", name="Take out").click()
    expect(desk.get_by_text("Taken out.")).to_be_visible()
    expect(row).to_have_count(0)
    colleague.go("/console/")
    expect(page.locator("h1")).to_have_text("Sign in")
