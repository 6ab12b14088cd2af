"""Taking everything along: the page before, the file, the page to print, the receipt of a yes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import open_webinar, register, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_person_takes_everything_along_and_keeps_the_receipt_of_a_yes(walk: Callable[..., Walk]) -> None:
    window, address = walk(390, "light"), "taker@walk.example"
    page = window.page
    open_webinar(window)
    register(window, address, later=True)
    window.site.postman.wait(address)
    sign_in(window, address)
    window.go("/me/")
    window.follow(page.get_by_role("button", name="Yes, it was").first)
    window.look_in_each("me-take")

    window.follow(page.get_by_role("link", name="Receipt of your yes", exact=False).first)
    expect(page.locator("h1")).to_have_text("Receipt of your yes")
    window.look_in_each("receipt")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Keep it as JSON").click()
    receipt = json.loads(Path(saved.value.path()).read_text())
    assert receipt["@graph"][0]["@type"] == "dpv:ConsentReceipt"

    window.go("/me/")
    window.follow(page.locator("form:has(input[name=use][value='webinars.announce']) input[role=switch]"))
    window.follow(page.get_by_role("link", name="Receipt of your yes", exact=False).first)
    expect(page.locator(".receipt")).to_contain_text("Taken back")
    window.look_in_each("receipt-ended")

    window.go("/me/")
    window.follow(page.get_by_role("link", name="Take it along"))
    expect(page.locator("h1")).to_have_text("Take it with you")
    window.look_in_each("take")
    with page.expect_download() as saved:
        page.get_by_role("button", name="As JSON").click()
    assert address.split("@")[0] not in saved.value.suggested_filename
    told = json.loads(Path(saved.value.path()).read_text())
    assert any(column["value"] == address for item in told["items"] for column in item["columns"])
    assert len(told["receipts"]) == 1

    window.follow(page.get_by_role("link", name="As a printable page"))
    expect(page.locator("main")).to_contain_text(address)
    window.look_in_each("take-print")
    page.emulate_media(media="print")
    window.look("take-on-paper")
    expect(page.locator(".back")).to_be_hidden()
