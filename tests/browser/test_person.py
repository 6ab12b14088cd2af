"""What a person can do, in a browser, at each width and in each light."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import enter_code, open_webinar, register, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_person_signs_in_sees_corrects_and_switches_off(window: Walk) -> None:
    page = window.page
    address = f"person+{window.name}@walk.example"
    open_webinar(window)
    register(window, address, later=True)
    window.site.postman.wait(address)

    window.go("/sign-in/")
    window.look("sign-in")
    page.get_by_label("Your e-mail").fill(address)
    window.follow(page.get_by_role("button", name="Send me a code"))
    window.look("code")
    page.get_by_label("Six figures").fill("000000")
    page.get_by_role("button", name="Let me in").click()
    expect(page.locator(".errors")).to_be_visible()
    window.look("code-error")
    enter_code(window, address)
    window.go("/me/")
    expect(page.locator("h1")).to_have_text("What we hold about you")
    expect(page.locator("main")).to_contain_text(address)
    window.look("me-unconfirmed")

    page.get_by_role("button", name="Yes, it was").first.click()
    expect(page.locator("table.items")).to_contain_text(address)
    window.look("me")
    announce = page.locator("form:has(input[name=use][value='webinars.announce']) input[role=switch]")
    expect(announce).to_be_checked()
    window.follow(announce)
    expect(announce).not_to_be_checked()
    window.follow(announce)
    expect(announce).to_be_checked()

    window.follow(page.get_by_role("link", name="Your name", exact=True))
    window.look("name")
    page.get_by_label("name").first.fill("Ana Brightwater")
    window.follow(page.get_by_role("button", name="Write it down"))
    window.go("/me/")
    expect(page.locator("table.items")).to_contain_text("Ana Brightwater")
    window.go("/me/uses/")
    expect(page.locator(".timeline")).to_contain_text("You")
    window.look("uses")

    window.go("/me/sessions/")
    window.look("sessions")
    window.follow(page.get_by_role("button", name="End all of them, this one too"))
    window.go("/me/")
    expect(page.locator("h1")).to_have_text("Sign in")


def test_a_person_adds_a_passkey_and_signs_in_with_it(window: Walk) -> None:
    page = window.page
    address = f"passkey+{window.name}@walk.example"
    open_webinar(window)
    register(window, address)
    window.site.postman.wait(address)
    device: Any = window.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(window, address)
    window.go("/me/passkeys/")
    window.look("passkeys-none")
    window.follow(page.get_by_role("link", name="Add a passkey"))
    window.look("passkey-add")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("Passkey added on")).to_be_visible()
    window.look("passkeys")
    window.context.clear_cookies()
    window.go("/sign-in/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    window.go("/me/")
    expect(page.locator("h1")).to_have_text("What we hold about you")
    sent = window.site.postman.recipients.count(address)
    window.go("/me/passkeys/")
    page.get_by_role("button", name="Take it out").click()
    expect(page.get_by_text("No passkey yet")).to_be_visible()
    assert window.site.postman.recipients.count(address) == sent, "a code was sent all the same"


def test_a_person_changes_the_address_and_joins_a_second_one(window: Walk) -> None:
    page = window.page
    first, new, second = (f"{what}+{window.name}@walk.example" for what in ("first", "new", "second"))
    open_webinar(window)
    register(window, first)
    open_webinar(window)
    register(window, second)
    for address in (first, second):
        window.site.postman.wait(address)
    sign_in(window, first)

    window.go("/me/address/")
    window.look("address")
    page.get_by_label("The other e-mail").fill(new)
    window.follow(page.get_by_role("button", name="Use it instead"))
    window.look("address-code")
    enter_code(window, new, "Go on", "this address is yours")
    window.go("/me/")
    expect(page.locator("table.items")).to_contain_text(new)
    window.site.postman.wait(first)

    window.go("/me/address/")
    page.get_by_label("The other e-mail").fill(second)
    window.follow(page.get_by_role("button", name="Add it beside the other"))
    enter_code(window, second, "Go on", "this address is yours")
    expect(page.locator("h1")).to_have_text("Join the two?")
    window.look("join")
    window.follow(page.get_by_role("button", name="Join them"))
    window.go("/me/address/")
    expect(page.locator("main")).to_contain_text(second)
    expect(page.locator("main")).to_contain_text(new)
    window.look("address-two")
