"""Erasing, in a browser: one thing and then everything, with the plan before and the receipt after."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import open_webinar, register, sign_in
from tests.rig import postman as rig

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_person_erases_one_thing_and_then_everything(walk: Callable[..., Walk]) -> None:
    window, address = walk(1280, "light"), "leaver@walk.example"
    page = window.page
    open_webinar(window)
    register(window, address, later=True)
    window.site.postman.wait(address)
    sign_in(window, address)
    window.go("/me/")
    window.follow(page.get_by_role("button", name="Yes, it was").first)
    window.look_in_each("me-erase")

    window.follow(page.get_by_role("link", name="Erase: A seat in a webinar", exact=False).first)
    expect(page.locator("h1")).to_have_text("Erase this one thing?")
    window.look_in_each("erase-item")
    window.follow(page.get_by_role("button", name="Erase it"))
    expect(page.locator("h1")).to_have_text("Erased")
    window.look_in_each("erase-item-done")
    window.follow(page.get_by_role("link", name="Back to what we hold about you"))
    expect(page.locator("table.items").first).not_to_contain_text("A seat in a webinar")

    window.follow(page.get_by_role("link", name="Erase: E-mail", exact=False).first)
    expect(page.locator("h1")).to_have_text("Everything rests on this address")
    window.look_in_each("erase-address")
    window.follow(page.get_by_role("link", name="See what erasing everything does"))
    expect(page.locator("h1")).to_have_text("Erase everything about you")
    expect(page.locator("main")).to_contain_text(address)
    window.look_in_each("erase")
    had = len(window.site.postman.to(address))
    window.follow(page.get_by_role("button", name="Erase", exact=False))
    expect(page.locator("h1")).to_have_text("Erased")
    expect(page.locator("main")).not_to_contain_text(address)
    window.look_in_each("erase-done")
    receipt = page.url

    mail = window.site.postman.wait(address, "Everything about you was erased", after=had)
    code = receipt.rstrip("/").rpartition("/")[2]
    assert rig.link(mail, f"Receipt {code}").endswith(f"/receipts/{code}/")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the receipt").click()
    text = Path(saved.value.path()).read_text()
    assert address not in text
    assert page.locator(".receipt code").inner_text().replace(" ", "") in text

    window.go("/me/")
    expect(page.locator("h1")).to_have_text("Sign in")
    page.get_by_label("Your e-mail").fill(address)
    window.follow(page.get_by_role("button", name="Send me a code"))
    assert len(window.site.postman.to(address)) == had + 1, "somebody who is erased is written to"
