"""The statement changes: an owner writes and publishes, a person is told, asked, and answers; all read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import confirm, open_webinar, register, sign_in
from tests.rig import postman as rig
from tests.rig.site import Site, start, stop

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
GUEST = "lowri@walk.example"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own: what is published here would change what other walks read."""
    with rig.running() as postman:
        running = start(tmp_path_factory.mktemp("own") / "data", postman, LEADRUSH_PROXY="127.0.0.1")
        yield running
        stop(running)


def test_an_owner_changes_the_statement_and_those_concerned_are_asked(
    walk: Callable[..., Walk], own: Site
) -> None:
    owner, guest = walk(at=own), walk(390, "light", at=own)
    page = owner.page
    sign_in(owner, "maren@tarnandtiller.example")
    owner.go("/console/")
    owner.follow(page.locator("#side").get_by_role("link", name="Statement"))
    owner.look_in_each("statement-desk-empty")

    # What is out of bounds is answered, and nothing else that was written is lost.
    owner.follow(page.get_by_role("link", name="Write the next version"))
    owner.look_in_each("draft-begun")
    page.locator("#e-webinar-seat").get_by_label("Days after the webinar").fill("4000")
    joining = page.locator("section", has=page.locator("#s-joining"))
    joining.locator("summary").click()
    joining.get_by_label("Heading").fill("Bei uns am Tarn")
    joining.get_by_label("Words of your own").fill("Wer sich anmeldet, bekommt auch den Garten zu sehen.")
    owner.follow(page.get_by_role("button", name="Save", exact=True))
    expect(page.locator(".errors")).to_contain_text("Write a number up to 365.")
    expect(joining.get_by_label("Words of your own")).to_have_value(
        "Wer sich anmeldet, bekommt auch den Garten zu sehen."
    )
    owner.look_in_each("draft-wrong")
    page.locator("#e-webinar-seat").get_by_label("Days after the webinar").fill("14")
    page.locator("#e-helping").get_by_label("Leave this clause out").check()
    owner.follow(page.get_by_role("button", name="Save, and see what it would change"))
    expect(page.get_by_text("16 days less").first).to_be_visible()
    expect(page.get_by_text("Nothing: the draft goes no further")).to_be_visible()
    owner.look_in_each("difference-narrower")
    owner.follow(page.get_by_role("button", name="Publish version 2"))
    expect(page.get_by_text("Version 2 is on its way.")).to_be_visible()
    owner.look_in_each("statement-desk-coming")
    owner.reload_until(page.get_by_text("Version 2 is in force since"))

    # Whoever gives something under version 2 gave it for less.
    open_webinar(guest)
    register(guest, GUEST)
    confirm(guest, GUEST)
    guest.go("/privacy/")
    expect(guest.page.get_by_text("Wer sich anmeldet")).to_be_visible()
    guest.look_in_each("statement-own-words")
    guest.follow(guest.page.get_by_role("link", name="What changed since version 1"))
    expect(guest.page.locator("del", has_text="30").first).to_be_visible()
    guest.look_in_each("statement-difference")

    # Two owners at once: the second sees what the first wrote, and keeps what is theirs.
    second = walk(at=own, storage_state=owner.context.storage_state())
    for one in (owner, second):
        one.go("/console/statement/draft/")
    page.locator("#e-helping").get_by_label("Leave this clause out").uncheck()
    page.locator("#e-messages").get_by_label("Days for which").fill("60")
    second.page.locator("#e-messages").get_by_label("Days for which").fill("10")
    owner.follow(page.get_by_role("button", name="Save, and see what it would change"))
    second.follow(second.page.get_by_role("button", name="Save", exact=True))
    expect(second.page.get_by_role("alert")).to_contain_text("saved this draft")
    expect(second.page.locator("#e-messages").get_by_label("Days for which")).to_have_value("10")
    second.look_in_each("draft-two-at-once")

    expect(page.get_by_text("Will be asked")).to_be_visible()
    page.get_by_text("asked?").click()
    owner.look_in_each("difference")
    owner.follow(page.get_by_role("button", name="Publish version 3 and ask"))
    # The page asks by itself how far it is.
    expect(page.get_by_text("Version 3 is in force since")).to_be_visible(timeout=60_000)
    owner.look_in_each("statement-desk")

    # The mail asks; looking at the question does nothing; a yes counts at once.
    mail = own.postman.wait(GUEST, "version 3 of our privacy statement")
    guest.go(rig.link(mail, "Say no or yes"))
    guest.look_in_each("change-question")
    first, other = guest.page.locator("form.line button").all()
    assert [first.inner_text(), other.inner_text()] == ["No, leave it as it is", "Yes, you may"]
    boxes = [button.bounding_box() for button in (first, other)]
    assert boxes[0] and boxes[1] and boxes[0]["height"] == boxes[1]["height"]
    other.focus()
    with guest.page.expect_navigation():
        guest.page.keyboard.press("Enter")
    expect(guest.page.get_by_text("You said yes. It counts from now.")).to_be_visible()
    guest.look_in_each("change-answered")

    sign_in(guest, GUEST)
    guest.go("/me/")
    expect(guest.page.locator("#statement")).to_be_visible()
    guest.look_in_each("me-changed")
    guest.follow(guest.page.get_by_role("button", name="Take the yes back"))
    expect(guest.page.get_by_text("You said no. Everything stays as it was.")).to_be_visible()

    guest.go(rig.link(mail, "Write to me no more about the statement"))
    guest.look_in_each("no-notices")
    guest.follow(guest.page.get_by_role("button", name="Write to me no more about it"))
    expect(guest.page.locator("h1")).to_have_text("No more mails about the statement")
